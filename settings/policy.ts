import { z } from "zod";

import type { PolicyDefinition, Waiver } from "../components/policy/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { type KindName, KINDS } from "../policy/rules/kinds.ts";
import type { OwnRule } from "../policy/rules/own-rule.ts";
import { RULES } from "../policy/rules/table.ts";
import { type Fault, faultIf, got, unknownKey } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";
import type { Surroundings } from "./surroundings.ts";

/** YAML reads a day as a point in time, and the engine hands that over in Go's words. */
const DAY =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T00:00:00Z| 00:00:00 \+0000 UTC)?$/;
const ONE_LINE = /^(?=.*\S)[^\p{Cc}]{1,200}$/u;
const LONGEST_CHECK = 2000;

const A_DAY = "the last day of the waiver as YYYY-MM-DD, such as 2027-06-30";

const until = field
  .text(DAY, A_DAY)
  .transform((day) => day.slice(0, "YYYY-MM-DD".length))
  .refine(isDay, { error: `allowed: ${A_DAY}` });

const waiver = field.mapping(
  {
    until,
    why: field.text(ONE_LINE, "the reason, in one line of up to 200 characters"),
  } satisfies ShapeOf<Waiver>,
  "until and why",
);

const KIND_NAMES = Object.keys(KINDS) as [KindName, ...KindName[]];

const ownRule = field.mapping(
  {
    kinds: field
      .list(field.oneOf(...KIND_NAMES), "a list of kinds such as Deployment")
      .min(1, { error: "allowed: at least one kind" }),
    check: z
      .string({ error: "allowed: an expression of CEL that is true for an object that is right" })
      .min(1, { error: "allowed: an expression of CEL" })
      .max(LONGEST_CHECK, { error: `allowed: up to ${LONGEST_CHECK} characters` }),
    message: field.text(ONE_LINE, "what is said of an object, in one line of up to 200 characters"),
  } satisfies ShapeOf<OwnRule>,
  "kinds, check and message",
);

const REGISTRY =
  /^[a-zA-Z0-9](?:[\w.-]*[a-zA-Z0-9])?(?::\d{1,5})?(?:\/[a-z0-9](?:[\w.-]*[a-z0-9])?)*$/;
const A_REGISTRY =
  "a registry such as ghcr.io, or a repository of one such as ghcr.io/team, without scheme and tag";

/** Whether a calendar has it: the 31st of February would be one of March. */
function isDay(day: string): boolean {
  return new Date(day).toISOString().startsWith(day);
}

/** The policy that holds for the stack. */
export function policySchema(surroundings: Surroundings) {
  const registry = field
    .expanded(surroundings, A_REGISTRY)
    .pipe(field.ofRegistry(field.text(REGISTRY, A_REGISTRY)));
  return field.mapping(
    {
      admission: field
        .choice("whether the API server holds everybody to the policy in the stack's namespace")
        .exactOptional(),
      registries: field.list(registry, "a list of registries such as ghcr.io").exactOptional(),
      waive: field
        .named(
          z.string(),
          field.named(z.string(), waiver, "waivers by object: {until, why}"),
          "waivers by rule and object",
        )
        .exactOptional(),
      rules: field
        .named(field.label, ownRule, "rules by name: {kinds, check, message}")
        .exactOptional(),
    } satisfies ShapeOf<PolicyDefinition>,
    "admission, registries, waive and rules",
  );
}

/**
 * Waivers of rules that there are not, and those that have ended; and rules with a name that is taken.
 *
 * @param today as YYYY-MM-DD, by UTC
 */
export function policyFaults(raw: Mapping, today: string): Fault[] {
  const { waive, rules } = fieldsOf(raw["policy"]);
  const names = RULES.map(({ name }) => name);
  const own = Object.keys(fieldsOf(rules));
  const known = [...names, ...own];
  const waived = Object.entries(fieldsOf(waive));
  return [
    ...waived.flatMap(([rule, objects]) =>
      known.includes(rule)
        ? endedFaults(["policy", "waive", rule], fieldsOf(objects), today)
        : faultIf(true, ["policy", "waive", rule], unknownKey(rule, known)),
    ),
    ...own.flatMap((name) =>
      faultIf(
        names.includes(name),
        ["policy", "rules", name],
        got(name, "allowed: a name that no rule of Slipway's has; give it another one"),
      ),
    ),
  ];
}

function endedFaults(path: Fault["path"], objects: Mapping, today: string): Fault[] {
  return Object.entries(objects).flatMap(([object, written]) => {
    const { until: end } = fieldsOf(written);
    const day = typeof end === "string" ? DAY.exec(end)?.[1] : undefined;
    return faultIf(
      day !== undefined && day < today,
      [...path, object, "until"],
      got(
        day,
        `the waiver has ended, today is ${today}; make the object right and remove the waiver, or set a later day with a reason that still holds`,
      ),
    );
  });
}
