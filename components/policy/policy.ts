import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { PolicyLook } from "../../contract/policy-look.ts";
import { COMPONENTS } from "../../contract/tokens.ts";
import { askProvider } from "../ask-provider.ts";
import { type ComponentOptions, slipwayProviderOf } from "../providers.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";
import { type Admission, admissionName } from "./admission.ts";
import type { HeldPolicy } from "./require-policy.ts";

/** Inputs of a {@link Policy}. */
export interface PolicyArgs {
  /** See `requirePolicy`. */
  readonly held: HeldPolicy;
  /** The stack's own; it need not exist. */
  readonly namespace: string;
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
  /** The same once the API server holds to it: what the stack has is made by the rules that it has now. */
  readonly inForce: pulumi.Input<pulumi.Resource[]>;

  constructor(name: string, { held, namespace, guard }: PolicyArgs, opts: ComponentOptions) {
    const waivers = held.waivers.map(({ rule, object, until, why }) => {
      return { rule, object, until, why };
    });
    super(COMPONENTS.Policy, name, { waivers }, opts);
    const { admission } = held;
    const binding = admission && this.#declare(admission, guard);
    this.made = binding === undefined ? [] : [binding];
    this.inForce =
      admission === undefined || binding === undefined || pulumi.runtime.isDryRun()
        ? [...this.made]
        : awaited(
            binding,
            { namespace, version: admission.version },
            slipwayProviderOf(this, name),
          );
    this.registerOutputs({});
  }

  #declare({ manifests }: Admission, guard: pulumi.Resource | undefined): pulumi.Resource {
    const { policy, binding } = manifests;
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } =
      k8s.admissionregistration.v1;
    const { name } = policy.metadata;
    const made = new ValidatingAdmissionPolicy(name, policy, {
      parent: this,
      dependsOn: guard ?? [],
    });
    return new ValidatingAdmissionPolicyBinding(name, binding, { parent: this, dependsOn: made });
  }
}

/** Declares the policy of a stack whose settings say something of it. */
export function declarePolicy(args: PolicyArgs, opts: ComponentOptions): Policy | undefined {
  const { waivers, admission } = args.held;
  return waivers.length === 0 && admission === undefined
    ? undefined
    : new Policy("policy", args, opts);
}

/** The API server takes a moment to read a policy: it would refuse by the former one what this one allows. */
function awaited(
  binding: pulumi.Resource,
  args: { readonly namespace: string; readonly version: string },
  provider: SlipwayProvider,
): pulumi.Output<pulumi.Resource[]> {
  return binding.urn.apply(async () => {
    const { policy } = await askProvider("policyInForce", args, provider);
    requireInForce(args.namespace, policy);
    return [binding];
  });
}

function requireInForce(namespace: string, policy: PolicyLook["policy"] | undefined): void {
  if (policy === "not-in-force") {
    throw new pulumi.RunError(
      `the API server does not hold to ValidatingAdmissionPolicy ${admissionName(namespace)} in the namespace ${namespace}; look at its status and its binding (kubectl get validatingadmissionpolicybindings), and run up again`,
    );
  }
}
