import { object } from "./intruder.ts";
import type { Request } from "./request.ts";

const rbac = "rbac.authorization.k8s.io";

/** Where the deploy lane of a stack tries what it must not. */
export interface Scene {
  /** Namespace of the services. */
  readonly home: string;
  /** What the names of the lanes' objects begin with. */
  readonly lanes: string;
  /** A pod of the services. */
  readonly pod: string;
}

/** Requests beyond the rights of the deploy lane: for more rights, for Secrets and tokens, for pods, around a limit. */
export function actsBeyond({ home, lanes, pod }: Scene): Request[] {
  const core = `/api/v1/namespaces/${home}`;
  const roles = `/apis/${rbac}/v1/namespaces/${home}`;
  const roleRef = { apiGroup: rbac, kind: "ClusterRole", name: "cluster-admin" };
  const rule = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
  const own = `/api/v1/namespaces/${lanes}deploy`;
  return [
    {
      method: "POST",
      path: `${roles}/roles`,
      body: object(`${rbac}/v1`, "Role", home, { rules: [rule] }),
    },
    { method: "PATCH", path: `${roles}/roles/${lanes}deploy`, body: { rules: [rule] } },
    { method: "DELETE", path: `${roles}/roles/${lanes}deploy` },
    {
      method: "POST",
      path: `${roles}/rolebindings`,
      body: object(`${rbac}/v1`, "RoleBinding", home, { roleRef }),
    },
    { method: "PATCH", path: `${roles}/rolebindings/${lanes}deploy`, body: { subjects: [] } },
    {
      method: "POST",
      path: `/apis/${rbac}/v1/clusterrolebindings`,
      body: object(`${rbac}/v1`, "ClusterRoleBinding", undefined, { roleRef }),
    },
    { method: "POST", path: "/api/v1/namespaces", body: object("v1", "Namespace") },
    {
      method: "PATCH",
      path: core,
      body: { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
    },
    { method: "DELETE", path: core },
    {
      method: "DELETE",
      path: `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${lanes}pods`,
    },
    {
      method: "POST",
      path: `${core}/serviceaccounts/shop/token`,
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    },
    {
      method: "POST",
      path: `${own}/serviceaccounts/agent/token`,
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    },
    {
      method: "PATCH",
      path: `${own}/serviceaccounts/agent`,
      body: { automountServiceAccountToken: true },
    },
    { method: "GET", path: `${core}/secrets` },
    { method: "GET", path: `${core}/secrets/other` },
    { method: "POST", path: `${core}/secrets`, body: object("v1", "Secret", home) },
    { method: "GET", path: "/api/v1/namespaces/kube-system/secrets" },
    { method: "POST", path: `${core}/pods/${pod}/exec?command=id` },
    { method: "POST", path: `${core}/pods/${pod}/attach` },
    { method: "POST", path: `${core}/pods/${pod}/portforward` },
    { method: "POST", path: `${core}/pods`, body: object("v1", "Pod", home) },
    { method: "POST", path: `${own}/pods`, body: object("v1", "Pod", `${lanes}deploy`) },
    {
      method: "POST",
      path: `/api/v1/namespaces/${lanes}build/pods`,
      body: object("v1", "Pod", `${lanes}build`),
    },
    {
      method: "PATCH",
      path: `${own}/resourcequotas/agents`,
      body: { spec: { hard: { pods: "1000" } } },
    },
    { method: "GET", path: "/api/v1/nodes" },
    {
      method: "POST",
      path: "/apis/apps/v1/namespaces/default/deployments",
      body: object("apps/v1", "Deployment", "default"),
    },
    {
      method: "PATCH",
      path: `/apis/autoscaling/v2/namespaces/${home}/horizontalpodautoscalers/shop`,
      body: {},
    },
  ];
}
