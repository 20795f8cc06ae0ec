import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import type { Cluster } from "../cluster.ts";
import { pause } from "../cluster/pause.ts";
import { type Asked, Prometheus, PrometheusError, unanswered } from "../prometheus.ts";
import type { Failed, Verdict } from "../verdict/finding.ts";
import { nameOf, type Observed } from "../verdict/objects.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";
import { type Alerted, firingAlerts, type FiringAlert, prometheusTime } from "./alerts.ts";

const AGAIN_MILLISECONDS = 3000;

/** Prometheus keeps since when an alert holds by the time of an evaluation, which may have begun a moment before. */
const TOLERANCE_SECONDS = 1;

/** The wait whose rules an alert may end. */
interface Wait {
  /** Has what is observed judged again. */
  readonly wake: () => void;
  readonly signal: AbortSignal;
}

/** A release whose alerts are watched. */
export type AlertedRelease = Alerted & {
  readonly title: string;
  readonly required: boolean;
  /** When its rollout began, in milliseconds since 1970. */
  readonly since: number;
};

/**
 * Watches the alerts of a service during its rollout. One that has begun since then and fires fails the release; one whose expression
 * held before is not its fault, and is only told of.
 */
export class AlertLook {
  readonly #release: AlertedRelease;
  readonly #prometheus: Pick<Asked, "query">;
  readonly #wait: Wait;
  readonly #tell: (text: string) => string;
  #pods: ReadonlySet<string> = new Set();
  #found: readonly FiringAlert[] | PrometheusError | undefined;
  /** Prometheus' clock less our own, in seconds. */
  #offset: number | undefined;

  constructor(
    release: AlertedRelease,
    prometheus: Pick<Asked, "query">,
    wait: Wait,
    tell: (text: string) => string,
  ) {
    this.#release = release;
    this.#prometheus = prometheus;
    this.#wait = wait;
    this.#tell = tell;
    void this.#poll();
  }

  /** The look for a release, undefined for one whose alerts nobody watches. */
  static for(
    { service, namespace, deployment, monitoring }: ReadinessInputs,
    { api, secrets }: Cluster,
    since: number,
    wait: Wait,
  ): AlertLook | undefined {
    const { alerts, prometheus, required = false } = monitoring ?? {};
    if (alerts === undefined || prometheus === undefined) {
      return undefined;
    }
    const release = { service, namespace, alerts, required, since, title: titleOf(deployment) };
    return new AlertLook(release, new Prometheus(prometheus, api), wait, secrets.tell);
  }

  /** The verdict with what the alerts say of it. One that is ready is so by an answer that is as new. */
  async see<V extends Verdict>(verdict: V, observed: Observed): Promise<V | Failed> {
    const replicaSet = newReplicaSet(observed);
    this.#pods = new Set(replicaSet ? podsOf(replicaSet, observed.pods).map(nameOf) : []);
    if (verdict.kind === "failed") {
      return verdict;
    }
    if (verdict.kind === "ready") {
      await this.#ask();
    }
    const found = this.#found ?? [];
    if (found instanceof PrometheusError) {
      return verdict.kind === "ready" ? this.#unknown(verdict, found) : verdict;
    }
    const begun = found.filter((alert) => this.#hasBegun(alert));
    if (begun.length > 0) {
      return this.#failed(begun);
    }
    return verdict.kind === "ready" ? this.#withEarlier(verdict, found) : verdict;
  }

  async #poll(): Promise<void> {
    const { signal, wake } = this.#wait;
    while (!signal.aborted) {
      await this.#ask();
      const found = this.#found;
      if (Array.isArray(found) && found.some((alert) => this.#hasBegun(alert as FiringAlert))) {
        wake();
      }
      await pause(AGAIN_MILLISECONDS, signal);
    }
  }

  async #ask(): Promise<void> {
    const { signal } = this.#wait;
    try {
      if (this.#offset === undefined) {
        const now = await prometheusTime(this.#prometheus, signal);
        this.#offset = now - Date.now() / 1000;
      }
      this.#found = await firingAlerts(this.#release, this.#pods, this.#prometheus, signal);
    } catch (error) {
      this.#found = unanswered(error);
    }
  }

  #hasBegun({ activeAt }: FiringAlert): boolean {
    const began = this.#release.since / 1000 + (this.#offset ?? 0);
    return activeAt >= began - TOLERANCE_SECONDS;
  }

  #failed(alerts: readonly FiringAlert[]): Failed {
    const [first, ...others] = alerts.map((alert) => this.#tell(inWords(alert)));
    return {
      kind: "failed",
      reason: "alert-fired",
      object: this.#release.title,
      message: `alert ${first ?? ""}, which is after the rollout began`,
      ...(others.length > 0 && { notes: others.map((other) => `also alert ${other}`) }),
    };
  }

  #unknown<V extends Verdict>(verdict: V, { message }: PrometheusError): V | Failed {
    const text = this.#tell(`alerts were not watched: ${message}`);
    return this.#release.required
      ? {
          kind: "failed",
          reason: "alerts-unknown",
          object: this.#release.title,
          message: text,
        }
      : withNotes(verdict, [`alerts-unknown: ${text}`]);
  }

  #withEarlier<V extends Verdict>(verdict: V, alerts: readonly FiringAlert[]): V {
    return withNotes(
      verdict,
      alerts.map((alert) => {
        return this.#tell(`alert ${inWords(alert)}, before the rollout began, and does not count`);
      }),
    );
  }
}

function withNotes<V extends Verdict>(verdict: V, more: readonly string[]): V {
  if (verdict.kind !== "ready" || more.length === 0) {
    return verdict;
  }
  return { ...verdict, notes: [...(verdict.notes ?? []), ...more] };
}

function inWords({ name, labels, activeAt }: FiringAlert): string {
  const since = new Date(activeAt * 1000);
  const at = Number.isNaN(since.getTime()) ? "an unknown time" : since.toISOString();
  return `${name}${labels === "" ? "" : ` (${labels})`} fires; it has held since ${at}`;
}
