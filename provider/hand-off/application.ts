import { isDeepStrictEqual } from "node:util";

import type { Asked } from "./assessment.ts";

const RUNNING = new Set(["Running", "Terminating"]);
const FAILED = new Set(["Failed", "Error"]);

/** For so long Argo CD takes a branch to be where it was, unless it is asked to look. */
const REMEMBERED_MILLISECONDS = 180_000;

/** A source of an Application, as far as it is read. */
export interface ApplicationSource {
  readonly repoURL?: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly chart?: string;
  readonly ref?: string;
}

/** An object of an Application, with what became of it. */
export interface ApplicationResource {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly status?: string;
  readonly message?: string;
  readonly requiresPruning?: boolean;
  readonly hook?: boolean;
}

interface Revisions {
  readonly revision?: string;
  readonly revisions?: readonly string[];
}

interface Sources {
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
}

/** An operation of an Application: what was asked for, and how far it is. */
export interface OperationState {
  readonly phase?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
  readonly operation?: {
    readonly sync?: Revisions & {
      readonly dryRun?: boolean;
      readonly resources?: readonly unknown[];
      readonly manifests?: readonly unknown[];
    };
  };
  readonly syncResult?: Revisions &
    Sources & { readonly resources?: readonly ApplicationResource[] };
}

/** A revision that was applied as a whole, with the source that it was of. */
export type Deployed = Revisions & Sources;

/** Fields of objects whose differences do not count. */
export interface IgnoredDifference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly jsonPointers?: readonly string[];
}

/**
 * An Application of Argo CD, as far as it is read.
 *
 * @see https://github.com/argoproj/argo-cd/blob/master/pkg/apis/application/v1alpha1/types.go
 */
export interface Application {
  readonly metadata?: {
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Sources & {
    readonly destination?: {
      readonly server?: string;
      readonly name?: string;
      readonly namespace?: string;
    };
    readonly sourceHydrator?: {
      readonly drySource?: ApplicationSource;
      readonly syncSource?: { readonly targetBranch?: string; readonly path?: string };
    };
    readonly syncPolicy?: {
      readonly automated?: {
        readonly enabled?: boolean;
        readonly prune?: boolean;
        readonly selfHeal?: boolean;
      };
    };
    readonly ignoreDifferences?: readonly IgnoredDifference[];
  };
  readonly status?: {
    readonly resources?: readonly ApplicationResource[];
    readonly sync?: Revisions & {
      readonly status?: string;
      readonly comparedTo?: Sources;
    };
    readonly health?: { readonly status?: string };
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
    readonly reconciledAt?: string;
    readonly operationState?: OperationState;
    /** The latest is last. */
    readonly history?: readonly Deployed[];
  };
}

/** What an Application is made from: one source, several, or what a hydrator writes. */
export function sourcesOf({ spec = {} }: Application): readonly ApplicationSource[] {
  const { source, sources, sourceHydrator } = spec;
  if (sourceHydrator !== undefined) {
    const { drySource = {}, syncSource = {} } = sourceHydrator;
    const { targetBranch, path } = syncSource;
    return [
      {
        ...(drySource.repoURL !== undefined && { repoURL: drySource.repoURL }),
        ...(path !== undefined && { path }),
        ...(targetBranch !== undefined && { targetRevision: targetBranch }),
      },
    ];
  }
  return sources !== undefined && sources.length > 0
    ? sources
    : source === undefined
      ? []
      : [source];
}

/** The revision of a source, by its place among several. */
export function revisionAt({ revision, revisions }: Revisions, index: number): string | undefined {
  const found = revisions !== undefined && revisions.length > 0 ? revisions[index] : revision;
  return found === "" ? undefined : found;
}

/** Whether an operation applies all that a revision has: not only some objects, nor for show, nor from somebody's folder. */
export function isWhole(state: OperationState): boolean {
  const { dryRun, resources = [] } = state.operation?.sync ?? {};
  return dryRun !== true && resources.length === 0 && !isOfFolder(state);
}

/** Whether an operation applies what somebody has in a folder of his own. */
export function isOfFolder({ operation }: OperationState): boolean {
  return (operation?.sync?.manifests ?? []).length > 0;
}

/** Whether sources that were read once are those that an Application has now. */
export function isPresent({ spec = {} }: Application, { source, sources = [] }: Sources): boolean {
  if (spec.sourceHydrator !== undefined) {
    return true;
  }
  return spec.sources !== undefined && spec.sources.length > 0
    ? isDeepStrictEqual(spec.sources, sources)
    : isDeepStrictEqual(spec.source, source);
}

/** How it syncs by itself; undefined if it does not. */
export function automationOf({ spec }: Application) {
  const automated = spec?.syncPolicy?.automated;
  return automated?.enabled === false ? undefined : automated;
}

export function titleOf({ kind = "", name = "" }: ApplicationResource): string {
  return `${kind.toLowerCase()} ${name}`;
}

export function isRunning(state: OperationState | undefined): state is OperationState {
  return RUNNING.has(state?.phase ?? "");
}

export function isFailed(state: OperationState | undefined): state is OperationState {
  return FAILED.has(state?.phase ?? "");
}

/** Whether it has looked at its source since: what it says before is of what was there. */
export function hasLooked(
  { status }: Application,
  { writtenAt, isRefreshed }: Pick<Asked, "writtenAt" | "isRefreshed">,
): boolean {
  const remembered = isRefreshed ? 0 : REMEMBERED_MILLISECONDS;
  return (Date.parse(status?.reconciledAt ?? "") || 0) > writtenAt + remembered;
}
