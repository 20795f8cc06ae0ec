import { type AdmissionManifests, literal, policyManifest } from "../lanes/policies/policy.ts";

/** The name of the policy that holds for all namespaces of a pool. */
export function boundsName(home: string): string {
  return `${home}-bounds`;
}

/**
 * What nobody writes into a namespace of the pool, whatever the settings of a trial say: a way in by a name of somebody else, an address in
 * front of everybody, an account that is somebody in a cloud.
 *
 * @param lane the user name of whoever has policies of its own for Services and accounts; undefined if there is no lane
 */
export function boundsPolicy(
  home: string,
  namespaces: readonly string[],
  host: string | undefined,
  lane: string | undefined,
): AdmissionManifests {
  return policyManifest(boundsName(home), {
    resourceRules: [
      written("networking.k8s.io", ["ingresses"]),
      written("gateway.networking.k8s.io", ["*"]),
      written("", ["services", "serviceaccounts"]),
    ],
    namespaces,
    variables: {
      kind: "request.resource.resource",
      // The lane's own policies say the same of these to it, and each of them is proved by its refusal.
      isLane: lane === undefined ? "false" : `request.userInfo.username == ${literal(lane)}`,
    },
    validations: [
      {
        expression: `variables.kind != "ingresses" || (${inIngress(host)})`,
        message:
          host === undefined
            ? "a trial has no Ingress, because slipway:trial.host is not set"
            : `spec.rules[].host: a trial has only names below ${host} (slipway:trial.host), and no default backend`,
      },
      {
        expression: `request.resource.group != "gateway.networking.k8s.io"`,
        message: "a trial has nothing of a Gateway, which is in front of everybody",
      },
      {
        expression: `variables.isLane || variables.kind != "services" || (object.spec.?type.orValue("ClusterIP") == "ClusterIP" && object.spec.?externalIPs.orValue([]).size() == 0)`,
        message: "spec.type: a Service of a trial is a ClusterIP without externalIPs",
      },
      {
        expression: `variables.isLane || variables.kind != "serviceaccounts" || object.metadata.?annotations.orValue({}).all(k, k.startsWith("pulumi.com/") || k.startsWith("slipway/") || (oldObject != null && k in oldObject.metadata.?annotations.orValue({})))`,
        message:
          "metadata.annotations: an account of a trial is nobody in a cloud; remove its annotations",
      },
    ],
  });
}

function inIngress(host: string | undefined): string {
  return host === undefined
    ? "false"
    : `!has(object.spec.defaultBackend) && object.spec.?rules.orValue([]).all(r, r.?host.orValue("").endsWith(${literal(`.${host}`)}) && !r.?host.orValue("").startsWith("*"))`;
}

function written(group: string, resources: readonly string[]) {
  return {
    apiGroups: [group],
    apiVersions: ["*"],
    operations: ["CREATE", "UPDATE"],
    scope: "Namespaced",
    resources: [...resources],
  };
}
