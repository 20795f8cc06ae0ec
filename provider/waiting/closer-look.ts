import type { FinalVerdict } from "../verdict/finding.ts";
import { find } from "../cluster/find.ts";
import { isDisabling } from "../cluster/preflight.ts";
import type { Awaited } from "./awaited.ts";
import { forbidden, lackOf } from "./forbidden.ts";

/** A verdict on a closer look than the watches give: undefined if only they are behind. */
export async function confirmed<O, R extends object>(
  awaited: Awaited<O, R>,
  verdict: FinalVerdict<R>,
  signal: AbortSignal,
): Promise<FinalVerdict<R> | undefined> {
  switch (verdict.kind === "failed" ? verdict.reason : undefined) {
    case "deployment-missing":
    case "object-missing":
      return (await isThere(awaited, signal))
        ? undefined
        : ((await namespaceGone(awaited, signal)) ?? verdict);
    case "forbidden": {
      const lack = await lackOf(awaited, { afresh: true }, signal);
      return isDisabling(lack) ? forbidden(awaited.place, lack) : verdict;
    }
    default:
      return verdict;
  }
}

/** The verdict on what goes with its namespace; undefined if that stays, or may not be read. */
export async function namespaceGone<O, R extends object>(
  awaited: Awaited<O, R>,
  signal: AbortSignal,
): Promise<FinalVerdict<R> | undefined> {
  const { namespace, noun } = awaited.place;
  const state =
    namespace === undefined ? undefined : await awaited.cluster.namespaceGone(namespace, signal);
  if (namespace === undefined || state === undefined) {
    return undefined;
  }
  const message = `namespace ${namespace} is ${state}, and with it the ${noun}`;
  return {
    kind: "failed",
    reason: `namespace-${state}`,
    object: `namespace ${namespace}`,
    message,
  };
}

/** An error does not say that it is missing. */
async function isThere<O, R extends object>(
  awaited: Awaited<O, R>,
  signal: AbortSignal,
): Promise<boolean> {
  const path = awaited.path?.();
  try {
    return (
      path !== undefined && awaited.isSame?.(await find(awaited.cluster.api, path, signal)) === true
    );
  } catch {
    return true;
  }
}
