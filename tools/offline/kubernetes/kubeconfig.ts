import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { readTokenFiles } from "../../../kubeconfig/token-file.ts";
import { proxyTo } from "../../../kubeconfig/way.ts";
import type { Configuration } from "./configuration.ts";

/**
 * The kubeconfig that a provider is configured with, its context and cluster chosen.
 *
 * @throws where there is no such file, context or cluster
 */
export async function loadKubeconfig({
  kubeconfig,
  context,
  cluster,
}: Configuration): Promise<KubeConfig> {
  const loaded = new KubeConfig();
  if (kubeconfig === undefined) {
    loaded.loadFromDefault();
    for (const file of (process.env["KUBECONFIG"] ?? "").split(delimiter).filter(existsSync)) {
      await readTokenFiles(loaded, file);
    }
  } else if (existsSync(kubeconfig)) {
    loaded.loadFromFile(kubeconfig);
    await readTokenFiles(loaded, kubeconfig);
  } else if (/^\s*[{]|\n|:/.test(kubeconfig)) {
    loaded.loadFromString(kubeconfig);
  } else {
    throw new Error(
      `kubeconfig: got "${kubeconfig}", which is no file; give a path or the contents of one`,
    );
  }
  if (context !== undefined) {
    loaded.setCurrentContext(context);
  }
  const active = loaded.getContextObject(loaded.getCurrentContext());
  if (active === null) {
    const known = loaded
      .getContexts()
      .map(({ name }) => name)
      .join(", ");
    throw new Error(
      `context: got "${loaded.getCurrentContext()}", the kubeconfig has ${known || "none"}`,
    );
  }
  if (cluster !== undefined) {
    const chosen = { ...active, cluster };
    loaded.contexts = [chosen];
  }
  if (loaded.getCurrentCluster() === null) {
    const known = loaded
      .getClusters()
      .map(({ name }) => name)
      .join(", ");
    throw new Error(
      `cluster: got "${cluster ?? active.cluster}", the kubeconfig has ${known || "none"}`,
    );
  }
  leadThroughProxy(loaded);
  return loaded;
}

/** The official plugin finds the environment's proxy by itself; the library uses only one that the file names. */
function leadThroughProxy(loaded: KubeConfig): void {
  loaded.clusters = loaded.clusters.map((cluster) => {
    const proxyUrl = proxyTo(cluster)?.url.href;
    return proxyUrl === undefined ? cluster : { ...cluster, proxyUrl };
  });
}
