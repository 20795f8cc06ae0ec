import { z } from "zod";

import {
  type EveryNodeDefinition,
  headlessName,
  KIND_NUMBERS,
  type KindDefinition,
  type RetentionPolicy,
  type ScheduleDefinition,
  type ScheduleHistory,
  type StatefulDefinition,
} from "../../components/service/kinds.ts";
import { PROOFS } from "../../contract/workload-kind.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { cronFault } from "./cron.ts";
import { share } from "./share.ts";
import { isTimeZone } from "./time-zone.ts";

/** Keys that say what delivers a service. */
const KINDS = ["stateful", "everyNode", "schedule"] as const;

const retention = z
  .enum(["Retain", "Delete"], { error: "allowed: Retain or Delete" })
  .exactOptional();

const stateful = field.mapping(
  {
    podManagementPolicy: z
      .enum(["OrderedReady", "Parallel"], { error: "allowed: OrderedReady or Parallel" })
      .exactOptional(),
    partition: number(KIND_NUMBERS.partition),
    persistentVolumeClaimRetentionPolicy: field
      .mapping(
        { whenDeleted: retention, whenScaled: retention } satisfies ShapeOf<RetentionPolicy>,
        "whenDeleted and whenScaled",
      )
      .exactOptional(),
    serviceName: field.label.exactOptional(),
  } satisfies ShapeOf<StatefulDefinition>,
  "true, or podManagementPolicy, partition, persistentVolumeClaimRetentionPolicy and serviceName",
);

const nodes = share("allowed: a whole number from 0 to 5000, or a share such as 10%");

const everyNode = field.mapping(
  {
    maxUnavailable: nodes.exactOptional(),
    maxSurge: nodes.exactOptional(),
  } satisfies ShapeOf<EveryNodeDefinition>,
  "true, or maxUnavailable and maxSurge",
);

const ZONES = "allowed: a name of the IANA time zone database, such as Europe/Berlin or Etc/UTC";

const { startingDeadlineSeconds, activeDeadlineSeconds, backoffLimit, history } = KIND_NUMBERS;

const schedule = field.mapping(
  {
    cron: z
      .string({ error: "allowed: a time table such as 0 3 * * *" })
      .check(({ value, issues }) => {
        const fault = cronFault(value);
        if (fault !== undefined) {
          issues.push({ code: "custom", input: value, message: fault });
        }
      }),
    timeZone: z.string({ error: ZONES }).refine(isTimeZone, { error: ZONES }).exactOptional(),
    concurrency: z
      .enum(["Allow", "Forbid", "Replace"], { error: "allowed: Allow, Forbid or Replace" })
      .exactOptional(),
    startingDeadlineSeconds: number(startingDeadlineSeconds),
    history: field
      .mapping(
        { successful: number(history), failed: number(history) } satisfies ShapeOf<ScheduleHistory>,
        "successful and failed",
      )
      .exactOptional(),
    activeDeadlineSeconds: number(activeDeadlineSeconds),
    backoffLimit: number(backoffLimit),
    suspend: field.choice("whether no run begins by itself").exactOptional(),
    prove: z.enum(PROOFS, { error: `allowed: ${PROOFS.join(" or ")}` }).exactOptional(),
  } satisfies ShapeOf<ScheduleDefinition>,
  'a mapping with cron, such as {cron: "0 3 * * *"}, and as needed timeZone, concurrency, startingDeadlineSeconds, history, activeDeadlineSeconds, backoffLimit, suspend and prove',
);

/** The form of what says what delivers a service. */
export function kindsShape() {
  return {
    stateful: trueOr(stateful).exactOptional(),
    everyNode: trueOr(everyNode).exactOptional(),
    schedule: schedule.exactOptional(),
  } satisfies ShapeOf<KindDefinition>;
}

/** What such keys contradict. */
export function kindsFaults(service: Mapping): Fault[] {
  const kinds = KINDS.filter((key) => service[key] !== undefined);
  const [kind, other] = kinds;
  if (kind === undefined) {
    return [];
  }
  const together = got(
    service[other ?? ""],
    `allowed: one of ${KINDS.join(", ")}; remove it, or ${kind}`,
  );
  return [
    ...faultIf(other !== undefined, [other ?? ""], together),
    ...partitionFaults(service),
    ...nodeFaults(service),
    ...scheduleFaults(service),
  ];
}

