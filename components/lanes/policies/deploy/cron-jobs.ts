import type { Delivery } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { podLimit } from "./deployments.ts";
import type { Limit } from "./limit.ts";

const OWNER = `o.kind == ${literal("CronJob")}`;

/** CronJobs whose pods are limited as those of Deployments are. */
export function cronJobs(delivery: Delivery): Limit {
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["cronjobs"],
    ...reworded(podLimit(delivery), {
      "spec.template": "spec.jobTemplate.spec.template",
      "of the Deployment": "of the CronJob",
    }),
  };
}

/** Jobs, of which the verdict makes one: with the pods of the CronJob that owns them, whatever they are called. */
export function jobs(delivery: Delivery): Limit {
  const { variables, validations } = reworded(podLimit(delivery), {
    "object.metadata.name": "variables.owner",
    "request.kind.kind": literal("CronJob"),
    "of the Deployment": "of the CronJob that owns the Job",
  });
  const owner = `object.metadata.?ownerReferences.orValue([]).exists(o, ${OWNER}) ? object.metadata.ownerReferences.filter(o, ${OWNER})[0].name : ""`;
  return {
    apiGroups: ["batch"],
    apiVersion: "v1",
    resources: ["jobs"],
    variables: { owner, ...variables },
    validations,
  };
}

type Demands = Pick<Limit, "variables" | "validations">;

/** The same demands on an object that has the pods' template elsewhere, or another name. */
function reworded(
  { variables = {}, validations }: Demands,
  words: Readonly<Record<string, string>>,
): Demands {
  const inWords = (text: string) =>
    Object.entries(words).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const named = Object.entries(variables).map(([name, text]) => [name, inWords(text)] as const);
  return {
    variables: Object.fromEntries(named),
    validations: validations.map(({ expression, message }) => ({
      expression: inWords(expression),
      message: inWords(message),
    })),
  };
}
