import type { NeededRight } from "../../rights.ts";
import type { Cluster } from "../cluster.ts";
import type { Subscription } from "../cluster/subscription.ts";
import type { FinalVerdict, Finding, Verdict } from "../verdict/finding.ts";
import type { ContainerLog } from "../verdict/log-hints.ts";
import type { Trail } from "../verdict/trail.ts";

/** What verdicts on the wait itself are about. */
export interface Place {
  /** What the program calls what is awaited. */
  readonly name: string;
  /** The object as people write it, e.g. `deployment shop`. */
  readonly title: string;
  /** Its kind in a sentence, e.g. `deployment`. */
  readonly noun: string;
  /** Undefined for an object outside of namespaces. */
  readonly namespace: string | undefined;
}

/** When a wait began and how long it may take, with what its rules may use meanwhile. */
export interface Wait {
  /** On the clock of `performance.now`. */
  readonly startedAt: number;
  readonly seconds: number;
  /** Has what is observed judged again. */
  readonly wake: () => void;
  /** Ends requests. */
  readonly signal: AbortSignal;
}

/** The rules of one wait in the course of time. */
export interface Judge<O, R extends object> {
  judge(observed: O, now: number): Verdict<R>;
  /** When it has failed if nothing moves until then. */
  deadline(): number;
  /** What only a direct look shows; undefined if it shows nothing beyond the verdict. */
  look?(verdict: Verdict<R>, observed: O): Promise<Verdict<R> | undefined>;
}

/**
 * What can be waited for. All waits are one loop; what differs between a release, an object and a Secret is here.
 *
 * @typeParam O what the cluster shows of it at one moment
 * @typeParam R what is known of it once it is ready
 */
export interface Awaited<O, R extends object> {
  readonly cluster: Cluster;
  readonly place: Place;
  /** What is observed if the cluster does not answer. */
  readonly nothing: O;
  /**
   * Seconds that the whole wait may take, the first look included.
   * @param timeoutSeconds the resource's `customTimeouts`, 0 if it has none
   */
  limitSeconds(timeoutSeconds: number): number;
  /**
   * Follows it until the subscription is closed.
   * @throws Error if the kubeconfig cannot be used
   */
  follow(signal: AbortSignal): Promise<Subscription<O>>;
  judge(wait: Wait): Judge<O, R>;
  /** The verdict of one moment: what is not ready now has failed. */
  judgeAtOnce(observed: O): FinalVerdict<R>;
  /** The rights for it; undefined while it is not known how it is served. */
  rights(): readonly NeededRight[] | undefined;
  /** The path of a direct look before it counts as missing; undefined if there is none. */
  path?(): string | undefined;
  /** Whether an object that is found there is the one that is awaited. */
  isSame?(object: unknown): boolean;
}

/** What notes on a finding are made with. */
export interface NoteSources {
  readonly logs: Promise<readonly ContainerLog[]>;
  readonly signal: AbortSignal;
}

/** What can be waited for, and reported on with evidence. */
export interface Reported<O, R extends object> extends Awaited<O, R> {
  /** Whether logs belong to the evidence. */
  readonly logs: boolean;
  trail(observed: O, finding: Finding): Trail;
  /**
   * What else is known, a line each.
   * @param sources ends what it asks, and has the logs of what is reported
   */
  notes?(observed: O, finding: Finding, sources: NoteSources): Promise<readonly string[]>;
}
