import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { Finding } from "./finding.ts";
import type { Grace } from "./grace.ts";
import {
  type Event,
  nameOf,
  type Neighbourhood,
  type ObjectMeta,
  type Pod,
  uidOf,
} from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** Made once: `localeCompare` with options makes one for each comparison. */
const BY_NAME = new Intl.Collator("en", { numeric: true });

/** An object of any kind. */
export interface AnyObject {
  readonly metadata?: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** What the cluster shows of one object at one moment: all that its verdict is made from. */
export interface ObservedObject<T extends AnyObject = AnyObject> {
  /** The object of the awaited name, whatever its uid. */
  readonly object: T | undefined;
  /** The pods that it controls; of a volume claim, those that mount it. */
  readonly pods: readonly Pod[];
  /** All events about the object, and the warnings and an autoscaler's events about its pods. */
  readonly events: readonly Event[];
  /**
   * All pods of the namespace, and what else of it is watched: what leaves may make room for refused pods.
   * @default - its own pods
   */
  readonly neighbourhood?: Neighbourhood;
  /**
   * Whether the API server does not know the kind.
   * @default - it does
   */
  readonly isUnserved?: boolean;
  /**
   * What closer looks have found to be worth waiting for.
   * @default - nothing
   */
  readonly graces?: readonly Grace[];
  /**
   * When this was, by the cluster's clock, in milliseconds since 1970.
   * @default - unknown; then nothing counts as older than the wait
   */
  readonly clusterTime?: number;
}

/** What the cluster shows of an object that exists. */
export type Present<T extends AnyObject = AnyObject> = ObservedObject<T> & { readonly object: T };

/** What an object shows, before time is taken into account. */
export interface ObjectAssessment {
  /** What stands between the object and `ready`; none means ready. */
  readonly findings: readonly Finding[];
  /** The progress in one line. */
  readonly text: string;
  /** Which revision of the pods this is about, if the kind has revisions. */
  readonly revision?: string | undefined;
}

/** The object as people write it, e.g. `statefulset db`. */
export function titleOf({ kind, name }: Pick<ObjectReadinessInputs, "kind" | "name">): string {
  return `${kind.toLowerCase()} ${name}`;
}

/** Whether it is still the object that was applied. */
export function judgeIdentity(
  awaited: ObjectReadinessInputs,
  object: AnyObject | undefined,
): Finding | undefined {
  const message = lossOf(titleOf(awaited), awaited.uid, object);
  return message === undefined ? undefined : objectFinding(awaited, "object-missing", message);
}

/** Why the object that exists is not the one that was applied, undefined if it is. */
export function lossOf(
  title: string,
  uid: string,
  object: AnyObject | undefined,
): string | undefined {
  if (object === undefined) {
    return `${title} is gone; somebody deleted it after it was applied`;
  }
  if (uidOf(object) !== uid) {
    return `${title} was re-created: uid ${uid} was applied, uid ${uidOf(object)} exists`;
  }
  const deletedAt = object.metadata?.deletionTimestamp;
  return deletedAt === undefined ? undefined : `${title} is being deleted since ${deletedAt}`;
}

/** Whether the controller has seen the object as it is: before that, its status belongs to an earlier generation. */
export function judgeGeneration(
  title: string,
  applied: Pick<ObjectReadinessInputs, "generation">,
  object: AnyObject,
  observedGeneration = 0,
): Finding | undefined {
  const needed = neededGeneration(applied, object);
  const message = `generation ${needed} is not observed yet, the controller is at ${observedGeneration}`;
  return observedGeneration >= needed
    ? undefined
    : { reason: "not-observed", object: title, message };
}

/** The generation that a status must be of: the live one if it is later than the one that was applied. */
export function neededGeneration(
  { generation = 0 }: Pick<ObjectReadinessInputs, "generation">,
  object: AnyObject,
): number {
  return Math.max(object.metadata?.generation ?? 0, generation);
}

/** What the object shows. */
export function objectFinding(
  awaited: Pick<ObjectReadinessInputs, "kind" | "name">,
  reason: Reason,
  message: string,
  more: Partial<Finding> = {},
): Finding {
  return { reason, object: titleOf(awaited), message, ...more };
}

/** What the object lacks until it is ready. */
export function unready(
  awaited: Pick<ObjectReadinessInputs, "kind" | "name">,
  message: string,
): Finding {
  return objectFinding(awaited, "not-ready", message);
}

/** An assessment with one thing in the way. */
export function blockedBy(finding: Finding, text = finding.message): ObjectAssessment {
  return { findings: [finding], text };
}

/** An assessment with nothing in the way. */
export function readyWith(text: string): ObjectAssessment {
  return { findings: [], text };
}

/** The pods that count: one that is leaving, or that has ended, is replaced. By name. */
export function livingPods(pods: readonly Pod[]): Pod[] {
  return pods
    .filter(
      ({ metadata, status }) =>
        metadata?.deletionTimestamp === undefined &&
        status?.phase !== "Failed" &&
        status?.phase !== "Succeeded",
    )
    .sort((one, other) => BY_NAME.compare(nameOf(one), nameOf(other)));
}
