import { stringify } from "yaml";
import { kubernetesProgram } from "../../go/kubernetes.ts";
import { CLUSTER_DNS, NODE_ADDRESS, ports } from "../addresses.ts";
import { certificates } from "../certificates.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { kubeconfigs, NODE_NAME } from "../kubeconfig.ts";
import { answersOk } from "../reachable.ts";
import { CONTAINERD_SOCKET } from "./containerd.ts";

/** Where the kubelet keeps the pods' logs. */
export const POD_LOGS = state("kubelet-logs");

/** Empty: pods get no name servers from the machine. */
const RESOLV_CONF = state("kubernetes", "resolv.conf");

/** The node's agent, tuned for quick rollouts on a machine that others use too. */
export function kubelet(): Daemon {
  const health = { host: "127.0.0.1", port: ports.kubeletHealth };
  const file = state("kubernetes", "kubelet.yaml");
  return {
    name: "kubelet",
    command: kubernetesProgram("kubelet"),
    args: [
      `--config=${file}`,
      `--kubeconfig=${kubeconfigs.kubelet}`,
      `--root-dir=${state("kubelet")}`,
      `--cert-dir=${state("kubernetes", "kubelet")}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
    ],
    files: { [RESOLV_CONF]: "", [file]: stringify(configuration()) },
    ports: [{ host: NODE_ADDRESS, port: ports.kubelet }, health],
    address: `https://${NODE_ADDRESS}:${ports.kubelet}`,
    ready: () => answersOk({ ...health, path: "/healthz" }),
  };
}

function configuration(): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: NODE_ADDRESS,
    port: ports.kubelet,
    healthzBindAddress: "127.0.0.1",
    healthzPort: ports.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificates.authority.crt },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    podLogsDir: POD_LOGS,
    volumePluginDir: state("kubelet-volume-plugins"),
    maxPods: 250,
    clusterDomain: "cluster.local",
    clusterDNS: [CLUSTER_DNS],
    resolvConf: RESOLV_CONF,
    ...isolation,
    ...speed,
    ...patience,
  };
}

/** Works on cgroup v1 and v2, with swap, and leaves the machine's firewall and sysctls alone. */
const isolation = {
  failCgroupV1: false,
  failSwapOn: false,
  cgroupDriver: "cgroupfs",
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  makeIPTablesUtilChains: false,
  // Without control groups of their own for pods, the kubelet ends in a nil pointer when it means to resize one.
  featureGates: { InPlacePodVerticalScaling: false },
};

const speed = {
  serializeImagePulls: false,
  registryPullQPS: 0,
  eventRecordQPS: 1000,
  eventBurst: 2000,
  kubeAPIQPS: 1000,
  kubeAPIBurst: 2000,
  configMapAndSecretChangeDetectionStrategy: "Watch",
};

/** Never evicts a pod or collects an image because the machine's disk or memory is rather full. */
const patience = {
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: {
    "memory.available": "0%",
    "nodefs.available": "0%",
    "nodefs.inodesFree": "0%",
    "imagefs.available": "0%",
  },
};
