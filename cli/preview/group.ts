import { RESOURCES } from "../../contract/tokens.ts";
import { code } from "../markdown.ts";
import type { Step } from "./step.ts";

/** The group that a service is delivered in. */
export interface PreviewedGroup {
  readonly name: string;
  /** In the order of their delivery. */
  readonly members: readonly string[];
}

/** What a preview says of a service's group. */
export interface OfGroup {
  /** @default - it is delivered by itself */
  readonly group?: PreviewedGroup;
}

/** Reads from the steps of a service which group it is a member of. */
export function groupOf(own: readonly Step[]): OfGroup {
  const proof = own.find(({ type }) => type === RESOURCES.MemberProof);
  const { name, members } = (proof?.after?.["group"] ?? {}) as Partial<PreviewedGroup>;
  return proof === undefined || typeof name !== "string" || !Array.isArray(members)
    ? {}
    : { group: { name, members } };
}

/** A line for each group, with the order in which its members are delivered. */
export function groupLines(services: readonly OfGroup[]): string[] {
  const lines = services.flatMap(({ group }) =>
    group === undefined
      ? []
      : [`- ${code(group.name)}: ${group.members.map(code).join(", then ")}; all of them or none`],
  );
  return [...new Set(lines)];
}
