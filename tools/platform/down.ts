import { rmSync } from "node:fs";
import { removeContainerTraces } from "./bundles.ts";
import { CACHE_FOLDER, state, STATE_FOLDER } from "./folders.ts";
import { stop, wasStarted } from "./daemon.ts";
import { POD_LOGS } from "./daemons/kubelet.ts";
import {
  awaitGone,
  containerProcesses,
  kill,
  markedProcesses,
  removeLogLinks,
  shims,
  unmountAll,
} from "./leftovers.ts";
import { stopNetworkPolicies } from "./network-policies.ts";
import { removeNetwork } from "./network.ts";

/**
 * Ends everything that the platform started, and what a crash or a reboot left of it: daemons,
 * pods, mounts, network namespaces, the bridge and its rules. What is stored stays.
 */
export async function takeDown(): Promise<void> {
  const proxied = wasStarted("kube-proxy");
  await stopNetworkPolicies();
  await stop("kubelet");
  await kill(containerProcesses);
  // containerd tidies up after each container that ends, and its shim ends with that.
  if (wasStarted("containerd")) {
    await awaitGone(shims, 3);
  }
  await Promise.all(
    ["dockerd", "registry", "kube-proxy", "kube-scheduler", "kube-controller-manager"].map((name) =>
      stop(name),
    ),
  );
  await Promise.all([stop("containerd"), stop("kube-apiserver", 3)]);
  await stop("etcd");
  await kill(containerProcesses);
  await kill(markedProcesses);
  await unmountAll();
  await removeNetwork(proxied);
  removeLogLinks(POD_LOGS);
  removeContainerTraces();
  // What runs is gone; the records of it would only puzzle the next containerd.
  rmSync(state("containerd", "run"), { recursive: true, force: true });
  rmSync(state("docker", "run"), { recursive: true, force: true });
  rmSync(state("proof.json"), { force: true });
}

/** Takes the platform down and removes all that it stored; with builds, what was compiled, too. */
export async function resetPlatform(builds: boolean): Promise<void> {
  await takeDown();
  rmSync(STATE_FOLDER, { recursive: true, force: true });
  if (builds) {
    rmSync(CACHE_FOLDER, { recursive: true, force: true });
  }
}