/** What the name of a service must be for what delivers it. */
export function kindNameFaults(name: string, services: Mapping): Fault[] {
  const { stateful: set, schedule: times } = fieldsOf(services[name]);
  const kind = set !== undefined ? "stateful" : times !== undefined ? "schedule" : undefined;
  const text = `the name has ${name.length} characters; allowed: at most ${LONGEST_NAME} with ${kind ?? ""}, because Kubernetes adds to it; shorten it`;
  return [
    ...faultIf(kind !== undefined && name.length > LONGEST_NAME, [], text),
    ...headlessFaults(name, services),
  ];
}

/** Kubernetes adds a number and a hash to the names of pods and runs, and has labels of them. */
const LONGEST_NAME = 52;

/** A headless Service has a name of its own, which no other Service may have. */
function headlessFaults(name: string, services: Mapping): Fault[] {
  const own = headlessOf(name, services);
  if (own === undefined) {
    return [];
  }
  const [other] = Object.keys(services).filter(
    (each, index, names) => index < names.indexOf(name) && headlessOf(each, services) === own,
  );
  const remedy = `set another one, such as ${name}-peers`;
  const text = `allowed: a name that no service has, for the headless Service; ${remedy}`;
  const taken = `the headless Service of ${other ?? ""} is called so; allowed: a name that no other Service has; ${remedy}`;
  const path = ["stateful", "serviceName"];
  return [
    ...faultIf(own in services, path, got(own, text)),
    ...faultIf(other !== undefined, path, got(own, taken)),
  ];
}

function headlessOf(name: string, services: Mapping): string | undefined {
  const { stateful: set } = fieldsOf(services[name]);
  const { serviceName = headlessName(name) } = fieldsOf(set);
  return set === undefined ? undefined : String(serviceName);
}

function trueOr<Definition>(definition: z.ZodType<Definition>) {
  // A union would name neither the key that is wrong nor what is allowed there.
  return z.preprocess(
    (value: unknown) => (value === true ? {} : value),
    definition,
  ) as unknown as z.ZodType<true | Definition>;
}

function partitionFaults({ stateful: set, replicas = 1, autoscale }: Mapping): Fault[] {
  const { partition } = fieldsOf(set);
  const { min = replicas } = fieldsOf(autoscale);
  const text = `allowed: less than the number of pods, which is ${String(min)}: a release is proved by the pods that run it; lower it, or raise replicas`;
  return faultIf(
    typeof partition === "number" && typeof min === "number" && partition > 0 && partition >= min,
    ["stateful", "partition"],
    got(partition, text),
  );
}

function nodeFaults({ everyNode: set, replicas, autoscale }: Mapping): Fault[] {
  if (set === undefined) {
    return [];
  }
  const { maxUnavailable, maxSurge } = fieldsOf(set);
  const [down, up] = [amount(maxUnavailable ?? (amount(maxSurge) > 0 ? 0 : 1)), amount(maxSurge)];
  const most = "everyNode has a pod on each node; remove it";
  return [
    ...faultIf(
      replicas !== undefined,
      ["replicas"],
      got(replicas, `allowed: none, because ${most}`),
    ),
    ...faultIf(
      autoscale !== undefined,
      ["autoscale"],
      got(autoscale, `allowed: none, because ${most}`),
    ),
    ...faultIf(
      down > 0 === up > 0,
      ["everyNode", "maxUnavailable"],
      got(
        maxUnavailable,
        `allowed: either maxUnavailable or maxSurge above 0, and maxSurge is ${shown(maxSurge)}; set one of them to 0`,
      ),
    ),
  ];
}

/** What a run that ends has no use for. */
const OF_SERVING = [
  ...["port", "ports", "service", "ingress", "route", "health", "ready", "probes"],
  ...["replicas", "autoscale", "settleSeconds", "drainSeconds", "replacement"],
];

function scheduleFaults(service: Mapping): Fault[] {
  const { schedule: times } = service;
  const { suspend, prove } = fieldsOf(times);
  const text = "allowed: none, because a schedule makes pods that end and serve nobody; remove it";
  return times === undefined
    ? []
    : [
        ...OF_SERVING.flatMap((key) =>
          faultIf(service[key] !== undefined, [key], got(service[key], text)),
        ),
        ...faultIf(
          suspend === true && prove === "run",
          ["schedule", "prove"],
          got(prove, "allowed: accepted while suspend is true; remove one of them"),
        ),
      ];
}

function number({ from, to, ...more }: { from: number; to: number; remedy?: string }) {
  return field.wholeNumber(from, to, more.remedy).exactOptional();
}

function amount(share: unknown): number {
  return Number.parseInt(shown(share), 10);
}

function shown(share: unknown): string {
  return typeof share === "number" || typeof share === "string" ? String(share) : "0";
}
