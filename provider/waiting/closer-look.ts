import type { FinalVerdict } from "../verdict/finding";
import { isDisabling } from "../cluster/preflight";
import type { Awaited } from "./awaited";
import { forbidden } from "./forbidden";

/** A verdict on a closer look than the watches give: undefined where only they are behind. */
export async function confirmed<O, R extends object>(
  awaited: Awaited<O, R>,
  verdict: FinalVerdict<R>,
  signal: AbortSignal,
): Promise<FinalVerdict<R> | undefined> {
  switch (verdict.kind === "failed" ? verdict.reason : undefined) {
    case "deployment-missing":
    case "object-missing":
      // Whoever cannot answer has not said that it is missing.
      return (await awaited.isThere(signal).catch(() => true))
        ? undefined
        : ((await namespaceGone(awaited, signal)) ?? verdict);
    case "forbidden": {
      const lack = await awaited.lack({ afresh: true }, signal);
      return isDisabling(lack) ? forbidden(awaited.place, lack) : verdict;
    }
    default:
      return verdict;
  }
}

/** The verdict on what goes with its namespace; undefined where that stays, or may not be read. */
export async function namespaceGone<O, R extends object>(
  awaited: Awaited<O, R>,
  signal: AbortSignal,
): Promise<FinalVerdict<R> | undefined> {
  const state = await awaited.namespaceGone(signal);
  if (state === undefined) {
    return undefined;
  }
  const { namespace = "", noun } = awaited.place;
  const message = `namespace ${namespace} is ${state}, and with it the ${noun}`;
  return {
    kind: "failed",
    reason: `namespace-${state}`,
    object: `namespace ${namespace}`,
    message,
  };
}
