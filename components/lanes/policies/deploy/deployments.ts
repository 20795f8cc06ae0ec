import { resourceOfKind, type WorkloadKind } from "../../../../contract/workload-kind.ts";
import { type Delivery, kindsOf } from "../../delivery.ts";
import { writtenKinds } from "../../rendered.ts";
import type { Limit } from "./limit.ts";
import { podLimit } from "./pod-limit.ts";

/**
 * Deployments, and what is in their place, whose pods get no token, no Secret that the settings do not name, no image that can change, and no node of their choice.
 * The namespace's Pod Security level holds the rest.
 */
export function deployments(delivery: Delivery): Limit {
  return {
    ...podLimit(delivery, "the name of the Deployment"),
    apiGroups: ["apps"],
    apiVersion: "v1",
    resources: [
      ...new Set([
        "deployments",
        ...kindsOf(delivery).filter(isOfApps).map(pluralOf),
        ...writtenKinds(delivery, "apps"),
      ]),
    ],
  };
}

function isOfApps(kind: WorkloadKind): boolean {
  return resourceOfKind(kind).group === "apps";
}

function pluralOf(kind: WorkloadKind): string {
  return resourceOfKind(kind).resource;
}
