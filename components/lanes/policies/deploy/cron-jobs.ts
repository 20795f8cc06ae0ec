import type { Delivery } from "../../delivery.ts";
import type { Validation } from "../policy.ts";
import { type Accounts, podLimit } from "./deployments.ts";
import type { Limit } from "./limit.ts";

/** CronJobs whose pods are limited as those of Deployments are. */
export function cronJobs(delivery: Delivery): Limit {
  const { variables = {}, validations } = podLimit(delivery, {
    may: (account) => `${account} == object.metadata.name`,
    allowed: "the name of the CronJob",
  });
  const expressions = Object.entries(variables).map(([name, text]) => [name, inJobs(text)]);
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["cronjobs"],
    variables: Object.fromEntries(expressions) as Readonly<Record<string, string>>,
    validations: validations.map(({ expression, message }): Validation => ({
      expression: inJobs(expression),
      message: inJobs(message),
    })),
  };
}

/** Jobs, of which the verdict makes one: with the pods of their CronJob, whatever they are called. */
export function jobs(delivery: Delivery): Limit {
  const accounts: Accounts = {
    may: (account) =>
      `object.metadata.?ownerReferences.orValue([]).exists(o, o.kind == "CronJob" && o.name == ${account})`,
    allowed: "the name of the CronJob that owns the Job",
  };
  return {
    ...podLimit(delivery, accounts),
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["jobs"],
  };
}

/** A CronJob has its pods' template in that of its Jobs. */
function inJobs(text: string): string {
  return text.replaceAll("spec.template", "spec.jobTemplate.spec.template");
}
