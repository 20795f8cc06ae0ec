import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { HeldAutoscaler } from "../contract/held-autoscaler.ts";
import type { KeptAnnotations } from "../contract/kept-annotations.ts";
import type { DeploymentIdentity } from "../contract/readiness.ts";
import { declareClaims } from "./claims.ts";
import { type Endpoint, endpointOf } from "./endpoint.ts";
import type { CompletedContainers } from "./service/containers.ts";
import type { Service } from "./service-definition.ts";
import type { SourceReference } from "./manifests/deployment.ts";
import { workloadHash, type WorkloadManifests, workloadManifests } from "./manifests/workload.ts";
import { COMPONENTS, FUNCTIONS } from "../contract/tokens.ts";

/** A credential that pods are started with. */
export interface UsedCredential extends pulumi.Resource {
  /** Different values give a different one. */
  readonly digest: pulumi.Output<string>;
}

/** Bounds of an autoscaler. */
export interface AutoscalerBounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** Inputs of a {@link Workload}. */
export interface WorkloadArgs {
  /** What to run and how; see `complete`. */
  readonly service: Service;
  /** `repository@sha256:<64 hex>`. */
  readonly image: pulumi.Input<string>;
  /** Where the image comes from. */
  readonly source: SourceReference;
  /**
   * What its pods need to start, and what changes with the values of each, by name.
   * @default {}
   */
  readonly credentials?: Readonly<Record<string, UsedCredential>>;
  /**
   * The bounds of the autoscaler that the service has so far. One that is not called for any more is held at the number of pods until
   * the engine deletes it, which it does last.
   *
   * @default - it has none
   */
  readonly autoscaler?: AutoscalerBounds | undefined;
  /**
   * The claims of the service that exist already: see `requireClaims`. One that the state does not have was kept, and is imported.
   * @default - none
   */
  readonly claims?: ReadonlySet<string> | undefined;
  /**
   * What all of it waits for.
   * @default []
   */
  readonly after?: readonly pulumi.Resource[];
  /** Namespace of the service; its deletion stands for that of everything in it. */
  readonly namespace: k8s.core.v1.Namespace;
}

/**
 * The objects of one service.
 *
 * Creates a `ServiceAccount`, `NetworkPolicy`, `Deployment` and, unless it takes no connections, `Service`; where the
 * settings call for them also a `ConfigMap`, `PersistentVolumeClaim`s, `PodDisruptionBudget`, `HorizontalPodAutoscaler`,
 * `Ingress` and `HTTPRoute`. It
 * waits for none of them to be ready: see `Readiness`.
 */
export class Workload extends pulumi.ComponentResource {
  /** The Deployment as the API server took it. */
  readonly deployment: pulumi.Output<DeploymentIdentity>;
  /** `sha256:<64 hex>` over all objects but their source. */
  readonly manifestHash: pulumi.Output<string>;
  /** Where the service answers once it is ready. */
  readonly endpoint: pulumi.Output<Endpoint>;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super(COMPONENTS.Workload, name, {}, opts);

    const { service, image, source, namespace, credentials = {}, after = [] } = args;
    const first = [namespace, ...after];
    const child = { parent: this, dependsOn: first, deletedWith: namespace };
    // Running pods have their image already, whatever becomes of the right to pull it.
    const read = Object.entries(credentials).filter(([used]) => used !== service.pullSecret);
    const digests = Object.fromEntries(read.map(([used, { digest }]) => [used, digest]));
    const manifests = workloadManifests(service, image, source, digests);
    // What the pods need when they start comes before them.
    const needed = [
      ...declareNeeds(name, manifests, child),
      ...declareClaims(service, manifests.volumeClaims, { ...child, kept: args.claims }),
    ];
    const dependsOn = [...first, ...needed, ...Object.values(credentials)];
    const manifest = isOutlived(service, args.autoscaler)
      ? withHeldNumber(manifests.deployment, service, image, { parent: this, dependsOn })
      : manifests.deployment;
    const deployment = new k8s.apps.v1.Deployment(name, manifest, {
      ...child,
      dependsOn: [
        ...dependsOn,
        afterAnnotations(service, image, namespace, { parent: this, dependsOn }),
      ],
      // Dropped, the number would be the default of one pod until the autoscaler has seen it.
      ...(service.autoscale && { ignoreChanges: ["spec.replicas"] }),
    });
    const address = manifests.service && new k8s.core.v1.Service(name, manifests.service, child);
    declareOptions(name, manifests, child);
    declareWaysIn(manifests, child);

