import { stringify } from "yaml";
import { kubernetesProgram } from "../../go/kubernetes";
import { ports } from "../addresses";
import type { Daemon } from "../daemon";
import { state } from "../folders";
import { kubeconfigs } from "../kubeconfig";
import { acceptsConnection } from "../reachable";

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
