import { kubernetesProgram } from "../../go/kubernetes.ts";
import { NODE_ADDRESS, ports, SERVICE_NETWORK } from "../addresses.ts";
import { certificates } from "../certificates.ts";
import { apiServerReady } from "../cluster.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { API_SERVER_URL, TOKEN_FILE } from "../kubeconfig.ts";

/** The API server, on the bridge, where pods reach it and the world does not. */
export function apiServer(): Daemon {
  const { authority, apiServer: own, etcdClient, kubeletClient, serviceAccounts } = certificates;
  return {
    name: "kube-apiserver",
    command: kubernetesProgram("kube-apiserver"),
    args: [
      `--bind-address=${NODE_ADDRESS}`,
      `--advertise-address=${NODE_ADDRESS}`,
      `--secure-port=${ports.apiServer}`,
      `--tls-cert-file=${own.crt}`,
      `--tls-private-key-file=${own.key}`,
      `--cert-dir=${state("kubernetes")}`,
      `--client-ca-file=${authority.crt}`,
      `--token-auth-file=${TOKEN_FILE}`,
      `--etcd-servers=https://127.0.0.1:${ports.etcdClient}`,
      `--etcd-cafile=${authority.crt}`,
      `--etcd-certfile=${etcdClient.crt}`,
      `--etcd-keyfile=${etcdClient.key}`,
      `--kubelet-client-certificate=${kubeletClient.crt}`,
      `--kubelet-client-key=${kubeletClient.key}`,
      "--kubelet-preferred-address-types=InternalIP",
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `--service-account-key-file=${serviceAccounts.public}`,
      `--service-account-signing-key-file=${serviceAccounts.key}`,
      `--service-cluster-ip-range=${SERVICE_NETWORK}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged",
    ],
    files: {},
    ports: [{ host: NODE_ADDRESS, port: ports.apiServer }],
    address: API_SERVER_URL,
    ready: apiServerReady,
  };
}
