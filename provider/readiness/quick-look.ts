import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Properties } from "../../wire/plugin.ts";
import type { Run } from "../resource.ts";
import type { Deployment } from "../verdict/objects.ts";

/** A look that has no answer by then must not hold up a run that changes nothing. */
const ANSWER_MILLISECONDS = 5000;

/** Whether something is so of what delivers a release, by a short look. No answer, or no right to look, is no. */
export async function quickLook(
  { cluster, signal }: Run,
  news: Properties,
  isSo: (live: Deployment | undefined) => boolean,
): Promise<boolean> {
  const { namespace, deployment } = news as unknown as ReadinessInputs;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]);
  try {
    return isSo(await cluster().deployment(namespace, deployment, limit));
  } catch {
    return false;
  }
}
