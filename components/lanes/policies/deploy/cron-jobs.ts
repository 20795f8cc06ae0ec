import type { Delivery } from "../../delivery.ts";
import { writtenOf } from "../../rendered.ts";
import type { Validation } from "../policy.ts";
import { podLimit } from "./deployments.ts";
import type { Limit } from "./limit.ts";

const IS_OWNED = `object.metadata.?ownerReferences.orValue([]).exists_one(o, o.kind == "CronJob")`;

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

/** Jobs, of which the verdict makes one: with the pods of their CronJob, whatever they are called. Manifests have Jobs of their own. */
export function jobs(delivery: Delivery): Limit {
  const hasOwn = writtenOf(delivery, "Job").length > 0;
  const { variables, validations } = translated(
    podLimit(delivery, "the name of the CronJob that owns the Job"),
    hasOwn ? inOwnedOrOwn : inOwned,
  );
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["jobs"],
    variables: {
      ...(hasOwn
        ? { owner: ownerOf("object.metadata.name"), kind: `(${IS_OWNED} ? "CronJob" : "Job")` }
        : { owner: ownerOf('""') }),
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

/** What the settings say of a CronJob holds for its Jobs. */
function inOwned(text: string): string {
  return text
    .replaceAll("object.metadata.name", "variables.owner")
    .replaceAll("request.kind.kind", '"CronJob"');
}

/** What manifests say of a Job holds for it. */
function inOwnedOrOwn(text: string): string {
  return text
    .replaceAll("object.metadata.name", "variables.owner")
    .replaceAll("request.kind.kind", "variables.kind");
}
