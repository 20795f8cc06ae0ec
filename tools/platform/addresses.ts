/**
 * Every address of the platform. Ports lie below 30000, where neither outgoing connections nor
 * NodePorts are given out; networks are ones that kind, k3s, podman and docker leave alone.
 */

/** Name of the platform's own bridge; pods and image builds hang on it. */
export const BRIDGE = "slipway0";

/** The bridge's address: the node, its API server and its kubelet answer there, and nowhere else. */
export const NODE_ADDRESS = "10.219.0.1";

/** All pods and build containers. */
export const POD_NETWORK = "10.219.0.0/16";

/** Addresses given to pods; the rest of {@link POD_NETWORK} belongs to image builds. */
export const podRange = { start: "10.219.0.10", end: "10.219.250.254" };

/** Addresses given to the containers of image builds. */
export const BUILD_NETWORK = "10.219.255.0/24";

/** Cluster IPs of Services. */
export const SERVICE_NETWORK = "10.218.0.0/16";

/** Cluster IP of the API server's own Service. */
export const API_SERVICE = "10.218.0.1";

/** Where pods look for names; nothing answers there unless somebody asked for the cluster's DNS. */
export const CLUSTER_DNS = "10.218.0.10";

/** TCP ports, on loopback unless said otherwise. */
export const ports = {
  /** On {@link NODE_ADDRESS}. */
  apiServer: 26443,
  etcdClient: 22379,
  etcdPeer: 22380,
  controllerManager: 20257,
  scheduler: 20259,
  /** On {@link NODE_ADDRESS}. */
  kubelet: 20250,
  kubeletHealth: 20248,
  kubeProxyHealth: 20256,
  kubeProxyMetrics: 20249,
  registry: 25000,
} as const;

/** The registry's name in image references: dockerd pushes to it and the kubelet pulls from it. */
export const REGISTRY = `127.0.0.1:${ports.registry}`;
