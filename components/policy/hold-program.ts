import * as pulumi from "@pulumi/pulumi";

import type { Judge, Judged } from "../../policy/rules/judge.ts";
import { plain } from "../../mask/plain.ts";
import { faultsError } from "../faults-error.ts";
import type { HeldPolicy } from "./require-policy.ts";

const KUBERNETES = /^kubernetes:(?:core\/)?([\w./-]{1,200}):(\w{1,63})$/;
const OWN = /^slipway:index:/;

/** It needs all NetworkPolicies of a namespace, and a program may still make one. */
const UNJUDGED = "network-policies";

/**
 * Holds what a team adds to the program itself to the rules: of what Slipway's components make, all was judged before. What is known when a
 * resource is declared is judged before it is registered, anything else once it is known.
 *
 * @throws RunError where such a resource is declared, with a line for each fault
 */
export function holdProgram({ judge }: HeldPolicy): void {
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    const [, apiVersion, kind] = KUBERNETES.exec(type) ?? [];
    if (apiVersion === undefined || kind === undefined || isOwn(opts.parent)) {
      return undefined;
    }
    const title = `${kind} ${name}`;
    const objectOf = (said: object) => ({ metadata: {}, ...said, apiVersion, kind });
    if (isKnown(props)) {
      requireRight(objectOf(props), title, judge);
    } else {
      pulumi.output(props as object).apply((known: object) => {
        requireRight(objectOf(known), title, judge);
      });
    }
    return undefined;
  });
}

function requireRight(object: Judged, title: string, judge: Judge): void {
  const faults = judge
    .faultsOf(object)
    .filter(({ rule }) => rule !== UNJUDGED)
    .map(({ rule, text }) => plain(`${title}: ${rule}: ${text}`));
  if (faults.length > 0) {
    throw faultsError(faults, "things that the policy refuses");
  }
}

function isOwn(parent: pulumi.Resource | undefined): boolean {
  const { __pulumiType: type } = (parent ?? {}) as { readonly __pulumiType?: string };
  return type !== undefined && OWN.test(type);
}

/** Whether nothing in a value is still to come. */
function isKnown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return true;
  }
  return (
    !pulumi.Output.isInstance(value) &&
    !(value instanceof Promise) &&
    Object.values(value).every(isKnown)
  );
}
