import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError } from "../cluster/api-error.ts";
import { COLLECTIONS } from "../cluster/collection.ts";
import { find } from "../cluster/find.ts";
import { scrapesOf } from "../monitoring/scrapes.ts";
import { type Asked, unanswered } from "../prometheus.ts";
import { runsOf } from "../verdict/analysis.ts";
import { type ArgoRollout, ROLLOUT_HASH } from "../verdict/argo-rollout.ts";
import type { Verdict } from "../verdict/finding.ts";
import { nameOf, type Observed, uidOf } from "../verdict/objects.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";

/** What a team's own templates say is to be measured. */
interface AnalysisTemplate {
  readonly spec?: { readonly metrics?: readonly object[] };
}

/** How long the controller may take to begin. */
const BEGIN_MILLISECONDS = 2000;

/** How soon Prometheus is asked again. */
const AGAIN_MILLISECONDS = 2000;

/**
 * Has the first release of a Rollout measured. Argo Rollouts measures while it replaces pods, and of a first release there are
 * none to be replaced; so it is measured once it is up, by the same queries. An operator takes a minute for a new monitor: until Prometheus
 * scrapes the pods there is nothing to be measured.
 */
export class FirstWatch {
  private readonly api: Pick<Api, "get" | "post">;
  private readonly release: ReadinessInputs;
  private readonly prometheus: Pick<Asked, "query"> | undefined;
  #since: number | undefined;

  /** @param prometheus who scrapes the pods, if that is known */
  constructor(
    api: Pick<Api, "get" | "post">,
    release: ReadinessInputs,
    prometheus?: Pick<Asked, "query">,
  ) {
    this.api = api;
    this.release = release;
    this.prometheus = prometheus;
  }

  /** Not the last word on a release that is ready and has not been measured; undefined where that changes nothing. */
  async see(
    verdict: Verdict,
    observed: Observed,
    signal: AbortSignal,
  ): Promise<Verdict | undefined> {
    const { rollout, replicaSets, analysisRuns } = observed;
    const hash = rollout?.status?.currentPodHash;
    if (verdict.kind !== "ready" || rollout === undefined || hash === undefined) {
      return undefined;
    }
    if (replicaSets.length > 1 || runsOf(hash, analysisRuns).length > 0) {
      return undefined;
    }
    if (await this.#isUnheard(observed, signal)) {
      const text = "Prometheus has not scraped each pod of the first release yet";
      return { kind: "progressing", text, wakeAt: performance.now() + AGAIN_MILLISECONDS };
    }
    await this.#begin(rollout, hash, signal);
    const wakeAt = performance.now() + BEGIN_MILLISECONDS;
    return { kind: "progressing", text: "the first release is measured now", wakeAt };
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

  async #begin(rollout: ArgoRollout, hash: string, signal: AbortSignal): Promise<void> {
    const { namespace } = this.release;
    const path = COLLECTIONS.analysisRuns.path(namespace);
    const templates = path.replace(/analysisruns$/, "analysistemplates");
    const name = nameOf(rollout);
    const template = await find<AnalysisTemplate>(this.api, `${templates}/${name}`, signal);
    try {
      await this.api.post(path, firstRun(rollout, hash, template?.spec?.metrics ?? []), signal);
    } catch (error) {
      // Another run has begun it.
      if (!(error instanceof ApiError && error.status === 409)) {
        throw error;
      }
    }
  }
}

/** Owned, and so cleared away with it, but not controlled by the Rollout: it ends what it controls and does not know. */
function firstRun(rollout: ArgoRollout, hash: string, metrics: readonly object[]) {
  const name = nameOf(rollout);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: {
      name: `${name}-${hash}-first`,
      labels: { [ROLLOUT_HASH]: hash, "rollout-type": "First" },
      ownerReferences: [
        { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name, uid: uidOf(rollout) },
      ],
    },
    spec: { metrics, args: [{ name: "hash", value: hash }] },
  };
}
