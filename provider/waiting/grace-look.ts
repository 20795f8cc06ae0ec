import { VERDICT } from "../../contract/verdict.ts";
import type { Cluster } from "../cluster.ts";
import { configOf } from "../verdict/config.ts";
import { absentDependency } from "../verdict/dependency.ts";
import { logSources } from "../verdict/evidence.ts";
import { pullSecretsOf, UNLOGGED_SECONDS } from "../verdict/image-pull.ts";
import type { Finding, Verdict } from "../verdict/finding.ts";
import { type Grace, isOf } from "../verdict/grace.ts";
import { type ClaimAtWork, claimsAtWork } from "./claim-look.ts";
import { type OwnerAtWork, ownerAtWork } from "./config-owner.ts";
import { secretWritten } from "./secret-written.ts";
import { nameOf, type Pod } from "../verdict/objects.ts";
import { REASONS } from "../verdict/reasons.ts";
import type { ContainerLog, LogSource } from "../verdict/log-hints.ts";
import type { Patience } from "../verdict/judged-container.ts";

/** A controller that makes a Secret from another object has done so by then. */
const CONFIG_SECONDS = 60;

/** How long before its pods a Secret is as good as new: a release writes it right before them. */
const RECENT_MILLISECONDS = 60_000;

/** What is observed of what has pods, with what was found to be worth waiting for. */
interface Observed {
  readonly pods: readonly Pod[];
  readonly graces?: readonly Grace[];
}

/** What the closer looks read of the cluster. */
export interface Sources {
  readonly log: (source: LogSource) => Promise<ContainerLog>;
  /** Who is about to make a Secret of this name. */
  readonly owner: (secret: string) => Promise<OwnerAtWork>;
  /**
   * When a Secret of this name was written last, in milliseconds since 1970.
   * @default - that is not known
   */
  readonly written?: (secret: string) => Promise<number | undefined>;
  /**
   * What keeps the claims of a pod from being bound.
   * @default - nobody is asked
   */
  readonly claims?: (pod: Pod) => Promise<readonly ClaimAtWork[]>;
}

/**
 * Looks closer at what would fail a wait at once: whether it may pass by itself. Each finding is looked at once; a
 * further crash is another finding, and has to give its own reason.
 */
export class GraceLook {
  readonly #graces: Grace[] = [];
  private readonly patience: Patience;
  private readonly sources: Sources;

  constructor(patience: Patience, sources: Sources) {
    this.patience = patience;
    this.sources = sources;
  }

  /** Looks into a namespace of the cluster until `signal` ends it. */
  static into(
    cluster: Cluster,
    namespace: string,
    patience: Patience,
    signal: AbortSignal,
  ): GraceLook {
    return new GraceLook(patience, {
      log: (source) => cluster.log(namespace, source, signal),
      owner: (secret) => ownerAtWork(cluster.api, namespace, secret, signal),
      written: (secret) => secretWritten(cluster.api, namespace, secret, signal),
      claims: (pod) => claimsAtWork(cluster.api, namespace, pod, signal),
    });
  }

  /** What is observed, with what was found to be worth waiting for so far. */
  see<O extends Observed>(observed: O): O {
    return { ...observed, graces: this.#graces };
  }

  /** The verdict once everything that would fail at once has been looked at. */
  async settled<O extends Observed, R extends object>(
    verdict: Verdict<R>,
    observed: O,
    judge: (observed: O, now: number) => Verdict<R>,
  ): Promise<Verdict<R>> {
    let present = verdict;
    while (present.kind === "failed" && (await this.look(present, observed))) {
      present = judge(observed, performance.now());
    }
    return present;
  }

  /** Whether there is time for this finding that was not known of. */
  async look(finding: Finding, observed: Observed): Promise<boolean> {
    const { reason, object, message, container } = finding;
    const isKnown = this.#graces.some(({ of }) => isOf(of, finding));
    const found = isKnown ? undefined : await this.#graceFor(finding, observed);
    if (found !== undefined) {
      const of = { reason, object, message, ...(container !== undefined && { container }) };
      this.#graces.push({ of, ...found });
    }
    return found !== undefined;
  }

  #graceFor(finding: Finding, observed: Observed): Promise<Omit<Grace, "of"> | undefined> {
    switch (finding.reason) {
      case "crash-loop":
      case "init-failed":
        return this.#dependency(finding, observed);
      case "config-missing":
        return this.#owner(finding, observed);
      case "image-unauthorized":
      case "image-not-found":
        return this.#pullSecret(finding, observed);
      case "volume-unbound":
        return this.#claims(finding, observed);
      default:
        return Promise.resolve(undefined);
    }
  }

