import type { ReadinessInputs } from "../../contract/readiness.ts";
import { nounOf, titleOf } from "../../contract/workload-kind.ts";
import { prometheusService } from "../../contract/prometheus-address.ts";
import { type NeededRight, rightsOfMonitoring, rightsOfVerdict } from "../../rights.ts";
import { type Cluster, pathOf } from "../cluster.ts";
import type { Subscription } from "../cluster/subscription.ts";
import { AlertLook } from "../monitoring/alert-look.ts";
import { Prometheus } from "../prometheus.ts";
import { Registry } from "../registry/registry.ts";
import { lossOf } from "../verdict/awaited-object.ts";
import { isPodOf, newReplicaSet } from "../verdict/revision.ts";
import type { FinalVerdict, Finding, Proof, Verdict } from "../verdict/finding.ts";
import { observedIngress } from "../verdict/ingress.ts";
import { type Deployment, type Observed, UNSEEN } from "../verdict/objects.ts";
import { isFormat } from "../verdict/log-hints.ts";
import type { Reason } from "../verdict/reasons.ts";
import { judgeAtOnce, Rollout } from "../verdict/rollout.ts";
import { supersededBy } from "../verdict/template.ts";
import { type Trail, trailOfRelease } from "../verdict/trail.ts";
import type { Judge, NoteSources, Place, Reported, Wait } from "../waiting/awaited.ts";
import { namespaceGone } from "../waiting/closer-look.ts";
import { GraceLook } from "../waiting/grace-look.ts";
import { ConfigLook, lookupIn } from "./config-look.ts";
import { presentDeployment } from "./first-look.ts";
import { type Before, FirstWatch } from "./first-watch.ts";
import { limitSeconds } from "./limit.ts";
import { ListenLook } from "./listen-look.ts";
import { type Broken, OldPods } from "./old-pods.ts";
import { platformNotes } from "./platform-note.ts";
import { redirectNotes } from "./redirect-look.ts";
import { ScaleLook } from "./scale-look.ts";

/** Reasons for which a probe's answer may be the cause. */
const PROBED: ReadonlySet<Reason> = new Set(["not-ready", "killed-by-liveness"]);

/** Reasons for which a program of another platform may be the cause. */
const CRASHED: ReadonlySet<Reason> = new Set(["crash-loop", "init-failed"]);

/** What was before the wait for a release. */
interface ReleaseHistory {
  /**
   * The pods that a StatefulSet must be rid of first.
   * @default - none
   */
  readonly broken?: Broken | undefined;
  /**
   * When its rollout began, in milliseconds since 1970, if alerts since then count.
   * @default - they do not
   */
  readonly began?: number;
  /**
   * What was recorded of the service, if what was never measured is to be.
   * @default - it was measured when it was released
   */
  readonly before?: Before;
}

/** A release, as what is waited for. */
export class AwaitedRelease implements Reported<Observed, Proof> {
  readonly place: Place;
  readonly logs: boolean;
  readonly nothing = UNSEEN;

  readonly cluster: Cluster;
  readonly release: ReadinessInputs;
  private readonly history: ReleaseHistory;

  constructor(cluster: Cluster, release: ReadinessInputs, history: ReleaseHistory = {}) {
    this.cluster = cluster;
    this.release = release;
    this.history = history;

    const { service, namespace, deployment, logs = true } = release;
    this.place = {
      name: service,
      title: titleOf(deployment),
      noun: nounOf(deployment),
      namespace,
    };
    this.logs = logs;
  }

  limitSeconds(timeoutSeconds: number): number {
    return limitSeconds(this.release, timeoutSeconds);
  }

  /** Reviews this identity's rights beside the first lists. */
  async follow(signal: AbortSignal): Promise<Subscription> {
    await this.cluster.api.open(signal);
    const subscription = this.cluster.follow(this.release);
    void this.cluster.lastingLack(this.rights()).then((lack) => {
      subscription.lacks(lack);
    });
    return subscription;
  }

