import { createHash } from "node:crypto";

import type { ReadinessInputs } from "../../contract/readiness.ts";
import { kindOf, titleOf } from "../../contract/workload-kind.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";
import { COLLECTIONS } from "../cluster/collection.ts";
import { find } from "../cluster/find.ts";
import { scrapesOf } from "../monitoring/scrapes.ts";
import { type Asked, unanswered } from "../prometheus.ts";
import { isProof } from "../verdict/analysis.ts";
import { FIRST, isFirst, ROLLOUT_REVISION, runsOf, WHEN } from "../verdict/analysis-runs.ts";
import { type AnalysisRun, type ArgoRollout, ROLLOUT_HASH } from "../verdict/argo-rollout.ts";
import type { Proof, Verdict } from "../verdict/finding.ts";
import { isUnmeasuredNote, NONE_MEASURED, unmeasuredNotes } from "../verdict/unmeasured-steps.ts";
import { nameOf, type Observed, uidOf } from "../verdict/objects.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";
import { answered } from "../waiting/answered.ts";
import type { Stored } from "./state.ts";

/** What a team's own templates say is to be measured. */
interface AnalysisTemplate {
  readonly spec?: { readonly metrics?: readonly object[] };
}

/** How long the controller may take to begin. */
const BEGIN_MILLISECONDS = 2000;

/** How soon Prometheus is asked again. */
const AGAIN_MILLISECONDS = 2000;

/** Stands on what is measured of a first release: of which attempt at it that is. */
const ATTEMPT = "slipway/attempt";

/** What is known of a release's service from before. */
export type Before = Pick<Stored, "release" | "lastReady">;

/**
 * Has the first release of a Rollout measured. Argo Rollouts measures while it replaces pods, and of a first release there are
 * none to be replaced; so it is measured once it is up, by the same queries. An operator takes a minute for a new monitor: until Prometheus
 * scrapes the pods there is nothing to be measured. Of a later release it tells which steps were skipped.
 */
export class FirstWatch {
  private readonly api: Pick<Api, "get" | "post">;
  private readonly release: ReadinessInputs;
  private readonly before: Before;
  private readonly prometheus: Pick<Asked, "query"> | undefined;
  #since: number | undefined;

  /**
   * @param before what was recorded of the service
   * @param prometheus who scrapes the pods, if that is known
   */
  constructor(
    api: Pick<Api, "get" | "post">,
    release: ReadinessInputs,
    before: Before,
    prometheus?: Pick<Asked, "query">,
  ) {
    this.api = api;
    this.release = release;
    this.before = before;
    this.prometheus = prometheus;
  }

  /** What is observed, without what an earlier attempt at the same pods has measured, which was told then. */
  of(observed: Observed): Observed {
    const { analysisRuns } = observed;
    const { release } = this.before;
    if (analysisRuns === undefined || release?.reason === "interrupted") {
      return observed;
    }
    const counts = (run: AnalysisRun) =>
      !isFirst(run) || isProof(run) || run.metadata?.annotations?.[ATTEMPT] === this.#attempt;
    return { ...observed, analysisRuns: analysisRuns.filter(counts) };
  }

  /** Not the last word on a release that is ready and has not been measured; undefined where that changes nothing. */
  async see(
    verdict: Verdict,
    observed: Observed,
    signal: AbortSignal,
  ): Promise<Verdict | undefined> {
    const { rollout, replicaSets } = observed;
    const hash = rollout?.status?.currentPodHash;
    if (verdict.kind !== "ready" || rollout === undefined || hash === undefined) {
      return undefined;
    }
    const { lastReady, release } = this.before;
    if (lastReady?.replicaSet === verdict.replicaSet) {
      // Steps that differ since then were never asked of these pods.
      return withNotes(verdict, (release?.warnings ?? []).filter(isUnmeasuredNote));
    }
    const measured = this.of(observed);
    if (runsOf(measured).length > 0) {
      return withNotes(verdict, unmeasuredNotes(measured));
    }
    if (replicaSets.length > 1 && lastReady !== null && kindOf(lastReady) === "Rollout") {
      return withNotes(verdict, [NONE_MEASURED]);
    }
    if (await this.#isUnheard(observed, signal)) {
      const text = "Prometheus has not scraped each pod of the first release yet";
      return { kind: "progressing", text, wakeAt: performance.now() + AGAIN_MILLISECONDS };
    }
    try {
      await answered(() => this.#begin(rollout, observed, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      return unmeasurable(this.release, error);
    }
    const wakeAt = performance.now() + BEGIN_MILLISECONDS;
    return { kind: "progressing", text: "the first release is measured now", wakeAt };
  }

  /** Differs after each verdict: what has failed is measured again. */
  get #attempt(): string {
    const { manifestHash } = this.release;
    const text = `${manifestHash} ${this.before.release?.startedAt ?? ""}`;
    return createHash("sha256").update(text).digest("hex").slice(0, 10);
  }

