import type * as pulumi from "@pulumi/pulumi";

import { analysisTemplateManifest } from "./analysis-template.ts";
import { configMapManifest } from "./config-map.ts";
import type { Service } from "../service-definition.ts";
import { cronJobManifest } from "./cron-job.ts";
import { dashboardManifest } from "./dashboard.ts";
import { daemonSetManifest } from "./daemon-set.ts";
import { deploymentManifest } from "./deployment.ts";
import { manifestHash } from "./hash.ts";
import { horizontalPodAutoscalerManifest } from "./horizontal-pod-autoscaler.ts";
import { httpRouteManifests } from "./http-route.ts";
import { ingressManifests } from "./ingress.ts";
import { migrationPolicyManifest } from "./migration.ts";
import { networkPolicyManifest } from "./network-policy.ts";
import { podDisruptionBudgetManifest } from "./pod-disruption-budget.ts";
import { withPatches } from "./patch.ts";
import { podMonitorManifest } from "./pod-monitor.ts";
import { prometheusRuleManifest } from "./prometheus-rule.ts";
import type { CredentialDigests } from "./pod-template.ts";
import { rolloutManifest } from "./rollout.ts";
import { serviceAccountManifest } from "./service-account.ts";
import { serviceManifest } from "./service.ts";
import { workloadKindOf } from "../service/kinds.ts";
import type { SourceReference } from "./source.ts";
import { weightedManifests } from "./weighted.ts";
import { headlessServiceManifest, statefulSetManifest } from "./stateful-set.ts";
import { volumeClaimManifests } from "./volume-claims.ts";

/** Every object of a service, as plain data; what its settings do not need is undefined. */
export type WorkloadManifests = ReturnType<typeof workloadManifests>;

/**
 * Builds every object of a service. Only the image and what changes with its credentials may be unknown, as they are
 * while they are not built and sealed.
 */
export function workloadManifests(
  service: Service,
  image: pulumi.Input<string>,
  source?: SourceReference,
  credentials?: CredentialDigests,
) {
  const [ingress, ...otherIngresses] = ingressManifests(service);
  const routes = httpRouteManifests(service);
  const analysisTemplate = analysisTemplateManifest(service);
  const rollout = rolloutManifest(service, image, source, credentials);
  const podMonitor = podMonitorManifest(service);
  const prometheusRule = prometheusRuleManifest(service);
  const dashboard = dashboardManifest(service);
  const migrationPolicy = migrationPolicyManifest(service);
  return withPatches(service, {
    serviceAccount: serviceAccountManifest(service),
    configMap: configMapManifest(service),
    volumeClaims: volumeClaimManifests(service),
    networkPolicy: networkPolicyManifest(service),
    podDisruptionBudget: podDisruptionBudgetManifest(service),
    deployment:
      workloadKindOf(service) === "Deployment"
        ? deploymentManifest(service, image, source, credentials)
        : undefined,
    statefulSet: statefulSetManifest(service, image, source, credentials),
    daemonSet: daemonSetManifest(service, image, source, credentials),
    cronJob: cronJobManifest(service, image, source, credentials),
    ...(rollout && { rollout }),
    ...(analysisTemplate && { analysisTemplate }),
    ...weightedManifests(service),
    service: serviceManifest(service),
    headlessService: headlessServiceManifest(service),
    horizontalPodAutoscaler: horizontalPodAutoscalerManifest(service),
    ingress,
    ...(otherIngresses.length > 0 && { otherIngresses }),
    ...(routes.length > 0 && { routes }),
    ...(podMonitor && { podMonitor }),
    ...(prometheusRule && { prometheusRule }),
    ...(dashboard && { dashboard }),
    ...(migrationPolicy && { migrationPolicy }),
  });
}

/** The object that makes a service's pods. */
export function deliveredBy({
  deployment,
  statefulSet,
  daemonSet,
  cronJob,
  rollout,
}: WorkloadManifests) {
  return deployment ?? statefulSet ?? daemonSet ?? cronJob ?? rollout;
}

/** `sha256:<64 hex>` over a service's objects, without the source: a commit alone does not change the workload. */
export function workloadHash(
  service: Service,
  image: string,
  credentials?: Readonly<Record<string, string>>,
): string {
  return manifestHash(workloadManifests(service, image, undefined, credentials));
}
