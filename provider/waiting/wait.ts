import { setImmediate as immediate } from "node:timers/promises";
import { CredentialError, SilentPlugin } from "../../kubeconfig/credential-error.ts";
import { messageOf } from "../cluster/api-error.ts";
import { pause } from "../cluster/pause.ts";
import type { Subscription } from "../cluster/subscription.ts";
import type { FinalVerdict, Verdict } from "../verdict/finding.ts";
import { REASONS } from "../verdict/reasons.ts";
import { answered } from "./answered.ts";
import type { Awaited, Judge, Place } from "./awaited.ts";
import { confirmed } from "./closer-look.ts";
import { Limit } from "./limit.ts";
import {
  blind,
  CREDENTIALS_MILLISECONDS,
  dueOf,
  FIRST_ANSWER_MILLISECONDS,
  interrupted,
  judgeTroubles,
  unauthorized,
  unreachable,
} from "./trouble.ts";

/** How soon to look again when a watch is behind what a direct look has shown. */
const LAG_MILLISECONDS = 500;

/** A verdict with what it was made from. */
export interface Judgement<O, R extends object> {
  readonly verdict: FinalVerdict<R>;
  readonly observed: O;
}

/** A verdict, and how many seconds the wait for it took. */
export type Timed<O, R extends object> = Judgement<O, R> & { readonly seconds: number };

/** How a wait is bounded, and who hears of it. */
export interface WaitOptions {
  /** Ends the wait at once. */
  readonly signal: AbortSignal;
  /**
   * Since when the wait counts, on the clock of `performance.now`.
   * @default - since the call
   */
  readonly startedAt?: number;
  /** The resource's `customTimeouts` in seconds, 0 if it has none. */
  readonly timeoutSeconds: number;
  /** Gets each new line about how far it is. */
  readonly progress: (text: string) => void;
}

/**
 * Waits for a verdict. Every wait ends: with the verdict, at the deadline, with the signal, or when its time is over,
 * whatever becomes of the requests.
 */
export async function awaitVerdict<O, R extends object>(
  awaited: Awaited<O, R>,
  { signal, startedAt = performance.now(), timeoutSeconds, progress }: WaitOptions,
): Promise<Timed<O, R>> {
  const seconds = awaited.limitSeconds(timeoutSeconds);
  const timed = (judgement: Judgement<O, R>) => ({
    ...judgement,
    seconds: (performance.now() - startedAt) / 1000,
  });
  const until = startedAt + seconds * 1000;
  const limit = new Limit(until, signal);
  const following = followed(awaited, limit.signal);
  try {
    const subscription = await limit.within(following);
    if (subscription === undefined || subscription instanceof CredentialError) {
      const verdict = signal.aborted
        ? interrupted(awaited.place)
        : await unfollowed(awaited.place, following);
      return timed({ verdict, observed: awaited.nothing });
    }
    const wake = () => {
      subscription.wake();
    };
    const rules = awaited.judge({ startedAt, seconds, wake, signal: limit.signal });
    const answerBy = Math.min(startedAt + FIRST_ANSWER_MILLISECONDS, until);
    const judgeNow = (observed: O) =>
      signal.aborted
        ? interrupted(awaited.place)
        : judged(awaited, subscription, rules, observed, answerBy);
    const watching = { subscription, rules, judgeNow, signal: limit.signal, progress };
    return timed(await watchOver(awaited, watching));
  } finally {
    limit.close();
    following.then(closed, ignored);
  }
}

/** Follows it, or says why there are no credentials for that, also a moment later. */
async function followed<O, R extends object>(
  awaited: Awaited<O, R>,
  signal: AbortSignal,
): Promise<Subscription<O> | CredentialError> {
  const mayPass = (error: unknown) =>
    error instanceof CredentialError && !(error instanceof SilentPlugin);
  const follow = () => awaited.follow(signal);
  try {
    return await answered(follow, signal, mayPass, CREDENTIALS_MILLISECONDS);
  } catch (error) {
    if (error instanceof CredentialError) {
      return error;
    }
    throw error;
  }
}

