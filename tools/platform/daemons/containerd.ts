import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { pauseImage } from "../images.ts";
import { acceptsConnection } from "../reachable.ts";
import { networkConfigurationFolder } from "../network.ts";

/** containerd's socket. */
export const containerdSocket = state("containerd", "containerd.sock");

/** Runs the containers of pods and of image builds. */
export function containerd(): Daemon {
  const file = state("containerd", "config.toml");
  return {
    name: "containerd",
    command: "/usr/bin/containerd",
    args: ["--config", file],
    files: { [file]: configuration() },
    ports: [],
    address: containerdSocket,
    ready: () => acceptsConnection({ path: containerdSocket }),
  };
}

/** `restrict_oom_score_adj` lets sandboxes start where root lacks CAP_SYS_RESOURCE. */
function configuration(): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${state("containerd", "root")}"
state = "${state("containerd", "run")}"

[grpc]
address = "${containerdSocket}"

[plugins."io.containerd.internal.v1.opt"]
path = "${state("containerd", "opt")}"

[${cri}]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
max_concurrent_downloads = 10

[${cri}.cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${networkConfigurationFolder}"
`;
}
