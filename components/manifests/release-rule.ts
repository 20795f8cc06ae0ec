import type { Service } from "../service-definition.ts";
import { MONITORING_API, monitoringMetadata } from "./pod-monitor.ts";
import { seriesLabels } from "./series.ts";

/** The series that shows which release a service has. */
export const RELEASE_METRIC = "slipway_release";

/** What the series shows of what was released, or restored. */
interface Shown {
  readonly commit: string | null;
  readonly digest: string;
  readonly verdict: "ready" | "failed";
}

/** What the series shows of a release: a part of its record. */
export interface ShownRelease extends Shown {
  readonly dirty: boolean;
  /** What runs in its place. */
  readonly running: Shown | null;
}

/** Stands for a release before its verdict: its rule has the same form. */
export const UNJUDGED_RELEASE: ShownRelease = {
  commit: null,
  dirty: false,
  digest: "",
  verdict: "ready",
  running: null,
};

/**
 * Shows a release as a metric, undefined for a service that shows none. It is written after the verdict, and is no part of the
 * manifests' hash: a new release of it would have a next one.
 */
export function releaseRuleManifest(service: Service, release: ShownRelease) {
  if (service.metrics === undefined) {
    return undefined;
  }
  return {
    apiVersion: MONITORING_API,
    kind: "PrometheusRule",
    metadata: monitoringMetadata(service, releaseRuleName(service)),
    spec: {
      groups: [
        {
          name: `${service.namespace}.${releaseRuleName(service)}`,
          rules: shown(release).map((labels) => ({
            record: RELEASE_METRIC,
            expr: "vector(1)",
            labels: { ...seriesLabels(service), ...labels },
          })),
        },
      ],
    },
  };
}

/** No service can be called so. */
export function releaseRuleName({ name }: Pick<Service, "name">): string {
  return `${name}.release`;
}

/** The release and, if it failed, what was restored in its place. */
function shown({ running, ...release }: ShownRelease) {
  const all = [release, ...(running ? [{ ...running, dirty: false }] : [])].map(
    ({ commit, dirty, digest, verdict }) => ({
      ...(commit !== null && { commit: dirty ? `${commit}-dirty` : commit }),
      digest,
      verdict,
    }),
  );
  // One series has one value, and both may be of one commit and have failed.
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}
