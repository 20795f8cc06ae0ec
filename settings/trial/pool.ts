import { z } from "zod";

import type { Cluster } from "../../components/cluster.ts";
import { faultsError } from "../../components/faults-error.ts";
import type { JenkinsDefinition } from "../../components/lanes/definition.ts";
import type { Delivery } from "../../components/lanes/delivery.ts";
import { poolNamespaces, type TrialDefinition } from "../../components/trial/definition.ts";
import { clusterSchema, resolveCluster } from "../cluster.ts";
import { type Fault, faultIf, faultLine, faultsOf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { formerSchema } from "../former.ts";
import { jenkinsFaults, jenkinsSchema } from "../jenkins.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { PASSWORD, registrySchema } from "../registry.ts";
import type { Surroundings } from "../surroundings.ts";
import { trialFaults, trialSchema } from "../trial.ts";
import { unquoted } from "../unquoted.ts";
import { derivedSettings } from "./derived.ts";
import { isEncrypted, writtenStack } from "./written.ts";

/** The settings of a stack that is a pool of trials, checked. */
export interface PoolSettings {
  readonly cluster: Cluster;
  /** The namespace that says which pull request has which namespace of the pool. */
  readonly home: string;
  readonly trial: TrialDefinition;
  /** Absent if Jenkins delivers no trials. */
  readonly jenkins: JenkinsDefinition | undefined;
  /** What a trial delivers, in the first namespace of the pool. */
  readonly delivery: Delivery;
}

/** Settings as the engine hands them over: strings by key without `slipway:`, mappings as JSON. */
interface HandedOver {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** Reads the settings of a stack that delivers, and throws for their faults. */
export type ReadDelivery = (config: HandedOver) => Omit<Delivery, "rendered" | "admission">;

/** What the settings of a pool may be. */
function poolSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      cluster: clusterSchema(surroundings),
      registry: registrySchema(surroundings).exactOptional(),
      [PASSWORD]: z.unknown().exactOptional(),
      namespace: field.label,
      trial: trialSchema,
      jenkins: jenkinsSchema.exactOptional(),
      former: formerSchema.exactOptional(),
    },
    "the settings of a pool of trials",
  );
}

/**
 * Reads the settings of a pool, and those of the stack that is tried from its file.
 *
 * @param stack of the pool
 * @param read reads what a trial delivers
 * @throws RunError with a line for each fault
 */
export function readPool(
  stack: string,
  config: HandedOver,
  surroundings: Surroundings,
  read: ReadDelivery,
): PoolSettings {
  const own = ownOf(config);
  const raw = Object.fromEntries(Object.entries(own).filter(([, value]) => !isEncrypted(value)));
  const parsed = poolSchema(surroundings).safeParse(raw, { reportInput: true });
  const { cluster, faults } = resolveCluster(raw["cluster"], surroundings);
  const { of } = fieldsOf(raw["trial"]);
  const tried = typeof of === "string" ? writtenStack(of, surroundings)?.own : undefined;
  const found = [
    ...faultsOf(parsed.error),
    ...faults,
    ...trialFaults(raw, stack),
    ...jenkinsFaults(raw),
    ...(of === undefined ? [] : triedFaults(of, tried, raw)),
  ];
  if (found.length > 0 || !parsed.success || cluster === undefined || tried === undefined) {
    throw faultsError([...new Set(found.map(faultLine))].sort(), "faults in the stack's settings");
  }
  const { namespace: home, trial, jenkins } = parsed.data;
  const [namespace = home] = poolNamespaces(home, 1);
  const place = { namespace, number: 1, host: trial.host, build: asItIs };
  const { settings } = derivedSettings(tried, own, place);
  const delivery = { ...read(asConfig(settings)), namespaceExists: true };
  return { cluster, home, trial, jenkins, delivery };
}

/** Without what Pulumi.yaml gives for a key that the stack does not set; secrets as a file has them. */
function ownOf({ values, secretKeys }: HandedOver): Mapping {
  const entries = Object.entries(values).filter(([, value]) => !["", "{}"].includes(value));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      secretKeys.includes(key) ? { secure: "hidden" } : unquoted(value),
    ]),
  );
}

/** What of the stack that is tried has no trial. */
export function triedFaults(of: unknown, tried: Mapping | undefined, own: Mapping): Fault[] {
  const path = ["trial", "of"];
  if (tried === undefined) {
    return [
      {
        path,
        text: got(of, `allowed: a stack of this project; there is no Pulumi.${String(of)}.yaml`),
      },
    ];
  }
  const services = Object.values(fieldsOf(tried["services"])).map(fieldsOf);
  const builds = services.some(({ build }) => build !== undefined);
  const promotes = (tried["promoteFrom"] ?? "") !== "";
  const byManifests = services.some(({ manifests }) => manifests !== undefined);
  const isLaned = own["jenkins"] !== undefined && (byManifests || tried["extras"] !== undefined);
  return [
    ...faultIf(
      promotes,
      path,
      got(of, "promotes what it runs; allowed: a stack that builds its images, such as dev"),
    ),
    ...faultIf(
      builds && fieldsOf(own["registry"])["repository"] === undefined,
      ["registry", "repository"],
      `missing; needed because ${String(of)} builds images: what pull requests build does not belong among its own; set a repository for trials, such as registry.example.com/trials`,
    ),
    ...faultIf(
      isLaned,
      ["jenkins"],
      `allowed: only where ${String(of)} has no manifests of its own and no extras, whose rights no lane of a pool has; deliver its trials as an administrator, or remove it`,
    ),
  ];
}

/** A pool has no pull request yet. */
function asItIs(_: string, build: Mapping): Mapping {
  return build;
}

/** Settings as the engine would hand them over, with placeholders for secrets. */
export function asConfig(settings: Mapping): HandedOver {
  const entries = Object.entries(settings);
  const values = entries.map(([key, value]): [string, string] => {
    const plain = isEncrypted(value) ? "hidden" : value;
    return [key, typeof plain === "string" ? plain : JSON.stringify(plain)];
  });
  const secretKeys = entries.filter(([, value]) => isEncrypted(value)).map(([key]) => key);
  return { values: Object.fromEntries(values), secretKeys };
}
