import { setTimeout as delay } from "node:timers/promises";
import type { ObjectReadinessInputs } from "../../contract/object-readiness";
import { rightsOfObject } from "../../rights";
import type { Cluster } from "../cluster";
import { Preflight } from "../cluster/preflight";
import { forbidden, refusal } from "../readiness/forbidden";
import { judgeIdentity, type ObservedObject, titleOf } from "../verdict/awaited-object";
import type { Finding } from "../verdict/finding";
import { groupOf, podRelation } from "../verdict/object-kinds";
import { judgeObjectAtOnce, type ObjectVerdict, ObjectWait } from "../verdict/object-wait";
import { collectionOf } from "./api-resource";
import { ObjectWatch } from "./object-watch";

/** An API server that restarts is back by then; one that was not reached at all until then is not there. */
const FIRST_ANSWER_MILLISECONDS = 60_000;

/** How soon to look again when a watch is behind what a direct look has shown. */
const LAG_MILLISECONDS = 500;

type Failed = { readonly kind: "failed" } & Finding;

/** A verdict with what it was made from. */
export interface ObjectJudgement {
  readonly verdict: Exclude<ObjectVerdict, { kind: "progressing" }>;
  readonly observed: ObservedObject;
}

export interface ObjectWaitOptions {
  /** Ends the wait at once. */
  readonly signal: AbortSignal;
  /** A limit beside the object's own deadline; 0 for none. */
  readonly timeoutSeconds: number;
  /** Told each new line on the object's way. */
  readonly progress: (text: string) => void;
}

