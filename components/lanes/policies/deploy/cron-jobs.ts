import { MIGRATES } from "../../../../contract/marks.ts";
import { workloadKindOf } from "../../../service/kinds.ts";
import type { Service } from "../../../service-definition.ts";
import { type Delivery, servicesOf } from "../../delivery.ts";
import { writtenOf } from "../../rendered.ts";
import { literal, type Validation } from "../policy.ts";
import { podLimit } from "./deployments.ts";
import type { Limit } from "./limit.ts";

const IS_OWNED = `object.metadata.?ownerReferences.orValue([]).exists_one(o, o.kind == "CronJob")`;

/** The service whose database a Job migrates. */
const MIGRATED = `object.metadata.?labels.orValue({})[?${literal(MIGRATES)}]`;

/** The CronJob that a Job belongs to, or what else says what its pods may do. */
function ownerOf(otherwise: string): string {
  return `(${IS_OWNED} ? object.metadata.ownerReferences.filter(o, o.kind == "CronJob")[0].name : ${otherwise})`;
}

/** CronJobs whose pods are limited as those of Deployments are. */
export function cronJobs(delivery: Delivery): Limit {
  return {
    ...translated(podLimit(delivery, "the name of the CronJob"), inJobs),
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["cronjobs"],
  };
}

/**
 * Jobs, of which the verdict makes one: with the pods of their CronJob, whatever they are called. Those that migrate a service's database
 * have its pods, and manifests have Jobs of their own.
 */
export function jobs(delivery: Delivery): Limit {
  const hasOwn = writtenOf(delivery, "Job").length > 0;
  const migrating = migratingIn(delivery);
  const isOne = !hasOwn && migrating.length === 0;
  const account =
    migrating.length === 0
      ? "the name of the CronJob that owns the Job"
      : `the name of the CronJob that owns the Job, or of the service that its label ${MIGRATES} names`;
  const { variables, validations } = translated(
    podLimit(delivery, account),
    isOne ? inOwned : inOwnedOrOwn,
  );
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["jobs"],
    variables: {
      ...(isOne ? { owner: ownerOf('""') } : ownersOf(hasOwn, migrating)),
      ...variables,
    },
    validations,
  };
}

/** Services that migrate a database. */
export function migratingIn(delivery: Delivery): readonly Service[] {
  return servicesOf(delivery).filter(({ migrate }) => migrate !== undefined);
}

/** What says what the pods of a Job may do, and of which kind that is. */
function ownersOf(hasOwn: boolean, migrating: readonly Service[]): Record<string, string> {
  const otherwise = hasOwn ? "object.metadata.name" : '""';
  if (migrating.length === 0) {
    return { owner: ownerOf(otherwise), kind: `(${IS_OWNED} ? "CronJob" : "Job")` };
  }
  const kinds = Object.fromEntries(migrating.map((each) => [each.name, workloadKindOf(each)]));
  return {
    owner: ownerOf(`${MIGRATED}.orValue(${otherwise})`),
    kind: `(${IS_OWNED} ? "CronJob" : ${MIGRATED}.hasValue() ? ${literal(kinds)}[?${MIGRATED}.orValue("")].orValue("Job") : "Job")`,
  };
}

/** A limit whose every text says the same of a different kind. */
function translated(
  { variables = {}, validations }: Pick<Limit, "variables" | "validations">,
  say: (text: string) => string,
): Pick<Limit, "variables" | "validations"> {
  const expressions = Object.entries(variables).map(([name, text]) => [name, say(text)] as const);
  return {
    variables: Object.fromEntries(expressions),
    validations: validations.map(({ expression, message }): Validation => ({
      expression: say(expression),
      message: say(message),
    })),
  };
}

/** A CronJob has its pods' template in that of its Jobs. */
function inJobs(text: string): string {
  return text.replaceAll("spec.template", "spec.jobTemplate.spec.template");
}

/** What the settings say of a CronJob holds for its Jobs. */
function inOwned(text: string): string {
  return text
    .replaceAll("object.metadata.name", "variables.owner")
    .replaceAll("request.kind.kind", '"CronJob"');
}

/** What manifests say of a Job holds for it, and what the settings say of a service for its migrations. */
function inOwnedOrOwn(text: string): string {
  return text
    .replaceAll("object.metadata.name", "variables.owner")
    .replaceAll("request.kind.kind", "variables.kind");
}
