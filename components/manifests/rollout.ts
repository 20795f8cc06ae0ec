import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { measuredSeconds, weightedNames } from "../service/steps.ts";
import { GONE_AT_ONCE, metadataOf, SKIP_AWAIT } from "./labels.ts";
import type { CredentialDigests } from "./pod-template.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";
import { replicasOf, workloadSpec } from "./workload-spec.ts";

/** What the kinds of Argo Rollouts are made of. */
export const ROLLOUTS_API = "argoproj.io/v1alpha1";

/** A Rollout's manifest: its pods are a Deployment's, its strategy is its own. */
export interface RolloutManifest {
  readonly apiVersion: typeof ROLLOUTS_API;
  readonly kind: "Rollout";
  readonly metadata: ReturnType<typeof metadataOf>;
  readonly spec: {
    readonly replicas?: number;
    readonly selector: k8s.types.input.meta.v1.LabelSelector;
    readonly strategy: object;
    readonly analysis?: { readonly successfulRunHistoryLimit: number };
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds: number;
    readonly revisionHistoryLimit: number;
    readonly template: k8s.types.input.core.v1.PodTemplateSpec;
  };
}

/** Seconds for which the pods that all traffic has left stay: nodes need a moment to send nothing there any more. */
const LEAVING_SECONDS = 30;

/** Seconds for which the pods of a release that was taken back stay: the route's weights need a moment, and every other way leads to them. */
const TAKEN_BACK_SECONDS = 5;

/** Good runs that Argo Rollouts keeps by itself. */
const KEPT_RUNS = 5;

/**
 * The Rollout of a service; undefined if something else delivers it.
 *
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/specification/
 */
export function rolloutManifest(
  service: Service,
  image: pulumi.Input<string>,
  source?: SourceReference,
  credentials: CredentialDigests = {},
): RolloutManifest | undefined {
  if (service.steps === undefined) {
    return undefined;
  }
  return {
    apiVersion: ROLLOUTS_API,
    kind: "Rollout",
    // The official provider panics while it follows the end of a Rollout, whose observedGeneration is a text.
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...GONE_AT_ONCE, ...sourceAnnotations(source) }),
    spec: {
      ...replicasOf(service),
      ...asStored(workloadSpec(service, image, credentials)),
      strategy: strategyOf(service),
      ...historyOf(service),
      // A measurement is no progress to the controller.
      progressDeadlineSeconds: service.verdict.deadlineSeconds + measuredSeconds(service),
    },
  };
}

/** Argo Rollouts writes the whole object, without lists that are empty: they would be drift ever after. */
function asStored(spec: ReturnType<typeof workloadSpec>): ReturnType<typeof workloadSpec> {
  const template = spec.template as unknown as PlainTemplate;
  const without = ({ env, ...container }: PlainContainer) => ({
    ...container,
    ...(env !== undefined && env.length > 0 && { env }),
  });
  const { containers, initContainers, ...pod } = template.spec;
  const stored: PlainTemplate = {
    ...template,
    spec: {
      ...pod,
      containers: containers.map(without),
      ...(initContainers && { initContainers: initContainers.map(without) }),
    },
  };
  return { ...spec, template: stored as unknown as typeof spec.template };
}

/** The pods as they are described: nothing of them is an output but single values. */
interface PlainTemplate {
  readonly spec: {
    readonly containers: readonly PlainContainer[];
    readonly initContainers?: readonly PlainContainer[];
  };
}

interface PlainContainer {
  readonly env?: readonly unknown[];
}

/** Argo Rollouts keeps the last of what it has measured, and a release of more steps would lack the proof of the first ones. */
function historyOf({ steps = [] }: Service): Pick<RolloutManifest["spec"], "analysis"> {
  return steps.length > KEPT_RUNS && steps !== "switch"
    ? { analysis: { successfulRunHistoryLimit: steps.length } }
    : {};
}

function strategyOf(service: Service): object {
  const { name, steps, weights, replacement } = service;
  const analysis = {
    templates: [{ templateName: name }],
    args: [{ name: "hash", valueFrom: { podTemplateHashValue: "Latest" } }],
  };
  if (steps === "switch" || steps === undefined) {
    return {
      blueGreen: {
        activeService: name,
        autoPromotionEnabled: true,
        scaleDownDelaySeconds: LEAVING_SECONDS,
        postPromotionAnalysis: analysis,
      },
    };
  }
  const { surge = "25%", unavailable = 0 } = typeof replacement === "object" ? replacement : {};
  return {
    canary: {
      ...(weights === undefined
        ? { maxSurge: surge, maxUnavailable: unavailable }
        : dividedByRoute(name)),
      // What runs beside the steps ends with them, measured or not: each step has its own.
      steps: steps.flatMap((percent) => [{ setWeight: percent }, { analysis }]),
    },
  };
}

/** All old pods stay beside the new ones, so that there is no surge to limit. */
function dividedByRoute(name: string): object {
  const { stable, canary } = weightedNames(name);
  return {
    stableService: stable,
    canaryService: canary,
    trafficRouting: { traefik: { weightedTraefikServiceName: name } },
    scaleDownDelaySeconds: LEAVING_SECONDS,
    abortScaleDownDelaySeconds: TAKEN_BACK_SECONDS,
  };
}
