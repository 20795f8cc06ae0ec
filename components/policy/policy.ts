import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../../contract/tokens.ts";
import type { ComponentOptions } from "../providers.ts";
import type { HeldPolicy } from "./require-policy.ts";

/** Inputs of a {@link Policy}. */
export interface PolicyArgs {
  /** See `requirePolicy`. */
  readonly held: HeldPolicy;
  /**
   * What guards the lanes: a run that may not change them ends before it is touched.
   * @default - there are no lanes
   */
  readonly guard?: pulumi.Resource | undefined;
}

/**
 * The policy that holds for a stack: what is waived of it, for previews to show.
 *
 * Creates a `ValidatingAdmissionPolicy` and its binding if the settings want the API server to hold everybody to it.
 */
export class Policy extends pulumi.ComponentResource {
  /** What is in force once it is there. */
  readonly made: readonly pulumi.Resource[];

  constructor(name: string, { held, guard }: PolicyArgs, opts: ComponentOptions) {
    const waivers = held.waivers.map(({ rule, object, until, why }) => {
      return { rule, object, until, why };
    });
    super(COMPONENTS.Policy, name, { waivers }, opts);
    this.made = held.admission === undefined ? [] : this.#declare(held.admission, guard);
    this.registerOutputs({});
  }

  #declare(
    { policy, binding }: NonNullable<HeldPolicy["admission"]>,
    guard: pulumi.Resource | undefined,
  ): pulumi.Resource[] {
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } =
      k8s.admissionregistration.v1;
    const { name } = policy.metadata;
    const made = new ValidatingAdmissionPolicy(name, policy, {
      parent: this,
      dependsOn: guard ?? [],
    });
    return [new ValidatingAdmissionPolicyBinding(name, binding, { parent: this, dependsOn: made })];
  }
}

/** Declares the policy of a stack whose settings say something of it. */
export function declarePolicy(args: PolicyArgs, opts: ComponentOptions): Policy | undefined {
  const { waivers, admission } = args.held;
  return waivers.length === 0 && admission === undefined
    ? undefined
    : new Policy("policy", args, opts);
}
