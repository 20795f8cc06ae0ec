import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import {
  type AnyObject,
  judgeIdentity,
  type ObjectAssessment,
  type ObservedObject,
  titleOf,
} from "./awaited-object.ts";
import { assessCustomResource } from "./custom-resource.ts";
import { assessDaemonSet } from "./daemon-set.ts";
import type { Finding } from "./finding.ts";
import { assessJob } from "./job.ts";
import { assessPersistentVolumeClaim } from "./persistent-volume-claim.ts";
import { assessStatefulSet } from "./stateful-set.ts";

/** How pods belong to an object: it controls them, or they mount it. */
export type PodRelation = "controls" | "mounted by" | "none";

interface Kind {
  readonly pods: PodRelation;
  assess(
    awaited: ObjectReadinessInputs,
    observed: ObservedObject & { readonly object: AnyObject },
  ): ObjectAssessment;
}

/** The kinds that have rules of their own, by API group and kind. */
const KINDS: Readonly<Record<string, Kind>> = {
  "apps/StatefulSet": { pods: "controls", assess: assessStatefulSet },
  "apps/DaemonSet": { pods: "controls", assess: assessDaemonSet },
  "batch/Job": { pods: "controls", assess: assessJob },
  "/PersistentVolumeClaim": {
    pods: "mounted by",
    assess: assessPersistentVolumeClaim,
  },
};

const ANY: Kind = { pods: "none", assess: assessCustomResource };

/** What an object shows, by the rules of its kind; rules that the program gives take their place. */
export function assessObject(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject,
): ObjectAssessment {
  const { object, isUnserved = false } = observed;
  const lost = isUnserved ? unserved(awaited) : judgeIdentity(awaited, object);
  if (lost !== undefined || object === undefined) {
    return { findings: lost === undefined ? [] : [lost], text: lost?.message ?? "" };
  }
  return kindOf(awaited).assess(awaited, { ...observed, object });
}

function unserved(awaited: ObjectReadinessInputs): Finding {
  const { apiVersion, kind } = awaited;
  const message = `the API server knows no ${kind} of ${apiVersion}: its definition is gone`;
  return { reason: "object-missing", object: titleOf(awaited), message };
}

/** How pods belong to the awaited object. */
export function podRelation(awaited: ObjectReadinessInputs): PodRelation {
  return kindOf(awaited).pods;
}

function kindOf({ apiVersion, kind, rules }: ObjectReadinessInputs): Kind {
  const known = KINDS[`${groupOf(apiVersion)}/${kind}`];
  return rules === undefined ? (known ?? ANY) : ANY;
}

/** The API group of an API version; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}