  judge({ startedAt, seconds, wake, signal }: Wait): Judge<Observed, Proof> {
    const rollout = new Rollout(this.release, startedAt, seconds);
    const { api } = this.cluster;
    const { namespace } = this.release;
    const config = new ConfigLook(lookupIn(api, namespace), wake, signal);
    const graces = GraceLook.into(this.cluster, namespace, this.release, signal);
    const listening = new ListenLook(
      this.release,
      (source) => this.cluster.log(namespace, source, signal),
      { wake, signal },
    );
    const scale = new ScaleLook(this.release, rollout.scale, () =>
      presentDeployment(this.cluster, this.release, signal),
    );
    const { broken, began, before } = this.history;
    const { monitoring } = this.release;
    const prometheus = monitoring && new Prometheus(monitoring.prometheus, api);
    const first = before && new FirstWatch(api, this.release, before, prometheus);
    const judge = (observed: Observed, now: number) =>
      rollout.judge(graces.see(listening.see(config.see(first?.of(observed) ?? observed))), now);
    const alerts =
      began === undefined
        ? undefined
        : AlertLook.for(this.release, this.cluster, began, { wake, signal });
    const oldPods = new OldPods(this.cluster, this.release, broken);
    let isFirst = true;
    return {
      judge,
      deadline: () => rollout.deadline(),
      look: async (verdict, observed) => {
        const superseded = isFirst ? await this.#supersededBefore(observed, signal) : undefined;
        isFirst &&= observed.deployment === undefined;
        if (superseded !== undefined) {
          return superseded;
        }
        let settled = verdict;
        if (settled.kind !== "failed" && (await config.lacksFiles(observed))) {
          settled = judge(observed, performance.now());
        }
        const present = await graces.settled(settled, observed, judge);
        const known =
          (await scale.see(present, observed)) ??
          (await oldPods.see(present, observed, signal)) ??
          (await first?.see(present, observed, signal)) ??
          (await this.#namespaceLeaving(present, observed, signal));
        const told = this.#told(known ?? present);
        return (await alerts?.see(told, observed)) ?? told;
      },
    };
  }

  judgeAtOnce(observed: Observed): FinalVerdict {
    return this.#told(judgeAtOnce(this.release, observed));
  }

  rights(): readonly NeededRight[] {
    const { namespace, deployment, logs = true, rollback = true, handOff } = this.release;
    const { serviceName, ingress, routes } = this.release;
    const has = {
      service: serviceName !== undefined,
      ingress: ingress !== undefined,
      route: routes !== undefined,
      ...{ logs, rollback: rollback && handOff === undefined },
    };
    const own = rightsOfVerdict({ ...deployment, namespace, deployment: deployment.name, ...has });
    return [...own, ...monitoringRights(this.release)];
  }

  path(): string {
    const { namespace, deployment } = this.release;
    return pathOf(namespace, deployment);
  }

  isSame(object: Deployment | undefined): boolean {
    const { uid } = this.release.deployment;
    return lossOf(this.place.title, uid, object) === undefined;
  }

  trail(observed: Observed, finding: Finding): Trail {
    return trailOfRelease(this.release, observed, finding);
  }

  async notes(
    observed: Observed,
    finding: Finding,
    { logs, signal }: NoteSources,
  ): Promise<readonly string[]> {
    const { reason } = finding;
    if (PROBED.has(reason)) {
      return redirectNotes(this.cluster.api, finding, observed.pods, signal);
    }
    if (CRASHED.has(reason) && (await logs).some(({ lines }) => isFormat(lines.at(-1) ?? ""))) {
      return platformNotes(this.release.image, new Registry(undefined, signal));
    }
    const [, ingress = ""] = /^ingress (.+)$/.exec(finding.object) ?? [];
    const name = observedIngress(this.release, observed, ingress)?.spec?.ingressClassName;
    if (reason !== "ingress-no-address" || name === undefined) {
      return [];
    }
    const exists = await this.cluster.hasIngressClass(name, signal);
    return exists === false ? [`the cluster has no ingress class ${name}`] : [];
  }

  /** A verdict with what is said of a ready release as it may be shown: it may be in the words of a service. */
  #told<V extends Verdict>(verdict: V): V {
    return verdict.kind === "ready" && verdict.notes !== undefined
      ? { ...verdict, notes: verdict.notes.map(this.cluster.secrets.tell) }
      : verdict;
  }

  /** Pods of a release that is still awaited are not deleted for no reason: their whole namespace may be. */
  async #namespaceLeaving(
    { kind }: Verdict,
    observed: Observed,
    signal: AbortSignal,
  ): Promise<FinalVerdict | undefined> {
    const present = newReplicaSet(observed);
    const isLeaving = observed.pods.some(
      (pod) =>
        pod.metadata?.deletionTimestamp !== undefined &&
        present !== undefined &&
        isPodOf(present, pod),
    );
    return kind === "progressing" && isLeaving ? namespaceGone(this, signal) : undefined;
  }

  /**
   * Whether a Deployment whose generation is later than the release's when it is first seen has different pods: the
   * watches omit who has written what.
   * @returns undefined if it has not, or if the API server does not say
   */
  async #supersededBefore(
    { deployment, clusterTime = Date.now() }: Observed,
    signal: AbortSignal,
  ): Promise<FinalVerdict | undefined> {
    if ((deployment?.metadata?.generation ?? 0) <= this.release.deployment.generation) {
      return undefined;
    }
    const present = await presentDeployment(this.cluster, this.release, signal);
    return supersededBy(this.release, present, performance.timeOrigin + clusterTime - Date.now());
  }
}

function monitoringRights({ namespace, monitoring }: ReadinessInputs): readonly NeededRight[] {
  return monitoring === undefined
    ? []
    : rightsOfMonitoring({
        namespace,
        prometheusNamespace: monitoring.namespace,
        service: prometheusService(monitoring.prometheus),
      });
}
