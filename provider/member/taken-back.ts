import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Properties } from "../../wire/plugin.ts";
import type { Run } from "../resource.ts";
import { markOf } from "../rollback/mark.ts";

/** A look that has no answer by then must not hold up a run that changes nothing. */
const ANSWER_MILLISECONDS = 5000;

/** Whether the cluster says that this very release was rolled back. No answer, or no right to look, is no. */
export async function isTakenBack({ cluster, signal }: Run, news: Properties): Promise<boolean> {
  const release = news as unknown as ReadinessInputs;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]);
  try {
    const { namespace, deployment } = release;
    const live = await cluster().deployment(namespace, deployment, limit);
    return markOf(release, live) !== undefined;
  } catch {
    return false;
  }
}
