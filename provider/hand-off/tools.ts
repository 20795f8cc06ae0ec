import type { Api } from "../cluster/api.ts";
import type { Registries } from "./target.ts";

/** What a hand-off works with. */
export interface Tools {
  readonly api: Api;
  /** The kubeconfig's context. */
  readonly context: () => string;
  readonly registries: Registries;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** A text of the controller as it may be shown: without secrets. */
  readonly tell: (text: string) => string;
}
