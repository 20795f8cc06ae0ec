import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../../contract/tokens.ts";
import { POOL } from "../../contract/marks.ts";
import type { PoolPlan } from "./plan.ts";

/** Inputs of a {@link TrialPool}. */
export interface TrialPoolArgs {
  /** See `planPool`. */
  readonly plan: PoolPlan;
  /**
   * What guards the lane: a run that may not change it ends before the pool.
   * @default - there is none
   */
  readonly guard?: pulumi.Resource | undefined;
}

/**
 * The namespaces that trials take and give back. They are all there is: whatever a trial leaves is in one of them.
 *
 * Creates a `Namespace` with a `ResourceQuota`, a `LimitRange` and a `NetworkPolicy` that denies everything for each place of the pool;
 * one more `Namespace`, with a `ResourceQuota` of no pods, for the book of who has which; and a `ValidatingAdmissionPolicy` with its
 * binding that bounds what is written there.
 */
export class TrialPool extends pulumi.ComponentResource {
  /** The namespace of the book. */
  readonly home: k8s.core.v1.Namespace;
  /** The places, by name. */
  readonly namespaces: Readonly<Record<string, k8s.core.v1.Namespace>>;
  /** What bounds them at the API server. */
  readonly bounds: pulumi.Resource;

  constructor(name: string, { plan, guard }: TrialPoolArgs, opts: pulumi.ComponentResourceOptions) {
    super(COMPONENTS.TrialPool, name, {}, opts);

    const child = { parent: this, ...(guard && { dependsOn: guard }) };
    this.bounds = declareBounds(plan, child);
    const { namespace, resourceQuota } = plan.homeManifests;
    this.home = new k8s.core.v1.Namespace(plan.home, namespace, child);
    new k8s.core.v1.ResourceQuota(`${plan.home}-${POOL}`, resourceQuota, within(this, this.home));
    const places = plan.namespaces.map(
      (place) => [place.name, declarePlace(place, this, child)] as const,
    );
    this.namespaces = Object.fromEntries(places);
    this.registerOutputs({});
  }
}

type Child = pulumi.CustomResourceOptions;

function declarePlace(
  { name, manifests }: PoolPlan["namespaces"][number],
  parent: TrialPool,
  child: Child,
): k8s.core.v1.Namespace {
  const namespace = new k8s.core.v1.Namespace(name, manifests.namespace, child);
  const opts = within(parent, namespace);
  const id = `${name}-${POOL}`;
  new k8s.core.v1.ResourceQuota(id, manifests.resourceQuota, opts);
  new k8s.core.v1.LimitRange(id, manifests.limitRange, opts);
  new k8s.networking.v1.NetworkPolicy(id, manifests.networkPolicy, opts);
  return namespace;
}

function within(parent: pulumi.Resource, namespace: k8s.core.v1.Namespace): Child {
  return { parent, dependsOn: namespace, deletedWith: namespace };
}

function declareBounds({ bounds: { policy, binding } }: PoolPlan, child: Child): pulumi.Resource {
  const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } =
    k8s.admissionregistration.v1;
  const { name } = policy.metadata;
  const made = new ValidatingAdmissionPolicy(name, policy, child);
  return new ValidatingAdmissionPolicyBinding(name, binding, { ...child, dependsOn: made });
}
