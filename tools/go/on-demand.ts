import { extras } from "../platform/additions.ts";
import type { GoTools } from "./build.ts";
import { buildkit } from "./buildkit.ts";
import { cosign } from "./cosign.ts";
import { helm } from "./helm.ts";
import { kubernetesProvider } from "./kubernetes-provider.ts";

/** Programs that some tests need and others do not, by the name that `test/support/builds-ahead.cjs` knows them by. */
export const ON_DEMAND: Readonly<Record<string, GoTools>> = {
  ...Object.fromEntries(Object.entries(extras).map(([name, { tools }]) => [name, tools])),
  cosign,
  helm,
  "kubernetes-provider": kubernetesProvider,
  buildkit,
};
