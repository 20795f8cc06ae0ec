import { apiServer } from "./daemons/api-server.ts";
import { containerd } from "./daemons/containerd.ts";
import { controllerManager } from "./daemons/controller-manager.ts";
import { dockerd } from "./daemons/dockerd.ts";
import { etcd } from "./daemons/etcd.ts";
import { kubeProxy } from "./daemons/kube-proxy.ts";
import { kubelet } from "./daemons/kubelet.ts";
import { registryDaemon } from "./daemons/registry.ts";
import { scheduler } from "./daemons/scheduler.ts";

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
