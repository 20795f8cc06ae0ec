import { isDeepStrictEqual } from "node:util";

import type { ControllerReport } from "../../contract/hand-off.ts";
import { groupOf } from "../verdict/object-kinds.ts";
import {
  type Application,
  automationOf,
  isFailed,
  isOfFolder,
  isPresent,
  isRunning,
  isWhole,
  type OperationState,
} from "./application.ts";
import type { ApplicationSight } from "./application-sight.ts";
import { type Asked, type Assessment, plainPath } from "./assessment.ts";
import { failed, lacking } from "./fault.ts";

/** Whether it has applied what was handed off, or found that there is nothing to apply. */
export function isApplied(sight: ApplicationSight): boolean {
  const { app, compared, attempted } = sight;
  const { sync = {}, operationState } = app.status ?? {};
  if (
    attempted.kind === "ours" &&
    operationState !== undefined &&
    isPresent(app, operationState.syncResult ?? {})
  ) {
    const isDone = operationState.phase === "Succeeded" && isWhole(operationState);
    if (isDone || isRepair(sight, operationState) || awaitsHealth(operationState)) {
      return true;
    }
  }
  const isEqual = sync.status === "Synced" || isOnlyPruning(app);
  return compared.kind === "ours" && isEqual && !isRunning(operationState) && isCompared(app);
}

/** Whether an operation leaves what was applied as a whole before: it applies a part of it again, or is for show. */
function isRepair({ app, deployed }: ApplicationSight, operation: OperationState): boolean {
  return (
    deployed.kind === "ours" &&
    isPresent(app, app.status?.history?.at(-1) ?? {}) &&
    !isWhole(operation) &&
    !isOfFolder(operation) &&
    !isFailed(operation)
  );
}

/** Whether the last comparison is of the Application as it is now. */
function isCompared({ spec = {}, status = {} }: Application): boolean {
  const { source, sources } = status.sync?.comparedTo ?? {};
  const isSame = (one: unknown, other: unknown) =>
    one === undefined || isDeepStrictEqual(one, other);
  return (
    spec.sourceHydrator !== undefined ||
    (isSame(spec.source, source) && isSame(spec.sources, sources))
  );
}

/** It has applied the objects, and waits until they are healthy: that is what the verdict looks at. */
function awaitsHealth(operation: OperationState): boolean {
  return isRunning(operation) && /^waiting for healthy state of /i.test(operation.message ?? "");
}

/** Without automated pruning it begins no operation for what is too many. */
function isOnlyPruning(app: Application): boolean {
  const others = (app.status?.resources ?? []).filter(({ status }) => status === "OutOfSync");
  return (
    automationOf(app)?.prune !== true &&
    others.length > 0 &&
    others.every(({ requiresPruning }) => requiresPruning === true)
  );
}

/** What follows from that it has applied our revision. */
export function applied(
  { app, source }: ApplicationSight,
  report: ControllerReport,
  asked: Asked,
): Assessment {
  const { resources = [], reconciledAt, operationState } = app.status ?? {};
  const path = plainPath(source?.path);
  const looksAt = path === "" ? "the whole repository" : `path ${path}`;
  const lack = lacking(asked, looksAt, ({ apiVersion, kind, name, namespace }) =>
    resources.some(
      (each) =>
        each.kind === kind &&
        each.name === name &&
        (each.group ?? "") === groupOf(apiVersion) &&
        (namespace === undefined || (each.namespace ?? namespace) === namespace),
    ),
  );
  if (lack !== undefined) {
    return failed(report, lack);
  }
  const { finishedAt = "" } = operationState ?? {};
  const isLater = (Date.parse(reconciledAt ?? "") || 0) >= (Date.parse(finishedAt) || 0);
  const isSettled = isLater && (report.sync === "Synced" || isOnlyPruning(app));
  return { kind: "applied", isSettled, report };
}
