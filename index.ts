import * as k8s from "@pulumi/kubernetes";

import { Credential, Namespace, Release, requireReady, SlipwayProvider } from "./components";
import { readSettings } from "./settings";

const settings = readSettings();
const { cluster, registry, namespace: home, services, sealing } = settings;
const { kubeconfig, context, identifier } = cluster;

const kubernetes = new k8s.Provider("cluster", {
  kubeconfig,
  context,
  clusterIdentifier: identifier,
});
const slipway = new SlipwayProvider("slipway", { kubeconfig, context });
const place = new Namespace(home, { provider: kubernetes });

const providers: [k8s.Provider, SlipwayProvider] = [kubernetes, slipway];
const credentials = Object.fromEntries(
  Object.entries(settings.credentials).map(([name, definition]) => {
    const args = { definition, namespace: place, sealing, registry };
    return [name, new Credential(name, args, { providers })];
  }),
);
const delivered = Object.entries(services).map(([name, service]) => {
  const args = { service, namespace: place, registry, credentials, failsLate: true };
  return [name, new Release(name, args, { providers })] as const;
});

export const namespace = place.metadata.name;
export const releases = Object.fromEntries(delivered.map(([name, { release }]) => [name, release]));
export const history = Object.fromEntries(delivered.map(([name, { history }]) => [name, history]));
export const endpoints = Object.fromEntries(
  delivered.map(([name, { endpoint }]) => [name, endpoint]),
);
requireReady(releases);
