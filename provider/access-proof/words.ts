import type { AccessFault, PolicyFault } from "../../contract/access-proof.ts";
import { resourceOf, type Right } from "../../rights.ts";
import { groups } from "../groups.ts";
import { table } from "../table.ts";

/** A failed proof: each right that is missing or too many, each policy that is not in force, and the remedies. */
export function reportOf(
  name: string,
  faults: readonly AccessFault[],
  policyFaults: readonly PolicyFault[],
): string {
  return [
    ...(faults.length === 0 ? [] : rightsReport(name, faults)),
    ...(policyFaults.length === 0 ? [] : policiesReport(name, policyFaults)),
  ].join("\n");
}

function rightsReport(name: string, faults: readonly AccessFault[]): string[] {
  const missing = faults.filter(({ wanted }) => wanted === "allowed").length;
  const header = ["identity", "verb", "resource", "namespace", "wanted", "found", "because"];
  return [
    `access proof ${name}: rights that are missing: ${missing}, that are too many: ${faults.length - missing}`,
    ...indented([header, ...groups(faults, sameOf).map(rowOf)]),
    "remedy: fix the roles and bindings of these identities; remove what somebody else has bound to them or to their groups",
  ];
}

function policiesReport(name: string, faults: readonly PolicyFault[]): string[] {
  const policies = new Set(faults.map(({ policy }) => policy));
  const rows = faults.map(({ policy, tried, found }) => [policy, tried, found]);
  return [
    `access proof ${name}: policies that are not in force as they should be: ${policies.size}`,
    ...indented([["policy", "tried", "found"], ...rows]),
    "remedy: run pulumi up --refresh as an administrator, which restores what was changed or deleted; if a difference remains, somebody else has added it: delete that policy and its binding first (kubectl delete validatingadmissionpolicybindings,validatingadmissionpolicies <policy>)",
  ];
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return table(rows).map((line) => `  ${line}`);
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
