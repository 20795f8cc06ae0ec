import type { Held } from "../../policy/rules/expressions.ts";
import { Judge } from "../../policy/rules/judge.ts";
import { ruleOf } from "../../policy/rules/own-rule.ts";
import { RULES } from "../../policy/rules/table.ts";
import { plain } from "../../mask/plain.ts";
import { faultsError } from "../faults-error.ts";
import { type JenkinsDefinition, lanesOf } from "../lanes/definition.ts";
import type { Delivery } from "../lanes/delivery.ts";
import { type Admission, admissionManifests } from "./admission.ts";
import type { PolicyDefinition } from "./definition.ts";
import { givenOf, type ImagePlaces, withAnyImage } from "./given.ts";
import { idOf, type Planned, plannedObjects } from "./objects.ts";
import { type FoundWaiver, foundWaivers, waivedIds, waiverLine } from "./waivers.ts";

/** Inputs of {@link requirePolicy}. */
export interface RequiredPolicy extends Delivery, ImagePlaces {
  readonly services: Delivery["services"];
  /** @default {} */
  readonly policy?: PolicyDefinition | undefined;
  /**
   * What Jenkins gets of the cluster.
   * @default - nothing
   */
  readonly jenkins?: JenkinsDefinition | undefined;
}

/** The policy that holds for a stack. */
export interface HeldPolicy {
  readonly waivers: readonly FoundWaiver[];
  /**
   * What holds everybody to it in the stack's namespace.
   * @default - the settings want nothing of the API server
   */
  readonly admission?: Admission;
  /** Judges by the rules and waivers of the stack. */
  readonly judge: Judge;
}

/** The rule that needs to know all of a namespace. */
const OF_HOME = "network-policies";

/**
 * Ends the run before anything is registered if an object that the stack describes breaks a rule, and no waiver lets it.
 *
 * @throws RunError with a line for each fault
 */
export function requirePolicy(required: RequiredPolicy): HeldPolicy {
  const { namespace, policy = {} } = required;
  const planned = plannedObjects(required);
  const given = givenOf(required, policy, planned);
  const { waivers, faults } = foundWaivers(policy, planned);
  const own = Object.entries(policy.rules ?? {}).map(([name, rule]) => ruleOf(name, rule));
  const waived = { ...waivedIds(waivers) };
  for (const { name } of own) {
    waived[name] = [...(waived[name] ?? []), ...laneIds(required)];
  }
  const held: Held = { rules: [...RULES, ...own], given, waived };
  const judge = new Judge({ ...held, given: withAnyImage(given) });
  const unread = Object.entries(policy.rules ?? {}).flatMap(([name, { check }]) => {
    const fault = judge.checkFault(check);
    return fault === undefined
      ? []
      : [
          `slipway:policy.rules.${name}.check: ${fault}; allowed: an expression of CEL that is true or false`,
        ];
  });
  const found = [...faults, ...unread];
  if (found.length === 0) {
    found.push(...planned.flatMap((each) => faultsOf(each, judge)));
  }
  if (found.length > 0) {
    throw faultsError(found.map(plain), "things that the policy refuses");
  }
  return {
    waivers,
    judge,
    ...(policy.admission === true && { admission: admissionManifests(namespace, held) }),
  };
}

/** What the lanes have in the namespace. Nobody can make it otherwise for a team's rule; and the lanes' own policies and proof judge it. */
function laneIds({ jenkins, namespace }: RequiredPolicy): string[] {
  const lanes = jenkins === undefined ? [] : lanesOf(jenkins, namespace);
  return lanes.flatMap((lane) => [`Role/${lane.namespace}`, `RoleBinding/${lane.namespace}`]);
}

function faultsOf({ owner, place, isHome, object }: Planned, judge: Judge): string[] {
  return judge
    .faultsOf(object)
    .filter(({ rule }) => isHome || rule !== OF_HOME)
    .map(
      ({ rule, text }) =>
        `${place}: ${idOf(object)}: ${rule}: ${text}; or waive it for a time: slipway:policy.waive.${rule}.${owner}: {until, why}`,
    );
}

/** What is waived of a service, a line each: its record has them. */
export function waivedOf({ waivers }: Pick<HeldPolicy, "waivers">, service: string): string[] {
  return waivers.filter(({ owners }) => owners.includes(service)).map(waiverLine);
}
