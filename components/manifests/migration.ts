import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { ALLOWED, MIGRATES, MIGRATION } from "../../contract/marks.ts";
import {
  MIGRATION_MARGIN_SECONDS,
  migrationJobName,
  migrationKey,
} from "../../contract/migration-key.ts";
import { MIGRATE_NUMBERS, type MigrateDefinition, migrationName } from "../service/migrate.ts";
import type { CompletedInitContainer } from "../service/containers.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf, podLabels, SKIP_AWAIT } from "./labels.ts";
import { networkPolicyManifest } from "./network-policy.ts";
import { patched } from "./patch.ts";
import { podTemplate } from "./pod-template.ts";
import { processManifest } from "./process.ts";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

const NAME_LABEL = "app.kubernetes.io/name";

/** What is only of pods that go on running and serve. */
const OF_SERVING = [
  ...["startupProbe", "readinessProbe", "livenessProbe", "lifecycle", "ports", "args"],
];

/** What says how pods replace and spread one another. */
const OF_KINDS = ["stateful", "everyNode", "schedule", "affinity"];

/** Seconds that a service's migration may run. */
export function migrationSeconds({ timeoutSeconds }: MigrateDefinition): number {
  return timeoutSeconds ?? MIGRATE_NUMBERS.timeoutSeconds.default;
}

/** What identifies the migration of an image, once it is known. */
export function keyOf(image: pulumi.Input<string>, { command }: MigrateDefinition) {
  return pulumi.output(image).apply((ref) => migrationKey(ref, command));
}

/**
 * The Job that migrates a service's database: the service's own pod, with the command in the place of what serves. Nothing of the
 * service selects it. A run that has failed is not retried by Kubernetes: what it has done so far is not known.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export function migrationJob(
  service: Service,
  migrate: MigrateDefinition,
  image: pulumi.Input<string>,
) {
  const key = keyOf(image, migrate);
  const name = key.apply((known) => migrationJobName(service.name, known));
  return jobManifest(service, migrate, image, { name, key });
}

/** The same before its image is known: its name has a star for what follows from that. */
export function unbuiltMigration(service: Service, migrate: MigrateDefinition, image: string) {
  const name = migrationJobName(service.name, "*");
  return jobManifest(service, migrate, image, { name, key: "" });
}

function jobManifest(
  service: Service,
  migrate: MigrateDefinition,
  image: pulumi.Input<string>,
  { name, key }: Readonly<Record<"name" | "key", pulumi.Input<string>>>,
) {
  const seconds = migrationSeconds(migrate);
  const labels = migrationLabels(service);
  const { metadata = {}, spec } = podTemplate(running(service), image, {});
  const { annotations } = metadata as { annotations?: object };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: service.namespace,
      labels,
      annotations: {
        ...SKIP_AWAIT,
        ...(service.allow.length > 0 && { [ALLOWED]: service.allow.join(",") }),
        [MIGRATION]: key,
      },
    },
    spec: {
      backoffLimit: 0,
      // The kubelet ends the pod itself, which keeps its log; this is for a node that is gone.
      activeDeadlineSeconds: seconds + MIGRATION_MARGIN_SECONDS,
      template: {
        metadata: { labels, ...(annotations && { annotations }) },
        spec: endingSpec(spec as PodSpec, service, migrate, seconds),
      },
    },
  };
}

/**
 * What the pods of migrations may connect to: the same as the service's, and nobody connects to them.
 */
export function migrationPolicyManifest(
  service: Service,
): k8s.types.input.networking.v1.NetworkPolicy | undefined {
  if (service.migrate === undefined) {
    return undefined;
  }
  const { patches = {} } = service;
  const own = patched(networkPolicyManifest(service), patches.networkPolicy);
  const { egress } = own.spec as k8s.types.input.networking.v1.NetworkPolicySpec;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { ...metadataOf(service), name: migrationName(service.name) },
    spec: {
      podSelector: { matchLabels: { [MIGRATES]: service.name } },
      policyTypes: ["Ingress", "Egress"],
      ...(egress && { egress }),
    },
  };
}

/** Without the label by which Services, Deployments and budgets select a service's pods, whatever the settings say. */
function migrationLabels(service: Service): Record<string, string> {
  const all = {
    ...service.labels,
    ...podLabels(service),
    "app.kubernetes.io/component": "migration",
    [MIGRATES]: service.name,
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== NAME_LABEL));
}

/** The service as its migration runs it: without the claims, which its pods have in use. */
function running(service: Service): Service {
  const { affinity } = service;
  const volumes = Object.entries(service.volumes);
  const claimed = volumes.filter(([, volume]) => "claim" in volume || "perPod" in volume);
  const paths = new Set(claimed.map(([path]) => path));
  const unclaimed = <Companion extends CompletedInitContainer>(
    container: Companion,
  ): Companion => ({
    ...container,
    ...(container.mounts && { mounts: container.mounts.filter(({ path }) => !paths.has(path)) }),
  });
  return {
    ...without(service, OF_KINDS),
    ...(affinity?.nodeAffinity && { affinity: { nodeAffinity: affinity.nodeAffinity } }),
    volumes: Object.fromEntries(volumes.filter(([path]) => !paths.has(path))),
    initContainers: service.initContainers.map(unclaimed),
    sidecars: service.sidecars.map(unclaimed),
    drainSeconds: 0,
  };
}

/** A pod of one container, which ends; whatever a patch says, it runs the command. */
function endingSpec(
  spec: PodSpec,
  service: Service,
  { command }: MigrateDefinition,
  activeDeadlineSeconds: number,
): PodSpec {
  const containers = spec.containers as Container[];
  const main = containers.find(({ name }) => name === service.name) ?? containers[0] ?? {};
  const container = { ...without(main as Container, OF_SERVING), ...processManifest({ command }) };
  const pod = without(spec, ["topologySpreadConstraints"]);
  return { ...pod, restartPolicy: "Never", activeDeadlineSeconds, containers: [container] };
}

function without<From extends object>(from: From, keys: readonly string[]): From {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key))) as From;
}
