import { z } from "zod";

import {
  STEP_NUMBERS,
  type Steps,
  type StepsDefinition,
  weightedNames,
} from "../../components/service/steps.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";
import { either } from "./either.ts";
import { measuredFaults } from "./measured.ts";

/** Kubernetes allows no longer name of a Service. */
const LONGEST_NAME = 63;

/** Argo Rollouts would take more, but nobody reads them. */
const MOST_STEPS = 20;

const ALLOWED =
  "allowed: a list of percentages that rise, such as [10, 50], or switch for all at once";

const { step } = STEP_NUMBERS;

const steps: z.ZodType<Steps> = either(
  z.literal("switch", { error: ALLOWED }),
  z
    .array(field.wholeNumber(step.from, step.to, "the last step, to 100, is Slipway's own"), {
      error: ALLOWED,
    })
    .min(1, { error: ALLOWED })
    .max(MOST_STEPS, { error: `allowed: at most ${MOST_STEPS} steps` })
    .refine((list) => list.every((each, index) => each > (list[index - 1] ?? 0)), {
      error: ALLOWED,
    }),
);

/** The form of how a release is given its traffic. */
export function stepsShape() {
  return {
    steps: steps.exactOptional(),
    weights: z
      .literal("traefik", { error: "allowed: traefik; without it the pods are the weights" })
      .exactOptional(),
  } satisfies ShapeOf<StepsDefinition>;
}

/** The keys that say what is measured. */
const MEASURED = ["errors", "p99", "requests", "every", "for", "failures"] as const;

/** What steps contradict, and what they need. */
export function stepsFaults(service: Mapping): Fault[] {
  const { steps: written } = service;
  const watch = fieldsOf(service["watch"]);
  const [unused] = MEASURED.filter((key) => key in watch);
  if (written === undefined) {
    const text = "allowed: with steps, at which it is measured; set steps, or remove it";
    return [
      ...faultIf(unused !== undefined, ["watch", unused ?? ""], got(watch[unused ?? ""], text)),
      ...weightsFaults(service),
    ];
  }
  return [
    ...contradictions(service),
    ...trafficFaults(service),
    ...weightsFaults(service),
    ...measuredFaults(service, watch),
  ];
}

/** A route is divided by percentages, and must lead to the service. */
function weightsFaults({ steps: written, weights, route }: Mapping): Fault[] {
  const allowed = (what: string) => got(weights, `allowed: with ${what}, or remove weights`);
  return weights === undefined
    ? []
    : [
        ...faultIf(
          !Array.isArray(written),
          ["weights"],
          allowed("a list of steps, which are the percentages; set steps"),
        ),
        ...faultIf(
          route === undefined,
          ["weights"],
          allowed("a route through a Gateway of Traefik's, whose requests are divided; set route"),
        ),
      ];
}

/** Services of the old and of the new pods have names of their own, which no other service may have. */
export function weightsNameFaults(name: string, services: Mapping): Fault[] {
  if (fieldsOf(services[name])["weights"] === undefined) {
    return [];
  }
  const own = Object.values(weightedNames(name));
  const taken = own.find((each) => each in services);
  const long = own.find((each) => each.length > LONGEST_NAME);
  return [
    ...faultIf(
      taken !== undefined,
      ["weights"],
      `needs the name ${taken ?? ""} for a Service of its own, and a service is called so; rename one of them`,
    ),
    ...faultIf(
      long !== undefined,
      ["weights"],
      `needs the name ${long ?? ""} for a Service of its own, which has ${long?.length ?? 0} characters; allowed: at most ${LONGEST_NAME}; shorten the service's name`,
    ),
  ];
}

/** What replaces pods by other rules. */
const OTHERS = {
  stateful: "a StatefulSet replaces its pods itself",
  everyNode: "a DaemonSet replaces its pods itself",
  schedule: "a schedule has no traffic",
  manifests: "a team's own manifests say how their pods are replaced",
};

function contradictions(service: Mapping): Fault[] {
  const [other] = Object.keys(OTHERS).filter((key) => key in service) as (keyof typeof OTHERS)[];
  const { replacement } = service;
  const single = Object.values(fieldsOf(service["volumes"])).some((volume) => {
    const { claim } = fieldsOf(volume);
    return mapping(claim) !== undefined && fieldsOf(claim)["access"] !== "ReadWriteMany";
  });
  return [
    ...faultIf(
      other !== undefined,
      ["steps"],
      `allowed: none with ${other ?? ""}: ${OTHERS[other ?? "stateful"]}; remove one of them`,
    ),
    ...faultIf(
      replacement === "recreate" || (replacement !== undefined && service["steps"] === "switch"),
      ["replacement"],
      got(replacement, "allowed: none with these steps, which say it; remove one of them"),
    ),
    ...faultIf(
      single,
      ["steps"],
      "allowed: none with a claim of one writer, because old and new pods run side by side; give the claim access: ReadWriteMany, or remove steps",
    ),
  ];
}

/** Steps divide the traffic by pods, so that there must be some. */
function trafficFaults(service: Mapping): Fault[] {
  const { steps: written, weights, replicas = 2, autoscale } = service;
  const { min = replicas } = fieldsOf(autoscale);
  const takesNone = service["port"] === undefined && service["ports"] === undefined;
  const first: unknown = Array.isArray(written) ? written[0] : undefined;
  // Argo Rollouts adds a pod for a share that none of them makes.
  const isTooFew = typeof min === "number" && min < 2 && typeof first === "number" && !weights;
  return [
    ...faultIf(
      takesNone,
      ["steps"],
      "the service takes no connections, and so has no traffic to divide; set port, or remove steps",
    ),
    ...faultIf(
      isTooFew,
      ["steps"],
      got(
        written,
        `allowed: switch, or replicas of 2 or more: the share of the traffic is that of the pods, and there is one; raise replicas, or set weights`,
      ),
    ),
  ];
}
