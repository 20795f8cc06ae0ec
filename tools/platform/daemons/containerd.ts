import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { PAUSE_IMAGE } from "../images.ts";
import { acceptsConnection } from "../reachable.ts";
import { NETWORK_CONFIGURATION_FOLDER } from "../network.ts";

/** containerd's socket. */
export const CONTAINERD_SOCKET = state("containerd", "containerd.sock");

/** Runs the containers of pods and of image builds. */
export function containerd(): Daemon {
  const file = state("containerd", "config.toml");
  return {
    name: "containerd",
    command: "/usr/bin/containerd",
    args: ["--config", file],
    files: { [file]: configuration() },
    ports: [],
    address: CONTAINERD_SOCKET,
    ready: () => acceptsConnection({ path: CONTAINERD_SOCKET }),
  };
}

/** `restrict_oom_score_adj` lets sandboxes start where root lacks CAP_SYS_RESOURCE. */
function configuration(): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${state("containerd", "root")}"
state = "${state("containerd", "run")}"

[grpc]
address = "${CONTAINERD_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
path = "${state("containerd", "opt")}"

[${cri}]
sandbox_image = "${PAUSE_IMAGE}"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
max_concurrent_downloads = 10

[${cri}.cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${NETWORK_CONFIGURATION_FOLDER}"
`;
}
