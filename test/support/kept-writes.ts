import { IMAGE, type Json } from "./deploy-objects.ts";

/** A Deployment without pods, whose container has a Secret. */
const withSecret = (name: string, key = "k") => {
  const env = [{ name: "A", valueFrom: { secretKeyRef: { name, key } } }];
  const containers = [{ name: "shop", image: IMAGE, env }];
  return { spec: { replicas: 0, template: { spec: { containers } } } };
};
const template = (change: Json): Json => ({ spec: { replicas: 0, template: change } });
const ordered = (role: string) =>
  template({ metadata: { annotations: { "iam.amazonaws.com/role": role } } });
const placed = (change: Json) => template({ spec: change });
const labelled = (grafana: string): Json => ({
  metadata: { labels: { grafana_datasource: grafana } },
});
const ports = [
  { name: "http", port: 80 },
  { name: "b", port: 81 },
];
const toleration = { key: "a", operator: "Exists" };

/** By resource, what an administrator puts into an object, and what the deploy lane may not make of it. */
export const KEPT: readonly (readonly [string, Json, Json])[] = [
  [
    "serviceaccounts",
    { metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop" } } },
    { metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/admin" } } },
  ],
  ["services", { spec: { type: "NodePort" } }, { spec: { externalIPs: ["10.0.0.53"] } }],
  ["services", { spec: { type: "NodePort" } }, { spec: { ports } }],
  ["configmaps", labelled("1"), labelled("2")],
  ["deployments", withSecret("legacy-2"), withSecret("other")],
  ["deployments", withSecret("legacy-2"), withSecret("legacy-2", "other")],
  [
    "deployments",
    withSecret("legacy-2"),
    placed({ volumes: [{ name: "v", secret: { secretName: "legacy-2" } }] }),
  ],
  ["deployments", ordered("shop"), ordered("admin")],
  [
    "deployments",
    placed({ nodeSelector: { a: "b" }, tolerations: [toleration], schedulerName: "own" }),
    placed({ tolerations: [{ ...toleration, key: "b" }] }),
  ],
  [
    "deployments",
    placed({ serviceAccountName: "default" }),
    placed({ serviceAccountName: "operator" }),
  ],
];