  /** Whether Prometheus may yet hear of the pods. One that does not answer is for the measurements to say. */
  async #isUnheard(observed: Observed, signal: AbortSignal): Promise<boolean> {
    const { service, namespace, monitoring } = this.release;
    const { scrape } = monitoring ?? {};
    if (this.prometheus === undefined || monitoring === undefined || scrape === undefined) {
      return false;
    }
    const now = performance.now();
    this.#since ??= now;
    if (now - this.#since > scrape.waitSeconds * 1000) {
      return false;
    }
    const pods = podsOf(newReplicaSet(observed), observed.pods);
    const scraped = { service, namespace, monitoring };
    const found = await scrapesOf(scraped, pods, this.prometheus, signal).catch(unanswered);
    return "missing" in found && found.missing.length > 0;
  }

  async #begin(rollout: ArgoRollout, observed: Observed, signal: AbortSignal): Promise<void> {
    const { namespace } = this.release;
    const path = COLLECTIONS.analysisRuns.path(namespace);
    const templates = path.replace(/analysisruns$/, "analysistemplates");
    const name = nameOf(rollout);
    const template = await find<AnalysisTemplate>(this.api, `${templates}/${name}`, signal);
    if (template === undefined) {
      throw new ApiError(404, `analysistemplate ${name} does not exist; run pulumi up --refresh`);
    }
    const revision = newReplicaSet(observed)?.metadata?.annotations?.[ROLLOUT_REVISION];
    const run = firstRun(rollout, this.#attempt, revision, template.spec?.metrics ?? []);
    try {
      await this.api.post(path, run, signal);
    } catch (error) {
      // Another run has begun it.
      if (!(error instanceof ApiError && error.status === 409)) {
        throw error;
      }
    }
  }
}

/** A verdict with more to be told of; undefined if there is nothing. */
function withNotes<V extends Proof>(verdict: V, notes: readonly string[]): V | undefined {
  return notes.length === 0
    ? undefined
    : { ...verdict, notes: [...(verdict.notes ?? []), ...notes] };
}

/** A first release of which nothing may be measured is no proof: it might not be allowed, or be refused by a policy. */
function unmeasurable({ deployment }: ReadinessInputs, error: unknown): Verdict {
  const isForbidden = error instanceof ApiError && error.status === 403;
  const remedy = isForbidden
    ? "; allow get on analysistemplates and create on analysisruns of argoproj.io"
    : "";
  const message = `the first release could not be measured: ${messageOf(error)}${remedy}`;
  return { kind: "failed", reason: "not-measured", object: titleOf(deployment), message };
}

/** Owned, and so cleared away with it, but not controlled by the Rollout: it ends what it controls and does not know. */
function firstRun(
  rollout: ArgoRollout,
  attempt: string,
  revision: string | undefined,
  metrics: readonly object[],
) {
  const name = nameOf(rollout);
  const hash = rollout.status?.currentPodHash ?? "";
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: {
      name: `${name}-${hash}-first-${attempt}`,
      labels: { [ROLLOUT_HASH]: hash, [WHEN]: FIRST },
      annotations: {
        [ATTEMPT]: attempt,
        ...(revision !== undefined && { [ROLLOUT_REVISION]: revision }),
      },
      ownerReferences: [
        { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name, uid: uidOf(rollout) },
      ],
    },
    spec: { metrics, args: [{ name: "hash", value: hash }] },
  };
}
