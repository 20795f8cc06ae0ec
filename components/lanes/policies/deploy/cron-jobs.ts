import { MIGRATES } from "../../../../contract/marks.ts";
import { workloadKindOf } from "../../../service/kinds.ts";
import { type Delivery, servicesOf } from "../../delivery.ts";
import { literal, type Validation } from "../policy.ts";
import { podLimit } from "./deployments.ts";
import type { Limit } from "./limit.ts";

/** Whether a CronJob has made a Job; what else makes one migrates a service's database, and says whose. */
const IS_OWNED = `object.metadata.?ownerReferences.orValue([]).exists_one(o, o.kind == "CronJob")`;

/** The service that a Job belongs to. */
const OWNER = `(${IS_OWNED} ? object.metadata.ownerReferences.filter(o, o.kind == "CronJob")[0].name : object.metadata.?labels.orValue({})[?${literal(MIGRATES)}].orValue(""))`;

/** CronJobs whose pods are limited as those of Deployments are. */
export function cronJobs(delivery: Delivery): Limit {
  return {
    ...translated(podLimit(delivery, "the name of the CronJob"), inJobs),
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["cronjobs"],
  };
}

/** Jobs, which prove a CronJob or migrate a service's database: with the pods of their service, whatever they are called. */
export function jobs(delivery: Delivery): Limit {
  const { variables, validations } = translated(
    podLimit(delivery, "the name of the service that the Job belongs to: of the CronJob that owns it, or of the label slipway/migrates"),
    inOwned,
  );
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["jobs"],
    variables: { owner: OWNER, kind: kindOf(delivery), ...variables },
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

/** What delivers the service that a Job belongs to. */
function kindOf(delivery: Delivery): string {
  const migrated = servicesOf(delivery).filter(({ migrate }) => migrate !== undefined);
  const kinds = Object.fromEntries(migrated.map((each) => [each.name, workloadKindOf(each)]));
  return `(${IS_OWNED} ? "CronJob" : ${literal(kinds)}[?variables.owner].orValue("Job"))`;
}

/** What the settings say of a service's pods holds for those of its Jobs. */
function inOwned(text: string): string {
  return text
    .replaceAll("object.metadata.name", "variables.owner")
    .replaceAll("request.kind.kind", "variables.kind");
}
