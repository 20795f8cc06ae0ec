import * as pulumi from "@pulumi/pulumi";

import type { Evidence } from "../../contract/evidence.ts";
import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import { type Endpoint, endpointAt } from "../endpoint.ts";
import type { ManifestRelease, Manifests } from "./manifests.ts";
import { addressesOf, isHeadless, portOf } from "./routes.ts";

/** What a service of manifests comes to. */
export interface Outcome {
  readonly release: pulumi.Output<ReleaseRecord>;
  readonly history: pulumi.Output<readonly HistoryEntry[]>;
  readonly endpoint: pulumi.Output<Endpoint>;
}

/**
 * The release of a service of manifests: that of its main Deployment, and failed if one of its other Deployments is.
 *
 * @throws Error if it has no Deployment, which `render` refuses
 */
export function outcomeOf({ releases, made }: Manifests, namespace: string): Outcome {
  const [main, ...others] = releases;
  if (main === undefined) {
    throw new Error("manifests of a service have no Deployment");
  }
  const release = pulumi
    .all([main.readiness.release, others.map(({ readiness }) => readiness.release)])
    .apply(([record, rest]) => combined(record, rest, others));
  // What is awaited beside the Deployments is a part of the release.
  const whole = pulumi.all([release, pulumi.output([...made]).apply(() => true)]);
  return {
    release: whole.apply(([record]) => record),
    history: main.readiness.history,
    endpoint: pulumi.all([endpointOf(main, namespace), release]).apply(([endpoint]) => endpoint),
  };
}

/** One record of several: other Deployments say nothing as long as all are ready. Each rolls back by itself, and the evidence says so. */
export function combined(
  main: ReleaseRecord,
  rest: readonly ReleaseRecord[],
  others: readonly Pick<ManifestRelease, "deployment">[],
): ReleaseRecord {
  const titles = others.map(({ deployment: { object } }) => {
    return `${object.kind.toLowerCase()} ${object.metadata.name}`;
  });
  if (main.verdict !== "ready") {
    const staying = titles.filter((_, index) => rest[index]?.verdict === "ready");
    const more =
      isRolledBack(main) && staying.length > 0
        ? `; at this release stays ${staying.join(", ")}`
        : "";
    return { ...main, evidence: withWords(main.evidence, "", more) };
  }
  const index = rest.findIndex((record) => record.verdict !== "ready");
  const failed = rest[index];
  if (failed === undefined) {
    return main;
  }
  const { verdict, reason, evidence, running } = failed;
  const again = isRolledBack(failed)
    ? `; it runs ${running?.digest ?? ""} again, and what is ready of the service stays at this release`
    : "";
  return {
    ...main,
    verdict,
    reason,
    evidence: withWords(evidence, `${titles[index] ?? ""}: `, again),
  };
}

function isRolledBack({ running }: Partial<ReleaseRecord>): boolean {
  return running !== undefined && running !== null;
}

function withWords(evidence: Evidence | null, before: string, after: string): Evidence | null {
  return evidence && { ...evidence, message: `${before}${evidence.message}${after}` };
}

function endpointOf(
  { deployment: { service, ingresses }, service: routing }: ManifestRelease,
  namespace: string,
): pulumi.Output<Endpoint> {
  const isReached = service !== undefined && !isHeadless(service);
  return endpointAt({
    name: service?.metadata.name,
    namespace,
    port: service && portOf(service),
    clusterIP: isReached ? routing?.spec.apply((spec) => spec?.["clusterIP"]) : undefined,
    addresses: [...new Set(ingresses.flatMap(addressesOf))],
  });
}