    this.deployment = identityOf(service.name, deployment);
    this.manifestHash = pulumi
      .all([image, digests, imagesOf(service)])
      .apply(([ref, known, containers]) => workloadHash({ ...service, ...containers }, ref, known));
    this.endpoint = endpointOf(service, address?.spec.clusterIP);
    this.registerOutputs({ endpoint: this.endpoint, manifestHash: this.manifestHash });
  }
}

/**
 * A preview that knows not every input has no answer of the server, and then no uid either: the
 * status is taken along because it is unknown then as a whole, where a field of the metadata would
 * be known and absent.
 */
function identityOf(
  name: string,
  { metadata, status }: k8s.apps.v1.Deployment,
): pulumi.Output<DeploymentIdentity> {
  return pulumi
    .all([metadata, status])
    .apply(([{ uid, generation }]) => ({ name, uid, generation }));
}

/** The containers beside the service's own once their images are known. */
function imagesOf({ initContainers, sidecars }: Service) {
  return pulumi.output({ initContainers, sidecars }) as pulumi.Output<CompletedContainers>;
}

function declareNeeds(
  name: string,
  { serviceAccount, networkPolicy, configMap }: WorkloadManifests,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return [
    new k8s.core.v1.ServiceAccount(name, serviceAccount, child),
    new k8s.networking.v1.NetworkPolicy(name, networkPolicy, child),
    ...declareFiles(configMap, child),
  ];
}

/**
 * Other files are another resource, not a replacement: until the new release is proved the stack
 * knows both, so that a failed one can be followed by the files of the one before.
 */
function declareFiles(
  configMap: WorkloadManifests["configMap"],
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (configMap === undefined) {
    return [];
  }
  return [new k8s.core.v1.ConfigMap(configMap.metadata.name, configMap, child)];
}

function declareOptions(
  name: string,
  { podDisruptionBudget, horizontalPodAutoscaler }: WorkloadManifests,
  child: pulumi.CustomResourceOptions,
): void {
  if (podDisruptionBudget !== undefined) {
    new k8s.policy.v1.PodDisruptionBudget(name, podDisruptionBudget, child);
  }
  if (horizontalPodAutoscaler !== undefined) {
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(name, horizontalPodAutoscaler, child);
  }
}

/** Its own Ingress has the service's name, as has its route: the others have names of their own. */
function declareWaysIn(
  { ingress, otherIngresses = [], routes = [] }: WorkloadManifests,
  child: pulumi.CustomResourceOptions,
): void {
  for (const manifest of [...(ingress === undefined ? [] : [ingress]), ...otherIngresses]) {
    new k8s.networking.v1.Ingress(manifest.metadata.name, manifest, child);
  }
  for (const manifest of routes) {
    new k8s.apiextensions.CustomResource(manifest.metadata.name, manifest, child);
  }
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

/** The Deployment gets its number once nothing else is missing and the autoscaler is held at it. */
function withHeldNumber(
  deployment: WorkloadManifests["deployment"],
  { namespace, name, replicas }: Service,
  image: pulumi.Input<string>,
  opts: pulumi.InvokeOutputOptions,
): WorkloadManifests["deployment"] {
  if (pulumi.runtime.isDryRun()) {
    return deployment;
  }
  const number = pulumi.output(image).apply(() => replicas);
  const held = pulumi.runtime.invokeOutput<HeldAutoscaler>(
    FUNCTIONS.holdAutoscaler,
    { namespace, name, replicas: number },
    opts,
  );
  const spec = deployment.spec as k8s.types.input.apps.v1.DeploymentSpec;
  return { ...deployment, spec: { ...spec, replicas: held.apply((known) => known.replicas) } };
}

/** The namespace, once annotations of others on the pods are kept: see the provider's `keepAnnotations`. */
function afterAnnotations(
  { namespace: name, name: deployment }: Service,
  image: pulumi.Input<string>,
  namespace: k8s.core.v1.Namespace,
  opts: pulumi.InvokeOutputOptions,
): pulumi.Input<pulumi.Resource> {
  if (pulumi.runtime.isDryRun()) {
    return namespace;
  }
  // An image may take long to build, and somebody may restart the pods meanwhile.
  const args = { namespace: name, name: pulumi.output(image).apply(() => deployment) };
  return pulumi.runtime
    .invokeOutput<KeptAnnotations>(FUNCTIONS.keepAnnotations, args, opts)
    .apply(() => namespace);
}
