import { apiServer } from "./daemons/api-server";
import { containerd } from "./daemons/containerd";
import { controllerManager } from "./daemons/controller-manager";
import { dockerd } from "./daemons/dockerd";
import { etcd } from "./daemons/etcd";
import { kubeProxy } from "./daemons/kube-proxy";
import { kubelet } from "./daemons/kubelet";
import { registryDaemon } from "./daemons/registry";
import { scheduler } from "./daemons/scheduler";

/** Every daemon of the platform by its name, in the order in which status shows them. */
export const components = {
  etcd,
  "kube-apiserver": apiServer,
  "kube-controller-manager": controllerManager,
  "kube-scheduler": scheduler,
  containerd,
  kubelet,
  "kube-proxy": kubeProxy,
  dockerd,
  registry: registryDaemon,
};

/** Name of a daemon. */
export type ComponentName = keyof typeof components;
