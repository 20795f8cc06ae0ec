import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { REGISTRY } from "./addresses.ts";
import { kubeconfigs } from "./kubeconfig.ts";

/** A cluster and a registry that the user brought. */
export interface ExternalPlatform {
  /** Absolute path. */
  readonly kubeconfig: string;
  /** `host[:port][/path]`. */
  readonly registry: string;
}

/**
 * The cluster and registry that the environment names.
 * @returns Undefined where it names none, or the local platform's own (a shell that took over `platform env`).
 * @throws When it names only one of the two.
 */
export function externalPlatform(
  environment: NodeJS.ProcessEnv = process.env,
): ExternalPlatform | undefined {
  const { SLIPWAY_KUBECONFIG: kubeconfig, SLIPWAY_REGISTRY: given } = environment;
  if (!kubeconfig && !given) {
    return undefined;
  }
  if (!kubeconfig || !given) {
    const [set, missing] = kubeconfig
      ? ["SLIPWAY_KUBECONFIG", "SLIPWAY_REGISTRY"]
      : ["SLIPWAY_REGISTRY", "SLIPWAY_KUBECONFIG"];
    throw new Error(
      `${set} is set to "${kubeconfig ?? given ?? ""}" but ${missing} is not; set both to use a cluster and a registry of your own, ` +
        `or neither to use the local platform`,
    );
  }
  const path = resolve(kubeconfig);
  return path === kubeconfigs.administrator && given === REGISTRY
    ? undefined
    : { kubeconfig: path, registry: given };
}

/**
 * Asks a cluster for its version and a registry for its API, so that a wrong one is named at once.
 * @returns The Kubernetes version.
 * @throws When the kubeconfig is absent or has not one context only, or either does not answer.
 */
export async function checkExternal({ kubeconfig, registry }: ExternalPlatform): Promise<string> {
  const [version] = await Promise.all([clusterVersion(kubeconfig), assertRegistry(registry)]);
  return version;
}

async function clusterVersion(kubeconfig: string): Promise<string> {
  if (!existsSync(kubeconfig)) {
    throw new Error(
      `SLIPWAY_KUBECONFIG is "${kubeconfig}", which does not exist; give the path of a kubeconfig file`,
    );
  }
  const config = new KubeConfig();
  try {
    config.loadFromFile(kubeconfig);
    return (await config.makeApiClient(VersionApi).getCode()).gitVersion;
  } catch (error) {
    const server = config.getCurrentCluster()?.server ?? "no cluster";
    throw new Error(
      `the cluster of SLIPWAY_KUBECONFIG "${kubeconfig}" (${server}) does not tell its version: ${(error as Error).message}; ` +
        `check it with: kubectl --kubeconfig ${kubeconfig} version`,
      { cause: error },
    );
  }
}

async function assertRegistry(registry: string): Promise<void> {
  const host = registry.split("/")[0] ?? registry;
  const answers = await Promise.all(
    ["https", "http"].map((scheme) => answersAsRegistry(`${scheme}://${host}/v2/`)),
  );
  if (answers.includes(true)) {
    return;
  }
  throw new Error(
    `the registry of SLIPWAY_REGISTRY "${registry}" does not answer at ${host}/v2/ as one; give it as host:port, check it with: curl -i http://${host}/v2/`,
  );
}

/** A registry that asks who is there (401) is one too. */
async function answersAsRegistry(url: string): Promise<boolean> {
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return ok || status === 401;
  } catch {
    return false;
  }
}
