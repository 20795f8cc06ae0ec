import type { LaneGuardInputs } from "../../contract/lane-guard.ts";
import { ADMINISTERED } from "../../contract/marks.ts";
import { manifestHash } from "../manifests/hash.ts";
import type { LanePlan } from "./plan.ts";
import type { Rule } from "./roles.ts";
import { type ObjectReference, objectsOf } from "./object-reference.ts";

/**
 * The objects of a plan in few lines that change with them: each rule of a role, and a hash of every other object; and of manifests a hash of
 * each object that no lane may write.
 */
export function summaryOf(plan: LanePlan): LaneGuardInputs["lanes"] {
  const { lanes, policies, admissions, roles, clusterRoles } = plan;
  const manifests = lanes.map((lane) => lane.manifests);
  const objects = [...manifests, ...policies, ...admissions, ...roles, ...clusterRoles].flatMap(
    objectsOf,
  );
  const administered = plan.administered.map((object): [string, string[]] => {
    return [`${ADMINISTERED}${nameOf(object)}`, [manifestHash(object)]];
  });
  const all = objects.map((object): [string, string[]] => [nameOf(object), linesOf(object)]);
  return Object.fromEntries([...all, ...administered]);
}

function nameOf({ kind, metadata: { name, namespace } }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function linesOf(object: ObjectReference & { readonly rules?: readonly Rule[] }): string[] {
  if (object.rules === undefined) {
    return [manifestHash(object)];
  }
  return object.rules.map(({ apiGroups: [group = ""], resources: [resource = ""], ...rule }) => {
    const { resourceNames, verbs } = rule;
    const names = resourceNames === undefined ? "" : ` ${resourceNames.join(", ")}`;
    return `${verbs.join(", ")}: ${resource}${group === "" ? "" : `.${group}`}${names}`;
  });
}
