import type { AccessFault } from "../../contract/access-proof.ts";
import { resourceOf, type Right } from "../../rights.ts";
import { groups } from "../groups.ts";
import { table } from "../table.ts";

/** What an identity must have to ask for others' rights. */
export const ASKING = "create subjectaccessreviews.authorization.k8s.io";

/** A proof that failed: each right that is not as it should be, and what to do. */
export function reportOf(name: string, faults: readonly AccessFault[]): string {
  const missing = faults.filter(({ wanted }) => wanted === "allowed").length;
  const header = ["identity", "verb", "resource", "namespace", "wanted", "found", "because"];
  const lines = table([header, ...groups(faults, sameOf).map(rowOf)]).map((line) => `  ${line}`);
  return [
    `access proof ${name}: rights that are missing: ${missing}, that are too many: ${faults.length - missing}`,
    ...lines,
    "remedy: mend the roles and bindings of these identities; what somebody else has bound to them or to their groups is to be removed there",
  ].join("\n");
}

/** Verbs on the same objects share a row. */
function sameOf({ right, ...fault }: AccessFault): string {
  return JSON.stringify([{ ...right, verb: undefined }, fault]);
}

function rowOf(same: readonly [AccessFault, ...AccessFault[]]): string[] {
  const [{ user, right, wanted, reason = "" }] = same;
  const verbs = same.map((fault) => fault.right.verb).join(",");
  const found = wanted === "allowed" ? "denied" : "allowed";
  return [user, verbs, objectsOf(right), right.namespace ?? "(cluster)", wanted, found, reason];
}

/** E.g. `secrets payment` for one by its name. */
function objectsOf(right: Right): string {
  return right.name === undefined ? resourceOf(right) : `${resourceOf(right)} ${right.name}`;
}