/** Waits for the verdict on an object. Every wait ends: with the verdict, at the deadline, or with the signal. */
export async function awaitObject(
  cluster: Cluster,
  awaited: ObjectReadinessInputs,
  { signal, timeoutSeconds, progress }: ObjectWaitOptions,
): Promise<ObjectJudgement> {
  const startedAt = performance.now();
  const wait = new ObjectWait(awaited, startedAt, timeoutSeconds);
  const judge = (observed: ObservedObject) => wait.judge(observed, performance.now());
  return followed(cluster, awaited, async (watch) => {
    for (let told = ""; ;) {
      const observed = watch.subscription.observe();
      const verdict = present(watch, awaited, { startedAt, until: wait.deadline, signal }, () =>
        judge(observed),
      );
      if (verdict.kind === "progressing") {
        if (verdict.text !== told && verdict.text !== "") {
          progress((told = verdict.text));
        }
        await watch.subscription.changed(verdict.wakeAt - performance.now(), signal);
        continue;
      }
      const sure = await confirmed(cluster, awaited, watch, verdict, signal);
      if (sure !== undefined || performance.now() >= wait.deadline) {
        return { verdict: sure ?? verdict, observed };
      }
      await delay(LAG_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  });
}

/**
 * The verdict of this moment.
 * @throws Error where the cluster cannot be read
 */
export async function presentObject(
  cluster: Cluster,
  awaited: ObjectReadinessInputs,
  signal: AbortSignal,
): Promise<ObjectJudgement> {
  const startedAt = performance.now();
  const until = startedAt + FIRST_ANSWER_MILLISECONDS;
  return followed(cluster, awaited, async (watch) => {
    for (;;) {
      const observed = watch.subscription.observe();
      const judged = present(watch, awaited, { startedAt, until, signal }, () =>
        judgeObjectAtOnce(awaited, observed),
      );
      const verdict =
        judged.kind === "progressing"
          ? undefined
          : await confirmed(cluster, awaited, watch, judged, signal);
      if (verdict?.kind === "failed" && UNJUDGED.includes(verdict.reason)) {
        throw new Error(verdict.message);
      }
      if (verdict !== undefined) {
        return { verdict, observed };
      }
      if (performance.now() >= until) {
        throw new Error("the API server does not answer");
      }
      await watch.subscription.changed(LAG_MILLISECONDS, signal);
    }
  });
}

/** Reasons that say nothing of the object. */
const UNJUDGED: readonly string[] = ["forbidden", "cluster-unreachable", "interrupted"];

async function followed(
  cluster: Cluster,
  awaited: ObjectReadinessInputs,
  judge: (watch: ObjectWatch) => Promise<ObjectJudgement>,
): Promise<ObjectJudgement> {
  await cluster.api.open();
  const watch = new ObjectWatch(cluster.api, awaited);
  try {
    return await judge(watch);
  } finally {
    watch.subscription.close();
  }
}

interface Course {
  readonly startedAt: number;
  readonly until: number;
  readonly signal: AbortSignal;
}

/** The verdict of the rules, or what the watches themselves have to say while they show nothing. */
function present(
  watch: ObjectWatch,
  awaited: ObjectReadinessInputs,
  { startedAt, until, signal }: Course,
  judge: () => ObjectVerdict,
): ObjectVerdict {
  const { troubles, synced } = watch.subscription;
  const silent = troubles.find(({ kind }) => kind === "unreachable");
  const refused = troubles.filter((trouble) => trouble.kind === "refused");
  if (signal.aborted) {
    return interrupted(awaited);
  }
  if (watch.isUnknownKind) {
    const { apiVersion, kind } = awaited;
    const message = `the API server knows no ${kind} of ${apiVersion}: its definition is gone`;
    return { kind: "failed", reason: "object-missing", object: titleOf(awaited), message };
  }
  if (refused.length > 0) {
    return refusal(placeOf(awaited), refused);
  }
  const now = performance.now();
  if (synced) {
    const verdict = judge();
    return verdict.kind === "failed" && silent !== undefined && now >= until
      ? unreachable(awaited, silent.message)
      : verdict;
  }
  const wakeAt = Math.min(startedAt + FIRST_ANSWER_MILLISECONDS, until);
  if (now >= wakeAt) {
    return unreachable(awaited, silent?.message ?? "no answer to the first lists");
  }
  const text = silent === undefined ? "" : `waits for the API server: ${silent.message}`;
  return { kind: "progressing", text, wakeAt };
}

/** A verdict on a closer look than the watches give: undefined where only they are behind. */
async function confirmed(
  cluster: Cluster,
  awaited: ObjectReadinessInputs,
  watch: ObjectWatch,
  verdict: ObjectJudgement["verdict"],
  signal: AbortSignal,
): Promise<ObjectJudgement["verdict"] | undefined> {
  const reason = verdict.kind === "failed" ? verdict.reason : undefined;
  const { resource } = watch;
  if (reason === "forbidden" && resource !== undefined) {
    const { name, apiVersion, logs = true } = awaited;
    const scope = {
      ...placeOf(awaited),
      ...{ name, group: groupOf(apiVersion), resource: resource.resource },
      ...{ pods: podRelation(awaited) !== "none", logs },
    };
    const lack = await new Preflight(cluster.api).lack(rightsOfObject(scope), signal);
    return lack.rights.some(({ required }) => required)
      ? forbidden(placeOf(awaited), lack)
      : verdict;
  }
  if (reason !== "object-missing" || resource === undefined) {
    return verdict;
  }
  try {
    const path = `${collectionOf(resource).path(awaited.namespace ?? "")}/${awaited.name}`;
    const object = await cluster.find(path, signal);
    if (judgeIdentity(awaited, object ?? undefined) === undefined) {
      return undefined;
    }
  } catch {
    // Whoever cannot answer has not said that it is missing.
    return undefined;
  }
  return (await namespaceGone(cluster, awaited, signal)) ?? verdict;
}

async function namespaceGone(
  cluster: Cluster,
  { namespace }: ObjectReadinessInputs,
  signal: AbortSignal,
): Promise<Failed | undefined> {
  const state = namespace === undefined ? undefined : await cluster.namespace(namespace, signal);
  if (state !== "missing" && state !== "terminating") {
    return undefined;
  }
  const message = `namespace ${namespace ?? ""} is ${state}, and with it the object`;
  const reason = `namespace-${state}` as const;
  return { kind: "failed", reason, object: `namespace ${namespace ?? ""}`, message };
}

function placeOf({ namespace = "default" }: ObjectReadinessInputs): { readonly namespace: string } {
  return { namespace };
}

function unreachable(awaited: ObjectReadinessInputs, message: string): Failed {
  return {
    kind: "failed",
    reason: "cluster-unreachable",
    object: titleOf(awaited),
    message: `the API server does not answer: ${message}`,
  };
}

function interrupted(awaited: ObjectReadinessInputs): Failed {
  const message =
    "the run was interrupted before there was a verdict; the next pulumi up judges again";
  return { kind: "failed", reason: "interrupted", object: titleOf(awaited), message };
}