  /** A program that ended because what it needs did not answer: by its last message, or its log. */
  async #dependency({ object, container, message }: Finding, { pods }: Observed) {
    const { logs = true, warmupSeconds = VERDICT.warmupSeconds.default } = this.patience;
    const suspects = pods.filter((pod) => object === `pod ${nameOf(pod)}`);
    const source = logSources(suspects).find((candidate) => candidate.container === container);
    const lines = logs && source !== undefined ? (await this.sources.log(source)).lines : [];
    const line = absentDependency(message.split("\n")) ?? absentDependency(lines);
    if (line === undefined) {
      return undefined;
    }
    const seconds = Math.min(warmupSeconds, this.patience.deadlineSeconds);
    const note = `it ends because something that it needs does not answer, which gets ${seconds} s (warmupSeconds): ${line}`;
    return { seconds, note };
  }

  /** A Secret that a controller is about to make; with a tolerance of its own for it, whoever makes it. */
  async #owner(finding: Finding, { pods }: Observed) {
    const pod = podOf(finding, pods);
    const { configSeconds: given } = this.patience.tolerate ?? {};
    const { owner, unread } =
      given === undefined
        ? await this.#ownerOf(pod, finding.message)
        : { owner: undefined, unread: [] };
    if ((given ?? 0) === 0 && owner === undefined) {
      return unread.length === 0 ? undefined : { seconds: 0, note: unasked(unread) };
    }
    return this.#whileMade(owner, given);
  }

  /** A login that the kubelet did not have yet: a controller is about to make it, or it was written just before the pod came. */
  async #pullSecret(finding: Finding, { pods }: Observed) {
    const pod = podOf(finding, pods);
    const all = pod === undefined ? [] : pullSecretsOf(pod);
    const { configSeconds: given } = this.patience.tolerate ?? {};
    const missed = all.filter((name) => finding.message.includes(`pull secret "${name}"`));
    if (missed.length > 0) {
      const { owner } = given === undefined ? await this.#ownerAmong(missed) : {};
      return owner === undefined ? undefined : this.#whileMade(owner);
    }
    return pod === undefined || given === 0 ? undefined : this.#staleSecret(pod, all, given);
  }

  /** The kubelet reads a Secret once, and hears of changes a moment later. */
  async #staleSecret(
    { metadata }: Pod,
    secrets: readonly string[],
    given: number = UNLOGGED_SECONDS,
  ) {
    const { written = () => Promise.resolve(undefined) } = this.sources;
    const recent = Date.parse(metadata?.creationTimestamp ?? "") - RECENT_MILLISECONDS;
    const times = await Promise.all(secrets.map(written));
    const stale = secrets.find((_, index) => (times[index] ?? -Infinity) > recent);
    const seconds = Math.min(given, this.patience.deadlineSeconds);
    return stale === undefined
      ? undefined
      : {
          seconds,
          note: `the pull secret "${stale}" was written just before, and the kubelet may have asked without it: it asks again, which gets ${seconds} s (tolerate.configSeconds)`,
        };
  }

  #whileMade(owner: string | undefined, given: number = CONFIG_SECONDS) {
    const seconds = Math.min(given, this.patience.deadlineSeconds);
    const maker = owner === undefined ? "what is missing" : `${owner} is to make it, which`;
    return { seconds, note: `${maker} gets ${seconds} s (tolerate.configSeconds)` };
  }

  /** Claims that no volume is bound to: which, and why. A volume that is being made comes when it comes. */
  async #claims(finding: Finding, { pods }: Observed) {
    const pod = podOf(finding, pods);
    const claims = pod === undefined ? [] : ((await this.sources.claims?.(pod)) ?? []);
    if (claims.length === 0) {
      return undefined;
    }
    const isOnItsWay = claims.every((claim) => claim.isOnItsWay);
    return {
      seconds: isOnItsWay ? this.patience.deadlineSeconds : REASONS["volume-unbound"].weight,
      note: claims.map(({ note }) => note).join("; "),
    };
  }

  #ownerOf(pod: Pod | undefined, message: string): Promise<OwnerAtWork> {
    const secrets = pod === undefined ? [] : secretsOf(pod);
    const named = secrets.filter(
      (name) => message.includes(`"${name}"`) || message.includes(`/${name}`),
    );
    return this.#ownerAmong(named.length > 0 ? named : secrets);
  }

  async #ownerAmong(secrets: readonly string[]): Promise<OwnerAtWork> {
    const found = await Promise.all(secrets.map((name) => this.sources.owner(name)));
    const unread = [...new Set(found.flatMap((each) => each.unread))];
    return found.find(({ owner }) => owner !== undefined) ?? { unread };
  }
}

/** The pod that something was found of. */
function podOf({ object }: Finding, pods: readonly Pod[]): Pod | undefined {
  return pods.find((pod) => object === `pod ${nameOf(pod)}`);
}

function unasked(kinds: readonly string[]): string {
  return `whether a controller is about to make it is unknown: this identity may not list ${kinds.join(", ")}; an administrator grants that, or tolerate.configSeconds says how long to wait`;
}

/** The Secrets that a pod cannot start without. */
function secretsOf(pod: Pod): string[] {
  return configOf(pod).flatMap(({ kind, name, key }) =>
    kind === "secret" && key === undefined ? [name] : [],
  );
}
