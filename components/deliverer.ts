import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { HeldAutoscaler } from "../contract/held-autoscaler.ts";
import type { KeptAnnotations } from "../contract/kept-annotations.ts";
import type { DeploymentIdentity } from "../contract/readiness.ts";
import { FUNCTIONS } from "../contract/tokens.ts";
import type { WorkloadKind } from "../contract/workload-kind.ts";
import type { RolloutManifest } from "./manifests/rollout.ts";
import type { WorkloadManifests } from "./manifests/workload.ts";
import { workloadKindOf } from "./service/kinds.ts";
import type { Service } from "./service-definition.ts";

/** Bounds of an autoscaler. */
export interface AutoscalerBounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** What the object that delivers a service follows from. */
export interface DelivererArgs {
  readonly service: Service;
  readonly image: pulumi.Input<string>;
  readonly manifests: WorkloadManifests;
  readonly namespace: k8s.core.v1.Namespace;
  /** What the pods need when they start. */
  readonly needs: readonly pulumi.Resource[];
  /** The bounds of the autoscaler that the service has so far. */
  readonly autoscaler: AutoscalerBounds | undefined;
}

/** Objects that deliver services. */
type Deliverer =
  | k8s.apps.v1.Deployment
  | k8s.apps.v1.StatefulSet
  | k8s.apps.v1.DaemonSet
  | k8s.batch.v1.CronJob
  | k8s.apiextensions.CustomResource;

/** Declares what delivers a service, once nothing is missing that its pods need. */
export function declareDeliverer(
  name: string,
  args: DelivererArgs,
  child: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
): pulumi.Output<DeploymentIdentity> {
  const { service, namespace, needs } = args;
  const kind = workloadKindOf(service);
  const dependsOn = [namespace, ...needs];
  const invoking = { parent: child.parent, dependsOn };
  const opts = {
    ...child,
    dependsOn: [...dependsOn, afterAnnotations(args, kind, invoking)],
    // Dropped, the number would be the default of one pod until the autoscaler has seen it.
    ...(service.autoscale && { ignoreChanges: ["spec.replicas"] }),
  };
  return identityOf(kind, service.name, declare(name, args, invoking, opts));
}

function declare(
  name: string,
  { service, image, manifests, autoscaler }: DelivererArgs,
  invoking: pulumi.InvokeOutputOptions,
  opts: pulumi.CustomResourceOptions,
): Deliverer {
  const { statefulSet, daemonSet, cronJob, rollout, deployment } = manifests;
  const held = <T extends Scaled>(manifest: T): T =>
    isOutlived(service, autoscaler) ? withHeldNumber(manifest, service, image, invoking) : manifest;
  if (statefulSet !== undefined) {
    return new k8s.apps.v1.StatefulSet(name, held(statefulSet), opts);
  }
  if (rollout !== undefined) {
    return new k8s.apiextensions.CustomResource(name, held(rollout), opts);
  }
  if (daemonSet !== undefined) {
    return new k8s.apps.v1.DaemonSet(name, daemonSet, opts);
  }
  if (cronJob !== undefined) {
    return new k8s.batch.v1.CronJob(name, cronJob, opts);
  }
  return new k8s.apps.v1.Deployment(name, deployment && held(deployment), opts);
}

/**
 * A preview that knows not every input has no answer of the server, and then no uid either: the
 * status is taken along because it is unknown then as a whole, where a field of the metadata would
 * be known and absent.
 */
function identityOf(
  kind: WorkloadKind,
  name: string,
  { metadata, ...rest }: Deliverer,
): pulumi.Output<DeploymentIdentity> {
  return pulumi
    .all([metadata, "status" in rest ? (rest.status as pulumi.Output<unknown>) : undefined])
    .apply(([{ uid, generation }]) => ({
      name,
      uid,
      generation,
      ...(kind !== "Deployment" && { kind }),
    }));
}

/** Whether an autoscaler is deleted only after its Deployment got a number that it would change. */
function isOutlived(
  { autoscale, replicas }: Service,
  bounds: AutoscalerBounds | undefined,
): boolean {
  if (autoscale !== undefined || bounds === undefined || replicas === 0) {
    return false;
  }
  return bounds.minReplicas !== replicas || bounds.maxReplicas !== replicas;
}

type Scaled =
  k8s.types.input.apps.v1.Deployment | k8s.types.input.apps.v1.StatefulSet | RolloutManifest;

/** The Deployment gets its number once nothing else is missing and the autoscaler is held at it. */
function withHeldNumber<T extends Scaled>(
  manifest: T,
  { namespace, name, replicas }: Service,
  image: pulumi.Input<string>,
  opts: pulumi.InvokeOutputOptions,
): T {
  if (pulumi.runtime.isDryRun()) {
    return manifest;
  }
  const number = pulumi.output(image).apply(() => replicas);
  const held = pulumi.runtime.invokeOutput<HeldAutoscaler>(
    FUNCTIONS.holdAutoscaler,
    { namespace, name, replicas: number },
    opts,
  );
  const spec = manifest.spec as NonNullable<k8s.types.input.apps.v1.DeploymentSpec>;
  return { ...manifest, spec: { ...spec, replicas: held.apply((known) => known.replicas) } };
}

/** The namespace, once annotations of others on the pods are kept: see the provider's `keepAnnotations`. */
function afterAnnotations(
  { service, image, namespace }: DelivererArgs,
  kind: WorkloadKind,
  opts: pulumi.InvokeOutputOptions,
): pulumi.Input<pulumi.Resource> {
  // Nobody restarts the pods of a schedule.
  if (pulumi.runtime.isDryRun() || kind === "CronJob") {
    return namespace;
  }
  // An image may take long to build, and somebody may restart the pods meanwhile.
  const name = pulumi.output(image).apply(() => service.name);
  const args = { namespace: service.namespace, name, ...(kind !== "Deployment" && { kind }) };
  return pulumi.runtime
    .invokeOutput<KeptAnnotations>(FUNCTIONS.keepAnnotations, args, opts)
    .apply(() => namespace);
}
