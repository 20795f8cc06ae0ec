import * as k8s from "@pulumi/kubernetes";

import { Namespace, Release, SlipwayProvider } from "./components";
import { readSettings } from "./settings";

const { cluster, registry, namespace: home, services } = readSettings();
const { kubeconfig, context, identifier } = cluster;

const kubernetes = new k8s.Provider("cluster", {
  kubeconfig,
  context,
  clusterIdentifier: identifier,
});
const slipway = new SlipwayProvider("slipway", { kubeconfig, context });
const place = new Namespace(home, { provider: kubernetes });

const delivered = Object.entries(services).map(([name, service]) => {
  const args = { service, namespace: place, registry };
  return [name, new Release(name, args, { providers: [kubernetes, slipway] })] as const;
});

export const namespace = place.metadata.name;
export const releases = Object.fromEntries(delivered.map(([name, { release }]) => [name, release]));
export const endpoints = Object.fromEntries(
  delivered.map(([name, { endpoint }]) => [name, endpoint]),
);
