import type { StatementKind } from "../../contract/statement-kind.ts";
import type { Ending } from "./child.ts";
import type { KeyOptions } from "./options.ts";
import type { ImageOptions, Target } from "./target.ts";

/** Options of `slipway gate run`. */
export interface RunOptions extends ImageOptions, KeyOptions {
  readonly kind?: StatementKind;
  readonly report?: string;
  readonly format?: string;
  readonly waivers?: string;
  readonly tool?: string;
  readonly toolVersion?: string;
  readonly databaseDate?: string;
  readonly output?: string;
}

/** What a command was run for, and how it went. */
export interface GateRun {
  readonly gate: string;
  readonly target: Target;
  readonly command: readonly string[];
  readonly startedAt: number;
  /**
   * What was in the place of the report before it was started.
   * @default - nothing
   */
  readonly before?: string | undefined;
  readonly ending: Ending;
}
