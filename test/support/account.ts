import { AuthenticationV1TokenRequest, CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import { cluster, kubeConfig } from "../../testbed/cluster.ts";

/** An account of the cluster that a story runs as. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** A rule of a Role, as one writes it down. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Makes a ServiceAccount that may do what these rules say, and nothing else. It goes with its namespace. */
export async function createAccount(
  { namespace, name }: Account,
  rules: readonly Rule[],
): Promise<void> {
  const metadata = { namespace, name };
  const group = "rbac.authorization.k8s.io";
  const apiVersion = `${group}/v1`;
  await cluster.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await cluster.create({ apiVersion, kind: "Role", metadata, rules });
  await cluster.create({
    apiVersion,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: group, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
}

/** The platform's kubeconfig, as text, with a token of the account in place of the administrator's credentials. */
export async function kubeconfigOfAccount({ namespace, name }: Account): Promise<string> {
  const api = kubeConfig().makeApiClient(CoreV1Api);
  const spec = { audiences: [], expirationSeconds: 3600 };
  const body = Object.assign(new AuthenticationV1TokenRequest(), { spec });
  const { status } = await api.createNamespacedServiceAccountToken({ namespace, name, body });
  const config = new KubeConfig();
  config.loadFromString(kubeConfig().exportConfig());
  config.users = config.users.map((user) => ({ name: user.name, token: status?.token ?? "" }));
  return config.exportConfig();
}
