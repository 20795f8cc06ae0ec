import type { ControllerReport } from "../../contract/hand-off.ts";
import { artifactOf } from "../../contract/hand-off-target.ts";
import {
  type Application,
  type ApplicationSource,
  automationOf,
  revisionAt,
  sourcesOf,
  titleOf,
} from "./application.ts";
import { type Asked, isSameRepository, plainPath } from "./assessment.ts";
import { type Standing, standingOf } from "./lineage.ts";

/** What of an Application its revisions are read by. */
export interface ApplicationSight {
  readonly app: Application;
  readonly source: ApplicationSource | undefined;
  readonly compared: Standing;
  readonly comparedRevision: string | undefined;
  readonly attempted: Standing;
  readonly attemptedRevision: string | undefined;
  /** Of what it has applied as a whole last: self-heal applies parts of that, with operations of their own. */
  readonly deployed: Standing;
}

/** The revisions that an Application names, so that it can be asked how they stand to ours. */
export function revisionsOf(app: Application | undefined, asked: Pick<Asked, "to">): string[] {
  const index = app === undefined ? -1 : indexOf(app, asked);
  const { sync = {}, operationState, history = [] } = app?.status ?? {};
  const { syncResult = {}, operation } = operationState ?? {};
  const named = [sync, syncResult, operation?.sync ?? {}, history.at(-1) ?? {}];
  return named.flatMap((each) => revisionAt(each, Math.max(index, 0)) ?? []);
}

export function sightOf(app: Application, asked: Asked): ApplicationSight {
  const index = indexOf(app, asked);
  const { sync = {}, operationState, history = [] } = app.status ?? {};
  const { syncResult, operation } = operationState ?? {};
  const at = Math.max(index, 0);
  const comparedRevision = revisionAt(sync, at);
  const attemptedRevision =
    revisionAt(syncResult ?? {}, at) ?? revisionAt(operation?.sync ?? {}, at);
  return {
    app,
    source: sourcesOf(app)[index],
    comparedRevision,
    compared: standingOf(comparedRevision, asked),
    attemptedRevision,
    attempted: standingOf(attemptedRevision, asked),
    deployed: standingOf(revisionAt(history.at(-1) ?? {}, at), asked),
  };
}

/** Which of several sources it is: the one that fits best. -1 if there is none. */
function indexOf(app: Application, { to }: Pick<Asked, "to">): number {
  const scores = sourcesOf(app).map((source) => {
    const { repoURL = "", path } = source;
    if (!("git" in to)) {
      return isSameRepository(repoURL, artifactOf(to.oci).repository) ? 2 : 0;
    }
    const isPath = plainPath(path) === plainPath(to.path) && source.ref === undefined;
    return (isSameRepository(repoURL, to.git) ? 2 : 0) + (isPath ? 1 : 0);
  });
  return scores.indexOf(Math.max(...scores));
}

/** What the outputs keep of an Application. */
export function reportOf({ app, comparedRevision }: ApplicationSight): ControllerReport {
  const { sync, health, resources = [] } = app.status ?? {};
  const drifted = resources.filter(({ status, hook }) => status === "OutOfSync" && hook !== true);
  return {
    sync: sync?.status ?? null,
    health: health?.status ?? null,
    revision: comparedRevision ?? null,
    drift: drifted.map((resource) => ({ object: titleOf(resource), field: "", writer: null })),
    selfHeal: automationOf(app)?.selfHeal ?? false,
  };
}
