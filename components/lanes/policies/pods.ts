import { AGENT, type Lane, TOKEN } from "../definition.ts";
import { CALLED, CONTAINERS, containersOf, isPinned, PODS, podSecrets } from "./pod-spec.ts";
import { literal, policyManifest } from "./policy.ts";

/**
 * Pods of a lane run as its agent, whatever the pod template of a Jenkinsfile requests, and only images that cannot change. None gets
 * the token of the launcher, which would start pods after the build has ended.
 */
export function podPolicy(name: string, lanes: readonly Lane[]) {
  return policyManifest(name, {
    resourceRules: PODS,
    namespaces: lanes.map(({ namespace }) => namespace),
    validations: [
      {
        expression: `object.spec.serviceAccountName == ${literal(AGENT)}`,
        message: `pods of a lane of Jenkins run as the account ${AGENT}; set serviceAccountName to it`,
      },
      ...CONTAINERS.map((list) => ({
        expression: `${containersOf(list)}.all(c, ${isPinned("c.image")})`,
        message: `an image of each ${CALLED[list]} of a lane of Jenkins must be pinned as repository@sha256:<64 hex digits>`,
      })),
      ...podSecrets(
        (secret) => `${secret} != ${literal(TOKEN)}`,
        (field) => `${field}: pods of a lane of Jenkins may not have the Secret ${TOKEN}`,
      ),
    ],
  });
}
