import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ReleaseRecord } from "../contract/release-record.ts";
import {
  releaseRuleManifest,
  releaseRuleName,
  UNJUDGED_RELEASE,
} from "./manifests/release-rule.ts";
import { goesWith, type Namespace } from "./namespace.ts";
import type { Service } from "./service-definition.ts";

/** What is needed of a release to be shown. */
export interface ReleaseMetricArgs {
  readonly service: Service;
  readonly namespace: Namespace;
  /** Known once there is a verdict. */
  readonly release: pulumi.Output<ReleaseRecord>;
}

/**
 * Shows a release as the metric `slipway_release`, after its verdict; nothing of a service that shows no metrics.
 *
 * Creates a `PrometheusRule`.
 */
export function declareReleaseMetric(
  { service, namespace, release }: ReleaseMetricArgs,
  parent: pulumi.Resource,
): void {
  const manifest = releaseRuleManifest(service, UNJUDGED_RELEASE);
  if (manifest === undefined) {
    return;
  }
  new k8s.apiextensions.CustomResource(
    releaseRuleName(service),
    {
      ...manifest,
      // A member of a group whose turn has not come may have none yet.
      spec: release.apply(
        (record: ReleaseRecord | undefined) =>
          releaseRuleManifest(service, record ?? UNJUDGED_RELEASE)?.spec,
      ),
    },
    { parent, ...goesWith(namespace) },
  );
}
