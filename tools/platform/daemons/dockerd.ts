import { bridge, buildNetwork } from "../addresses.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { answersOk } from "../reachable.ts";
import { containerdSocket } from "./containerd.ts";

/** dockerd's socket. */
export const dockerSocket = state("docker", "docker.sock");

/** Builds and pushes images; build steps reach the network over the platform's bridge. */
export function dockerd(): Daemon {
  const file = state("docker", "daemon.json");
  return {
    name: "dockerd",
    command: "dockerd",
    args: ["--config-file", file, "--pidfile="],
    files: { [file]: JSON.stringify(configuration) },
    ports: [],
    address: `unix://${dockerSocket}`,
    ready: () => answersOk({ socketPath: dockerSocket, path: "/_ping" }),
  };
}

const configuration = {
  hosts: [`unix://${dockerSocket}`],
  group: "root",
  containerd: containerdSocket,
  "data-root": state("docker", "root"),
  "exec-root": state("docker", "run"),
  bridge,
  "fixed-cidr": buildNetwork,
  iptables: false,
  "ip-masq": false,
  "storage-driver": "overlay2",
};
