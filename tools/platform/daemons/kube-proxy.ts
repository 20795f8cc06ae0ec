import { stringify } from "yaml";
import { kubernetesProgram } from "../../go/kubernetes.ts";
import { NODE_ADDRESS, POD_NETWORK, ports } from "../addresses.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { kubeconfigs, NODE_NAME } from "../kubeconfig.ts";
import { answersOk } from "../reachable.ts";

const health = { host: "127.0.0.1", port: ports.kubeProxyHealth };
const metrics = { host: "127.0.0.1", port: ports.kubeProxyMetrics };

/** Makes Services' addresses work, by one nftables table of its own. */
export function kubeProxy(): Daemon {
  const file = state("kubernetes", "kube-proxy.yaml");
  return {
    name: "kube-proxy",
    command: kubernetesProgram("kube-proxy"),
    args: [`--config=${file}`],
    files: { [file]: stringify(configuration) },
    ports: [health, metrics],
    address: `http://${health.host}:${health.port}`,
    ready: () => answersOk({ ...health, path: "/livez" }),
  };
}

const configuration = {
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  hostnameOverride: NODE_NAME,
  clusterCIDR: POD_NETWORK,
  clientConnection: { kubeconfig: kubeconfigs.kubeProxy, qps: 1000, burst: 2000 },
  healthzBindAddress: `${health.host}:${health.port}`,
  metricsBindAddress: `${metrics.host}:${metrics.port}`,
  nodePortAddresses: [`${NODE_ADDRESS}/32`],
  // Pods share one bridge, where an answer would otherwise go past the node's address translation.
  nftables: { masqueradeAll: true, minSyncPeriod: "100ms", syncPeriod: "30s" },
  // Zero leaves the machine's connection tracking as it is.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
};
