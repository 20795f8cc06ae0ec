import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { DeploymentIdentity } from "../contract/readiness.ts";
import { declareClaims } from "./claims.ts";
import { type AutoscalerBounds, declareDeliverer, type DelivererArgs } from "./deliverer.ts";
import { declareMonitoring } from "./monitoring.ts";
import { type Endpoint, endpointOf } from "./endpoint.ts";
import { formerPlaces } from "./former-places.ts";
import { type Declared, declareMigration, onceMigrated } from "./migrated.ts";
import type { Migration } from "./migration.ts";
import { goesWith } from "./namespace.ts";
import type { CompletedContainers } from "./service/containers.ts";
import type { Service } from "./service-definition.ts";
import { migrationName } from "./service/migrate.ts";
import { pullSecrets } from "./manifests/pod-template.ts";
import type { SourceReference } from "./manifests/source.ts";
import { WEIGHTS } from "./manifests/weighted.ts";
import { workloadHash, type WorkloadManifests, workloadManifests } from "./manifests/workload.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import { COMPONENTS } from "../contract/tokens.ts";

/** A credential that pods are started with. */
export interface UsedCredential extends pulumi.Resource {
  /** Different values give a different one. */
  readonly digest: pulumi.Output<string>;
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
  /**
   * Runs the service's migrations.
   * @default - needed for a service that has some
   */
  readonly provider?: SlipwayProvider;
  /** Namespace of the service; its deletion stands for that of everything in it. */
  readonly namespace: k8s.core.v1.Namespace;
}

/**
 * The objects of one service.
 *
 * Creates a `ServiceAccount`, `NetworkPolicy`, `Deployment` and, unless it takes no connections, `Service`; where the
 * settings call for them a `StatefulSet` with its headless `Service`, a `DaemonSet` or a `CronJob` in the place of the
 * Deployment, and a `ConfigMap`, `PersistentVolumeClaim`s, `PodDisruptionBudget`, `HorizontalPodAutoscaler`,
 * `Ingress`, `HTTPRoute`, `TraefikService` with its two `Service`s, `PodMonitor` and `PrometheusRule`; and a `Migration`, before whose end nothing but what pods need is declared. It
 * waits for none of them to be ready: see `Readiness`.
 */
export class Workload extends pulumi.ComponentResource {
  /** The Deployment, or what is in its place, as the API server took it. */
  readonly deployment: pulumi.Output<DeploymentIdentity>;
  /** `sha256:<64 hex>` over all objects but their source. */
  readonly manifestHash: pulumi.Output<string>;
  /** What migrates its database before its pods; undefined if nothing does. */
  readonly migration: Migration | undefined;
  /** Where the service answers once it is ready. */
  readonly endpoint: pulumi.Output<Endpoint>;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super(COMPONENTS.Workload, name, {}, opts);

    const { service, image, source, namespace, credentials = {}, after = [] } = args;
    const first = [namespace, ...after];
    const aliases = formerPlaces(this);
    const child = { parent: this, dependsOn: first, aliases, ...goesWith(namespace) };
    // Running pods have their image already, whatever becomes of the right to pull it.
    const pulls = pullSecrets(service);
    const read = Object.entries(credentials).filter(([used]) => !pulls.includes(used));
    const digests = Object.fromEntries(read.map(([used, { digest }]) => [used, digest]));
    const manifests = workloadManifests(service, image, source, digests);
    // What the pods need when they start comes before them.
    const needed = [
      ...declareNeeds(name, manifests, child),
      ...declareClaims(service, manifests.volumeClaims, { ...child, kept: args.claims }),
    ];
    const before = [...after, ...needed, ...Object.values(credentials)];
    const { provider } = args;
    const migrating = { service, image, needs: before, ...(provider && { provider }) };
    this.migration = declareMigration(name, migrating, child);
    const deliverer = {
      ...{ service, image, manifests, namespace },
      needs: this.migration === undefined ? before : [...before, this.migration],
      autoscaler: args.autoscaler,
    };
    const declared = onceMigrated(this.migration, migrating, () =>
      declareRest(name, deliverer, child),
    );

    this.deployment = declared.deployment;
    this.manifestHash = pulumi
      .all([image, digests, imagesOf(service)])
      .apply(([ref, known, containers]) => workloadHash({ ...service, ...containers }, ref, known));
    this.endpoint = declared.endpoint;
    this.registerOutputs({ endpoint: this.endpoint, manifestHash: this.manifestHash });
  }
}

/** Whatever of a service is not needed before its pods, and these. */
function declareRest(
  name: string,
  args: DelivererArgs,
  child: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
): Declared {
  const { service, manifests, needs } = args;
  const { migrate } = service;
  // What leads to the pods changes with them, and not before.
  const opts = migrate === undefined ? child : { ...child, dependsOn: [...needs] };
  const address = manifests.service && new k8s.core.v1.Service(name, manifests.service, opts);
  declareOptions(name, manifests, opts);
  // A route leads to what divides its requests: without that there is no answer.
  declareWaysIn(
    manifests,
    service.weights === undefined ? opts : { ...opts, dependsOn: [...needs] },
  );
  declareMonitoring(name, manifests, opts);
  const endpoint = endpointOf(service, address && addressOf(address));
  return { deployment: declareDeliverer(name, args, child), endpoint };
}

/** A preview has its address of a dry run, which gives the next one a different address; it has no id before the object exists. */
function addressOf({ id, spec }: k8s.core.v1.Service): pulumi.Output<string> {
  return pulumi.all([id, spec.clusterIP]).apply(([, ip]) => ip);
}

/** The containers beside the service's own once their images are known. */
function imagesOf({ initContainers, sidecars }: Service) {
  return pulumi.output({ initContainers, sidecars }) as pulumi.Output<CompletedContainers>;
}

function declareNeeds(
  name: string,
  {
    serviceAccount,
    networkPolicy,
    migrationPolicy,
    configMap,
    analysisTemplate,
    ...weighted
  }: WorkloadManifests,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return [
    new k8s.core.v1.ServiceAccount(name, serviceAccount, child),
    new k8s.networking.v1.NetworkPolicy(name, networkPolicy, child),
    ...(migrationPolicy
      ? [new k8s.networking.v1.NetworkPolicy(migrationName(name), migrationPolicy, child)]
      : []),
    ...declareFiles(configMap, child),
    ...(analysisTemplate === undefined
      ? []
      : [new k8s.apiextensions.CustomResource(name, analysisTemplate, child)]),
    ...declareWeights(weighted, child),
  ];
}

/** A Rollout whose Services do not exist is none to its controller. */
function declareWeights(
  {
    stableService,
    canaryService,
    traefikService,
  }: Pick<WorkloadManifests, "stableService" | "canaryService" | "traefikService">,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (traefikService === undefined) {
    return [];
  }
  const services = [stableService, canaryService].filter((each) => each !== undefined);
  const declared = services.map((each) => new k8s.core.v1.Service(each.metadata.name, each, child));
  const { name } = traefikService.metadata;
  const opts = { ...child, dependsOn: declared, ignoreChanges: [...WEIGHTS] };
  return [...declared, new k8s.apiextensions.CustomResource(name, traefikService, opts)];
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
  { headlessService, podDisruptionBudget, horizontalPodAutoscaler }: WorkloadManifests,
  child: pulumi.CustomResourceOptions,
): void {
  if (headlessService !== undefined) {
    new k8s.core.v1.Service(headlessService.metadata.name, headlessService, child);
  }
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
