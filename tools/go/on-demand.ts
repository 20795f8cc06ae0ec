import { extras } from "../platform/additions.ts";
import { checkov } from "../python/checkov.ts";
import { isInstalled, pythonInstall, type PythonTool } from "../python/environment.ts";
import { semgrep } from "../python/semgrep.ts";
import { goBuild, type GoTools, isBuilt } from "./build.ts";
import { buildkit } from "./buildkit.ts";
import { cosign } from "./cosign.ts";
import { helm } from "./helm.ts";
import { kubernetesProvider } from "./kubernetes-provider.ts";
import { trivy } from "./trivy.ts";

/** A program that is made once, and kept. */
interface OnDemand {
  readonly isThere: () => boolean;
  readonly make: () => Promise<unknown>;
}

/** Programs that some tests need and others do not, by the name that `test/support/builds-ahead.cjs` knows them by. */
export const ON_DEMAND: Readonly<Record<string, OnDemand>> = {
  ...Object.fromEntries(Object.entries(extras).map(([name, { tools }]) => [name, ofGo(tools)])),
  cosign: ofGo(cosign),
  helm: ofGo(helm),
  "kubernetes-provider": ofGo(kubernetesProvider),
  buildkit: ofGo(buildkit),
  trivy: ofGo(trivy),
  checkov: ofPython(checkov),
  semgrep: ofPython(semgrep),
};

function ofGo(tools: GoTools): OnDemand {
  return { isThere: () => isBuilt(tools), make: () => goBuild(tools, () => undefined) };
}

function ofPython(tool: PythonTool): OnDemand {
  return { isThere: () => isInstalled(tool), make: () => pythonInstall(tool) };
}
