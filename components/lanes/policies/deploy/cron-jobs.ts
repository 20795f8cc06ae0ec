import { MIGRATES } from "../../../../contract/marks.ts";
import { workloadKindOf } from "../../../service/kinds.ts";
import { type Delivery, servicesOf } from "../../delivery.ts";
import { writtenOf } from "../../rendered.ts";
import { literal, type Validation } from "../policy.ts";
import type { Limit } from "./limit.ts";
import { podLimit } from "./pod-limit.ts";

/** Whether a CronJob has made a Job. */
const IS_OWNED = `object.metadata.?ownerReferences.orValue([]).exists_one(o, o.kind == "CronJob")`;

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
 * Jobs, which prove a CronJob or migrate a service's database: with the pods of their service, whatever they are called. Manifests have
 * Jobs of their own.
 */
export function jobs(delivery: Delivery): Limit {
  const hasOwn = writtenOf(delivery, "Job").length > 0;
  const migrated = servicesOf(delivery).filter(({ migrate }) => migrate !== undefined);
  const itself = hasOwn ? "object.metadata.name" : '""';
  const service =
    migrated.length > 0
      ? `object.metadata.?labels.orValue({})[?${literal(MIGRATES)}].orValue(${itself})`
      : itself;
  const kinds = Object.fromEntries(migrated.map((each) => [each.name, workloadKindOf(each)]));
  const kind = migrated.length > 0 ? `${literal(kinds)}[?variables.owner].orValue("Job")` : '"Job"';
  const isOfCronJobs = !hasOwn && migrated.length === 0;
  const { variables, validations } = translated(
    podLimit(
      delivery,
      migrated.length > 0
        ? `the name of the service that the Job belongs to: of the CronJob that owns it, or of the label ${MIGRATES}`
        : "the name of the CronJob that owns the Job",
    ),
    inOwned(isOfCronJobs ? '"CronJob"' : "variables.kind"),
  );
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["jobs"],
    variables: {
      owner: `(${IS_OWNED} ? object.metadata.ownerReferences.filter(o, o.kind == "CronJob")[0].name : ${service})`,
      ...(!isOfCronJobs && { kind: `(${IS_OWNED} ? "CronJob" : ${kind})` }),
      ...variables,
    },
    validations,
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

/** What the settings say of what delivers a service holds for its Jobs. */
function inOwned(kind: string): (text: string) => string {
  return (text) =>
    text
      .replaceAll("object.metadata.name", "variables.owner")
      .replaceAll("request.kind.kind", kind);
}
