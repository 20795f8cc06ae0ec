import { type Fault, faultIf, got } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";

const MEMBERS = "a list of at least two services, in the order of their delivery";

/** Services that are released together or not at all, by the name of their group. */
export const groupsSchema = field.named(
  field.label,
  field
    .list(field.label, MEMBERS)
    .min(2, { error: `allowed: ${MEMBERS}; one alone needs no group` }),
  "a mapping of groups by name, each a list of services such as checkout: [ledger, cart, shop]",
);

/** Members that are no services, that are named twice, or that could not be taken back; and pins of half a group. */
export function groupFaults(raw: Mapping): Fault[] {
  const groups = membersIn(raw);
  const services = fieldsOf(raw["services"]);
  const faults = groups.flatMap(({ group, member, index }, at) => {
    const path = ["groups", group, index];
    const first = groups.slice(0, at).find((each) => each.member === member);
    const service = Object.hasOwn(services, member) ? services[member] : undefined;
    return [
      ...faultIf(
        service === undefined,
        path,
        got(member, `allowed: services of slipway:services: ${Object.keys(services).join(", ")}`),
      ),
      ...faultIf(
        first !== undefined,
        path,
        got(member, `allowed: each service once, and it is in ${first?.group ?? ""} already`),
      ),
      ...(service === undefined ? [] : serviceFaults(group, member, fieldsOf(service))),
    ];
  });
  return [...faults, ...pinFaults(raw)];
}

function serviceFaults(group: string, name: string, service: Mapping): Fault[] {
  const path = ["services", name];
  return [
    ...faultIf(
      service["rollback"] === false,
      [...path, "rollback"],
      got(
        false,
        `allowed: true for a member of the group ${group}, which is taken back as a whole`,
      ),
    ),
    ...faultIf(
      service["manifests"] !== undefined,
      [...path, "manifests"],
      `contradicts slipway:groups.${group}; allowed: members that Slipway's own manifests deliver; take ${name} out of the group, or remove manifests`,
    ),
  ];
}

/** A group is pinned as a whole, or it is not the group that was proved. */
function pinFaults(raw: Mapping): Fault[] {
  const pins = fieldsOf(raw["pins"]);
  return Object.entries(Object.groupBy(membersIn(raw), ({ group }) => group)).flatMap(
    ([group, members = []]) => {
      const names = members.map(({ member }) => member);
      const pinned = names.filter((name) => Object.hasOwn(pins, name));
      const missing = names.filter((name) => !pinned.includes(name));
      return missing.length === 0
        ? []
        : pinned.map((name) => ({
            path: ["pins", name],
            text: `pins a part of the group ${group}: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not pinned; allowed: all members or none; run npx slipway rollback --group ${group}, or npx slipway unpin`,
          }));
    },
  );
}

/** Each member as it is written, in the order of the groups. */
function membersIn(raw: Mapping) {
  return Object.entries(fieldsOf(raw["groups"])).flatMap(([group, members]) =>
    (Array.isArray(members) ? (members as unknown[]) : []).flatMap((member, index) =>
      typeof member === "string" ? [{ group, member, index }] : [],
    ),
  );
}
