import { kubernetesProgram } from "../../go/kubernetes.ts";
import { ports } from "../addresses.ts";
import { certificates } from "../certificates.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { kubeconfigs } from "../kubeconfig.ts";
import { acceptsConnection } from "../reachable.ts";

/** Kubernetes' own controllers, each with an account of its own, and with room for many rollouts at once. */
export function controllerManager(): Daemon {
  const port = { host: "127.0.0.1", port: ports.controllerManager };
  const { authority, serviceAccounts } = certificates;
  return {
    name: "kube-controller-manager",
    command: kubernetesProgram("kube-controller-manager"),
    args: [
      `--kubeconfig=${kubeconfigs.controllerManager}`,
      `--authentication-kubeconfig=${kubeconfigs.controllerManager}`,
      `--authorization-kubeconfig=${kubeconfigs.controllerManager}`,
      `--bind-address=${port.host}`,
      `--secure-port=${port.port}`,
      `--cert-dir=${state("kubernetes")}`,
      "--leader-elect=false",
      "--use-service-account-credentials",
      `--root-ca-file=${authority.crt}`,
      `--service-account-private-key-file=${serviceAccounts.key}`,
      `--cluster-signing-cert-file=${authority.crt}`,
      `--cluster-signing-key-file=${authority.key}`,
      "--kube-api-qps=1000",
      "--kube-api-burst=2000",
      "--concurrent-deployment-syncs=20",
      "--concurrent-replicaset-syncs=20",
      "--concurrent-namespace-syncs=20",
    ],
    files: {},
    ports: [port],
    address: `https://${port.host}:${port.port}`,
    ready: () => acceptsConnection(port),
  };
}
