import { oneLine } from "../cluster/one-line.ts";
import { type Application, isRunning } from "./application.ts";
import { applied, isApplied } from "./application-applied.ts";
import { conditionOf, failureOf, retriedOf } from "./application-failure.ts";
import { neglectOf } from "./application-neglect.ts";
import { type ApplicationSight, reportOf, sightOf } from "./application-sight.ts";
import type { Asked, Assessment } from "./assessment.ts";
import { absent, failed, type Lasting, takenOver } from "./fault.ts";
import { short } from "./lineage.ts";

/** What an Application of Argo CD shows of a hand-off. */
export function assessApplication(app: Application | undefined, asked: Asked): Assessment {
  if (app === undefined) {
    return absent(asked);
  }
  const sight = sightOf(app, asked);
  const report = reportOf(sight);
  const taken = takenOver(report, [sight.compared, sight.attempted]);
  if (taken !== undefined) {
    return taken;
  }
  if (isApplied(sight)) {
    return applied(sight, report, asked);
  }
  const fault = faultOf(sight, asked);
  return fault === undefined
    ? { kind: "waiting", text: progressOf(sight), report }
    : failed(report, fault);
}

/** What is wrong: what will not change first, and what another try may mend last. */
function faultOf(sight: ApplicationSight, asked: Asked): Lasting | undefined {
  const retried = retriedOf(sight);
  const final = failureOf(sight) ?? (retried?.lasting === Infinity ? undefined : retried);
  return final ?? conditionOf(sight, asked) ?? neglectOf(sight, asked) ?? retried;
}

function progressOf(sight: ApplicationSight): string {
  const { app, attempted, attemptedRevision, comparedRevision } = sight;
  const { operationState, reconciledAt } = app.status ?? {};
  if (isRunning(operationState)) {
    const still = attempted.kind === "ours" ? "applies" : "still applies";
    const words = oneLine(operationState.message ?? "", 200);
    return `${still} ${short(attemptedRevision ?? "")}: ${words}`;
  }
  const at = comparedRevision === undefined ? "no revision" : short(comparedRevision);
  return reconciledAt === undefined
    ? "has not looked at anything yet"
    : `is at ${oneLine(at, 60)}; it looked last at ${oneLine(reconciledAt, 40)}`;
}
