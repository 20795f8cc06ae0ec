import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { state } from "./folders.ts";

/** What containerd keeps of a running container, as seen from the folder of its bundle. */
interface Bundle {
  readonly folder: string;
  readonly id: string;
}

/** Parents of the containers' control groups: pods', and image builds'. */
const CGROUP_PARENTS = ["k8s.io", "docker"];

const CGROUP_ROOT = "/sys/fs/cgroup";
const NETWORK_RESULTS = "/var/lib/cni/results";

/**
 * Removes what dead containers leave outside the state folder when their shims were killed, too:
 * the shim's socket, the control groups, and the network plugins' records.
 */
export function removeContainerTraces(): void {
  for (const bundle of bundles()) {
    removeSocket(bundle);
    removeControlGroups(bundle);
    removeNetworkResults(bundle);
  }
}

function bundles(): Bundle[] {
  const tasks = state("containerd/run/io.containerd.runtime.v2.task");
  return entries(tasks).flatMap((namespace) =>
    entries(join(tasks, namespace)).map((id) => ({ folder: join(tasks, namespace, id), id })),
  );
}

function removeSocket({ folder }: Bundle): void {
  const file = join(folder, "address");
  if (!existsSync(file)) {
    return;
  }
  const socket = readFileSync(file, "utf8").trim().replace("unix://", "");
  if (socket.startsWith("/run/containerd/s/")) {
    rmSync(socket, { force: true });
  }
}

/** Version 1 has one hierarchy for each controller, version 2 a single one. */
function removeControlGroups({ id }: Bundle): void {
  const hierarchies = [CGROUP_ROOT, ...entries(CGROUP_ROOT).map((name) => join(CGROUP_ROOT, name))];
  for (const hierarchy of hierarchies) {
    for (const parent of CGROUP_PARENTS) {
      const group = join(hierarchy, parent, id);
      if (existsSync(group)) {
        rmdirSync(group);
      }
    }
  }
}

function removeNetworkResults({ id }: Bundle): void {
  for (const file of entries(NETWORK_RESULTS)) {
    if (file.includes(`-${id}-`)) {
      rmSync(join(NETWORK_RESULTS, file));
    }
  }
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
