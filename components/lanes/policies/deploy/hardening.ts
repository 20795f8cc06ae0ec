import { loosenessOf } from "../../../../policy/rules/loose.ts";
import { EXCEPTIONS, type ExceptionWord } from "../../../service/exceptions.ts";
import { literal, type Validation } from "../policy.ts";
import { refusal } from "./limit.ts";
import { renderedAs, type SaidPods } from "./said.ts";

const PODS = { pod: "variables.spec", containers: "variables.containers" };

/** Variables of {@link hardening}, beside `spec`. */
export const HARDENING_VARIABLES = {
  containers: "variables.spec.containers + variables.spec.?initContainers.orValue([])",
} as const;

/**
 * Every pod as Slipway makes it, and what a word permits only to the services that have it: the namespace's Pod Security level, which
 * is the loosest that one of them needs or that others have set, holds none of the rest. Of volumes, tokens, networks and hosts of probes
 * the lane's other limits know more: whose they are.
 */
export function hardening(pods: readonly SaidPods[], at: string): Validation[] {
  const looseness: Readonly<Partial<Record<ExceptionWord, string>>> = loosenessOf(PODS);
  return Object.entries(looseness).map(([word, loose]) => {
    const known = word as ExceptionWord;
    const allowed = pods.filter(({ allow }) => allow.includes(known));
    const names = allowed.flatMap(({ name, isRendered }) => (isRendered ? [] : [name]));
    const { permits } = EXCEPTIONS[known];
    return {
      expression: [
        `object.metadata.name in ${literal(names)}`,
        ...renderedAs(allowed),
        `(oldObject != null && object.${at} == oldObject.${at})`,
        `!(${loose})`,
      ].join(" || "),
      message: refusal(
        at,
        `pods that may not ${permits}, except those of services that allow ${word}`,
      ),
    };
  });
}
