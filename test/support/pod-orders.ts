import { podWith } from "./intruder.ts";

/** What a node's cloud says of it to whoever asks from there. */
const HOST = { httpGet: { host: "169.254.169.254", port: 80 } };
/** What a pod of a lane may not ask of the cluster: what, the refusal, the pod, and its metadata. */
export const POD_ORDERS: readonly (readonly [string, RegExp, object, object])[] = [
  ...[
    "iam.amazonaws.com/role",
    "k8s.v1.cni.cncf.io/networks",
    "vault.hashicorp.com/agent-inject",
  ].map(
    (key) => [key, /metadata\.annotations/, podWith({}), { annotations: { [key]: "x" } }] as const,
  ),
  [
    "a class of the cluster itself",
    /spec\.priorityClassName/,
    podWith({ priorityClassName: "system-cluster-critical" }),
    {},
  ],
  ["a node past the scheduler", /spec\.nodeName/, podWith({ nodeName: "node" }), {}],
  [
    "a probe of another host",
    /names a host|uses probe or lifecycle host/,
    podWith({}, { livenessProbe: HOST }),
    {},
  ],
  [
    "a hook to another host",
    /names a host|uses probe or lifecycle host/,
    podWith({}, { lifecycle: { preStop: HOST } }),
    {},
  ],
];
