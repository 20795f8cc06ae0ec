import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Properties } from "../../wire/plugin.ts";
import { quickLook } from "../readiness/quick-look.ts";
import type { Run } from "../resource.ts";
import { markOf } from "../rollback/mark.ts";

/** Whether the cluster says that this very release was rolled back. No answer, or no right to look, is no. */
export function isTakenBack(run: Run, news: Properties): Promise<boolean> {
  const release = news as unknown as ReadinessInputs;
  return quickLook(run, news, (live) => markOf(release, live) !== undefined);
}
