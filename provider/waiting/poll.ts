import { type Health, healthAfter, isRefusal, troublesOf } from "../cluster/health.ts";
import { pause } from "../cluster/pause.ts";
import { Subscription } from "../cluster/subscription.ts";

const PAUSE_MILLISECONDS = 250;

/**
 * Follows what no watch shows, by looking again and again until the subscription is closed.
 * @param nothing what is shown before the first look has come back
 * @param resource what is looked at, as RBAC rules have it
 */
export function poll<O>(
  look: (signal: AbortSignal) => Promise<O>,
  nothing: O,
  resource: string,
): Subscription<O> {
  const end = new AbortController();
  let last: O | undefined;
  let health: Health = { kind: "starting" };
  const source = {
    observe: () => last ?? nothing,
    synced: () => last !== undefined,
    troubles: () => troublesOf(health, resource),
  };
  const subscription = new Subscription(source, () => {
    end.abort();
  });
  const repeat = async () => {
    for (let refusals = 0; !end.signal.aborted;) {
      try {
        last = await look(end.signal);
        [health, refusals] = [{ kind: "live" }, 0];
      } catch (error) {
        refusals += isRefusal(error) ? 1 : 0;
        health = healthAfter(error, "get", refusals, health) ?? health;
      }
      subscription.wake();
      await pause(PAUSE_MILLISECONDS, end.signal);
    }
  };
  void repeat();
  return subscription;
}
