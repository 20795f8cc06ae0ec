import { BRIDGE, BUILD_NETWORK } from "../addresses.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { answersOk } from "../reachable.ts";
import { CONTAINERD_SOCKET } from "./containerd.ts";

/** dockerd's socket. */
export const DOCKER_SOCKET = state("docker", "docker.sock");

/** Builds and pushes images; build steps reach the network over the platform's bridge. */
export function dockerd(): Daemon {
  const file = state("docker", "daemon.json");
  return {
    name: "dockerd",
    command: "dockerd",
    args: ["--config-file", file, "--pidfile="],
    files: { [file]: JSON.stringify(configuration) },
    ports: [],
    address: `unix://${DOCKER_SOCKET}`,
    ready: () => answersOk({ socketPath: DOCKER_SOCKET, path: "/_ping" }),
  };
}

const configuration = {
  hosts: [`unix://${DOCKER_SOCKET}`],
  group: "root",
  containerd: CONTAINERD_SOCKET,
  "data-root": state("docker", "root"),
  "exec-root": state("docker", "run"),
  bridge: BRIDGE,
  "fixed-cidr": BUILD_NETWORK,
  iptables: false,
  "ip-masq": false,
  "storage-driver": "overlay2",
};
