import { POOL } from "../../../contract/marks.ts";
import { AGENT, type Lane, userName } from "../definition.ts";
import { literal, policyManifest } from "./policy.ts";

/** What bounds the places of a pool stays there, although the lane may delete objects of the kind. */
export function keptPolicy(name: string, { namespace }: Lane, places: readonly string[]) {
  return policyManifest(name, {
    resourceRules: [
      {
        apiGroups: ["networking.k8s.io"],
        apiVersions: ["*"],
        operations: ["UPDATE", "DELETE"],
        resources: ["networkpolicies"],
      },
    ],
    namespaces: places,
    users: [userName(namespace, AGENT)],
    validations: [
      {
        expression: `request.name != ${literal(POOL)}`,
        message: `NetworkPolicy ${POOL} bounds every trial: only an administrator may change it, with pulumi up of the pool's stack`,
      },
    ],
  });
}
