import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { LaneManifests } from "./objects.ts";
import { COMPONENTS } from "../../contract/tokens.ts";

/** Inputs of a {@link Lane}. */
export interface LaneArgs {
  /** See `planLanes`. */
  readonly manifests: LaneManifests;
  /** What its namespace comes after. */
  readonly after: pulumi.Resource;
}

/**
 * A home for the agent pods of one of Jenkins' lanes. Name it as the lane.
 *
 * Creates a `Namespace` with a `ResourceQuota`, a `LimitRange`, a `NetworkPolicy` and two `ServiceAccount`s: the one that Jenkins
 * starts pods with, and the one that they run as. If the settings ask for it, also the `Secret` with the token of the first.
 */
export class Lane extends pulumi.ComponentResource {
  /** Stands for everything in it. */
  readonly namespace: k8s.core.v1.Namespace;

  constructor(
    name: string,
    { manifests, after }: LaneArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENTS.Lane, name, {}, opts);

    const { resourceQuota, limitRange, networkPolicy, launcher, agent, token } = manifests;
    this.namespace = new k8s.core.v1.Namespace(
      manifests.namespace.metadata.name,
      manifests.namespace,
      { parent: this, dependsOn: after },
    );
    const child = { parent: this, dependsOn: this.namespace, deletedWith: this.namespace };
    new k8s.core.v1.ResourceQuota(name, resourceQuota, child);
    new k8s.core.v1.LimitRange(name, limitRange, child);
    new k8s.networking.v1.NetworkPolicy(name, networkPolicy, child);
    const account = new k8s.core.v1.ServiceAccount(`${name}-launcher`, launcher, child);
    new k8s.core.v1.ServiceAccount(`${name}-agent`, agent, child);
    if (token !== undefined) {
      new k8s.core.v1.Secret(`${name}-launcher`, token, { ...child, dependsOn: account });
    }
    this.registerOutputs({ namespace: this.namespace.metadata.name });
  }
}
