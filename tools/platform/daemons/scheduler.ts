import { stringify } from "yaml";
import { kubernetesProgram } from "../../go/kubernetes.ts";
import { ports } from "../addresses.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { kubeconfigs } from "../kubeconfig.ts";
import { acceptsConnection } from "../reachable.ts";

const port = { host: "127.0.0.1", port: ports.scheduler };

/** The scheduler, with room for many pods at once. */
export function scheduler(): Daemon {
  const file = state("kubernetes", "scheduler.yaml");
  return {
    name: "kube-scheduler",
    command: kubernetesProgram("kube-scheduler"),
    args: [
      `--config=${file}`,
      `--authentication-kubeconfig=${kubeconfigs.scheduler}`,
      `--authorization-kubeconfig=${kubeconfigs.scheduler}`,
      `--bind-address=${port.host}`,
      `--secure-port=${port.port}`,
      `--cert-dir=${state("kubernetes")}`,
    ],
    files: { [file]: stringify(configuration) },
    ports: [port],
    address: `https://${port.host}:${port.port}`,
    ready: () => acceptsConnection(port),
  };
}

const configuration = {
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
  clientConnection: { kubeconfig: kubeconfigs.scheduler, qps: 1000, burst: 2000 },
  leaderElection: { leaderElect: false },
};
