import { AGENT, type Lane, userName } from "../../definition.ts";
import { policyManifest, type Rules } from "../policy.ts";

/** What limits the deploy lane in the services' namespace. */
export interface Limit extends Pick<Rules, "variables" | "validations"> {
  readonly apiGroups: readonly string[];
  /** An object that is asked for in another version is looked at in this one. */
  readonly apiVersion: string;
  readonly resources: readonly string[];
}

/** How what a policy refuses is done all the same: what an administrator has put there may stay. */
const REMEDY = "an administrator of the cluster does so with pulumi up, and the lane leaves it";

/** What a refusal says of a field. */
export function refusal(field: string, allowed: string): string {
  return `${field}: the deploy lane of Jenkins may write only ${allowed}; ${REMEDY}`;
}

/** A policy for the agents of the deploy lane, in the namespaces that it delivers into. */
export function limitPolicy(name: string, lane: Lane, places: readonly string[], limit: Limit) {
  const { apiGroups, apiVersion, resources, ...demands } = limit;
  return policyManifest(name, {
    resourceRules: [
      {
        apiGroups: [...apiGroups],
        apiVersions: [apiVersion],
        operations: ["CREATE", "UPDATE"],
        resources: [...resources],
      },
    ],
    namespaces: places,
    users: [userName(lane.namespace, AGENT)],
    ...demands,
  });
}