/** The verdict on what was not followed in time, with why not if that is known by now. */
async function unfollowed<O>(
  place: Place,
  following: Promise<Subscription<O> | CredentialError>,
): Promise<FinalVerdict<never>> {
  const why = await Promise.race([following.catch(messageOf), immediate(undefined)]);
  return why instanceof CredentialError
    ? unauthorized(place, why.message)
    : unreachable(place, typeof why === "string" ? why : undefined);
}

interface Watching<O, R extends object> {
  readonly subscription: Subscription<O>;
  readonly rules: Judge<O, R>;
  readonly judgeNow: (observed: O) => Verdict<R>;
  /** Ends requests and pauses. */
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** A watch may be behind, so that what it does not show is looked for directly before it counts as missing. */
async function watchOver<O, R extends object>(
  awaited: Awaited<O, R>,
  { subscription, rules, judgeNow, signal, progress }: Watching<O, R>,
): Promise<Judgement<O, R>> {
  for (let told = ""; ;) {
    const observed = subscription.observe();
    const present = judgeNow(observed);
    const verdict = (await rules.look?.(present, observed)) ?? present;
    if (verdict.kind === "progressing") {
      if (verdict.text !== told && verdict.text !== "") {
        progress((told = verdict.text));
      }
      await subscription.changed(verdict.wakeAt - performance.now(), signal);
      continue;
    }
    const sure = await confirmed(awaited, verdict, signal);
    if (sure !== undefined || performance.now() >= rules.deadline()) {
      return { verdict: sure ?? verdict, observed };
    }
    await pause(LAG_MILLISECONDS, signal);
  }
}

/**
 * The verdict of this moment.
 * @throws Error if the cluster cannot be read
 */
export async function presentVerdict<O, R extends object>(
  awaited: Awaited<O, R>,
  signal: AbortSignal,
): Promise<Judgement<O, R>> {
  const { place } = awaited;
  const answerBy = performance.now() + FIRST_ANSWER_MILLISECONDS;
  const subscription = await awaited.follow(signal);
  try {
    for (;;) {
      const observed = subscription.observe();
      const judged = signal.aborted
        ? interrupted(place)
        : (judgeTroubles(place, subscription, answerBy) ?? awaited.judgeAtOnce(observed));
      const verdict =
        judged.kind === "progressing" ? undefined : await confirmed(awaited, judged, signal);
      if (verdict?.kind === "failed" && REASONS[verdict.reason].about !== "release") {
        const { message, notes = [] } = verdict;
        throw new Error([`${place.name}: ${message}`, ...notes].join("\n"));
      }
      if (verdict !== undefined) {
        return { verdict, observed };
      }
      if (performance.now() >= answerBy) {
        throw new Error(`${place.name}: the API server does not answer`);
      }
      await subscription.changed(LAG_MILLISECONDS, signal);
    }
  } finally {
    subscription.close();
  }
}

/** The verdict of the rules, or what the watches themselves have to say. */
function judged<O, R extends object>(
  { place }: Awaited<O, R>,
  subscription: Subscription<O>,
  rules: Judge<O, R>,
  observed: O,
  answerBy: number,
): Verdict<R> {
  const trouble = judgeTroubles(place, subscription, answerBy);
  if (trouble !== undefined) {
    return trouble;
  }
  const now = performance.now();
  const verdict = rules.judge(observed, now);
  const { troubles } = subscription;
  const silent =
    troubles.find((trouble) => trouble.kind === "unauthorized") ??
    troubles.find((trouble) => trouble.kind === "unreachable");
  if (silent === undefined || verdict.kind === "ready") {
    return verdict;
  }
  if (verdict.kind === "progressing") {
    return silent.kind === "unauthorized"
      ? {
          ...verdict,
          text: `${verdict.text}; ${silent.message}`,
          wakeAt: Math.min(verdict.wakeAt, dueOf(silent)),
        }
      : { ...verdict, text: `${verdict.text}; no answer from the API server: ${silent.message}` };
  }
  return now >= rules.deadline() ? blind(place, silent) : verdict;
}

function closed<O>(subscription: Subscription<O> | CredentialError): void {
  if (!(subscription instanceof CredentialError)) {
    subscription.close();
  }
}

function ignored(): undefined {
  // Ended by the signal, or too late to matter.
}
