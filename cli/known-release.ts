import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import { RESOURCES } from "../contract/tokens.ts";
import { plainIn } from "../mask/plain.ts";
import { type SlipwayOutputs, STACK } from "./outputs.ts";
import type { EngineState, StateResource } from "./recover/engine-state.ts";

/** A service's release in the engine's state: what an up or a refresh found last. */
export interface KnownRelease {
  readonly service: string;
  readonly resource: StateResource;
  readonly record: ReleaseRecord;
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
  /** When it was found, ISO 8601. */
  readonly foundAt: string;
}

/** The releases in the engine's state. A refresh writes there, and leaves the outputs of the stack as the last up wrote them. */
export function knownReleases({ resources = [] }: EngineState): KnownRelease[] {
  return resources
    .filter(({ type, delete: leaves }) => type === RESOURCES.Readiness && leaves !== true)
    .flatMap((resource) => {
      const { service, release, history } = (resource.outputs ?? {}) as {
        readonly service?: string;
        readonly release?: ReleaseRecord;
        readonly history?: readonly HistoryEntry[];
      };
      if (service === undefined || typeof release?.startedAt !== "string") {
        return [];
      }
      const foundAt = foundLast(release, resource.modified);
      const shown = plainIn({ record: release, history: history ?? [] });
      return { service, resource, ...shown, foundAt };
    });
}

/** Releases that were looked at by then, too: a look that finds nothing new leaves no trace in the state. */
export function lookedAt(known: readonly KnownRelease[], time: string | undefined): KnownRelease[] {
  return known.map((each) => {
    const isLater = time !== undefined && Date.parse(time) > Date.parse(each.foundAt);
    return isLater ? { ...each, foundAt: time } : each;
  });
}

/** When a release was judged, or something new was found of it. */
export function foundLast({ startedAt, seconds }: ReleaseRecord, modified?: string): string {
  const judged = Date.parse(startedAt) + seconds * 1000;
  const written = Date.parse(modified ?? "");
  return new Date(Math.max(judged, Number.isNaN(written) ? 0 : written)).toISOString();
}

/** The outputs of a stack with what was found of its releases since. */
export function withKnown(outputs: SlipwayOutputs, known: readonly KnownRelease[]): SlipwayOutputs {
  const own = known.filter(({ service }) => Object.hasOwn(outputs.releases, service));
  const records = own.map(({ service, record }) => {
    const { gates, digest } = outputs.releases[service] ?? {};
    const isSame = digest === record.digest;
    return [service, { ...record, ...(isSame && gates && { gates }) }] as const;
  });
  const histories = own.map(({ service, history }) => [service, history] as const);
  return {
    ...outputs,
    releases: { ...outputs.releases, ...Object.fromEntries(records) },
    history: { ...outputs.history, ...Object.fromEntries(histories) },
  };
}

/** The state with what was found of the releases in the stack's outputs, too. */
export function withFound(state: EngineState): EngineState {
  const known = knownReleases(state);
  const resources = state.resources?.map((resource) => {
    const { releases, history } = resource.outputs ?? {};
    if (resource.type !== STACK || !isMapping(releases) || !isMapping(history)) {
      return resource;
    }
    const outputs = withKnown({ namespace: "", releases, history } as SlipwayOutputs, known);
    const found = { releases: outputs.releases, history: outputs.history };
    return { ...resource, outputs: { ...resource.outputs, ...found } };
  });
  return { ...state, ...(resources && { resources }) };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
