import {
  ApisApi,
  CoreV1Api,
  CustomObjectsApi,
  type KubernetesObject,
  type V1APIResource,
} from "@kubernetes/client-node";

import { cluster, kubeConfig } from "../../testbed/cluster.ts";

/** All objects of a namespace, of every kind that the cluster knows there, but for Secrets. */
export async function objectsBesideSecrets(namespace: string): Promise<KubernetesObject[]> {
  const lists = (await listableKinds()).map(async (kind) => {
    const objects = await cluster.list(kind, namespace);
    // Of what is in a list the API server does not say what it is.
    return objects.map((object) => ({ ...object, ...kind }));
  });
  return (await Promise.all(lists)).flat();
}

async function listableKinds(): Promise<{ apiVersion: string; kind: string }[]> {
  const config = kubeConfig();
  const core = await config.makeApiClient(CoreV1Api).getAPIResources();
  const { groups } = await config.makeApiClient(ApisApi).getAPIVersions();
  const others = groups.map(async ({ name, versions, preferredVersion }) => {
    const version = (preferredVersion ?? versions[0])?.version ?? "";
    const api = config.makeApiClient(CustomObjectsApi);
    const { resources } = await api.getAPIResources({ group: name, version });
    return kindsOf(`${name}/${version}`, resources);
  });
  return [...kindsOf("v1", core.resources), ...(await Promise.all(others)).flat()];
}

function kindsOf(apiVersion: string, resources: readonly V1APIResource[]) {
  return resources
    .filter(({ namespaced, verbs, kind }) => {
      return namespaced && verbs.includes("list") && !(apiVersion === "v1" && kind === "Secret");
    })
    .map(({ kind }) => ({ apiVersion, kind }));
}
