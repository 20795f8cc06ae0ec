import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { metadataOf, podLabels, SKIP_AWAIT } from "./labels.ts";
import { type CredentialDigests, podTemplate } from "./pod-template.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";

type Container = k8s.types.input.core.v1.Container;

/**
 * The CronJob of a service; undefined if something else delivers it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export function cronJobManifest(
  service: Service,
  image: pulumi.Input<string>,
  source?: SourceReference,
  credentials: CredentialDigests = {},
): k8s.types.input.batch.v1.CronJob | undefined {
  const { schedule } = service;
  if (schedule === undefined) {
    return undefined;
  }
  const { cron, timeZone, concurrency, startingDeadlineSeconds, suspend, history = {} } = schedule;
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...sourceAnnotations(source) }),
    spec: {
      schedule: cron,
      ...(timeZone !== undefined && { timeZone }),
      concurrencyPolicy: concurrency ?? "Allow",
      ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds }),
      successfulJobsHistoryLimit: history.successful ?? 3,
      failedJobsHistoryLimit: history.failed ?? 1,
      suspend: suspend ?? false,
      jobTemplate: jobTemplate(service, image, credentials),
    },
  };
}

function jobTemplate(
  service: Service,
  image: pulumi.Input<string>,
  credentials: CredentialDigests,
): k8s.types.input.batch.v1.JobTemplateSpec {
  const { activeDeadlineSeconds, backoffLimit } = service.schedule ?? {};
  return {
    metadata: { labels: podLabels(service) },
    spec: {
      ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
      ...(backoffLimit !== undefined && { backoffLimit }),
      template: podTemplate(service, image, credentials, endingSpec),
    },
  };
}

const OF_SERVING = new Set(["startupProbe", "readinessProbe", "livenessProbe", "lifecycle"]);

/** Pods that end: nobody asks whether they serve, and a new one takes the place of one that fails, whose log stays. */
function endingSpec(spec: k8s.types.input.core.v1.PodSpec): k8s.types.input.core.v1.PodSpec {
  const [main, ...others] = spec.containers as Container[];
  const own = Object.entries(main ?? {}).filter(([key]) => !OF_SERVING.has(key));
  const container = Object.fromEntries(own) as unknown as Container;
  return { ...spec, restartPolicy: "Never", containers: [container, ...others] };
}
