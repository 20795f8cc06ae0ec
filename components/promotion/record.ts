import { repositoryOf } from "../../contract/image-reference.ts";
import { OBJECT_NAME } from "../../contract/names.ts";
import { RECORD_VERSION, type ReleaseRecord } from "../../contract/release-record.ts";
import { entryOf, imageFaults, recordFaults, show } from "../stack-release.ts";
import type { Promotion } from "./definition.ts";

/** What was read of a service in the other stack's outputs. */
export interface ReadRecord {
  readonly name: string;
  /** Why it may not be promoted, before anybody else is asked. */
  readonly faults: readonly string[];
  /** @default - there is none, or not of a known form: nothing more is read of it */
  readonly record?: ReleaseRecord;
  /**
   * The service of this stack whose image it is.
   * @default - its own
   */
  readonly of?: string;
  /** Whether its image may be asked for: it is pinned, and in the repository that the settings name. */
  readonly isPlaced: boolean;
}

const SET = /^[0-9a-f]{12}$/;

const COMMIT = /^[0-9a-f]{4,64}$/;

/** What promotion reads of a record beside its image. Whoever writes that stack's state may write anything. */
const FIELDS: readonly (readonly [field: string, is: (value: unknown) => boolean, is: string])[] = [
  ["commit", (value) => value === null || isText(value, COMMIT), "null or the id of a commit"],
  ["dirty", (value) => typeof value === "boolean", "true or false"],
  ["startedAt", isTime, "a time"],
  ["seconds", (value) => typeof value === "number" && value >= 0, "a number of seconds"],
  ["namespace", (value) => value === undefined || isText(value, OBJECT_NAME), "a namespace"],
  ["group", (value) => value === undefined || isGroup(value), "the group of a release"],
  ["pods", (value) => value === undefined || (Array.isArray(value) && value.every(isPod)), "pods"],
];

/** A service whose record is read. */
interface Reader {
  readonly name: string;
  /** See `ToBePromoted`. */
  readonly of?: string | undefined;
  /** Names of all services of this stack. */
  readonly services: readonly string[];
}

/** Reads the record of a service, and says why it may not be promoted. */
export function readRecord(releases: unknown, reader: Reader, promotion: Promotion): ReadRecord {
  const { name } = reader;
  const entry = entryOf(releases, "releases", name);
  if (typeof entry === "string") {
    return { name, faults: [entry], isPlaced: false };
  }
  const faults = recordFaults(name, entry);
  if (entry["version"] !== RECORD_VERSION) {
    return { name, faults, isPlaced: false };
  }
  const unlike = FIELDS.filter(([field, is]) => !is(entry[field])).map(
    ([field, , allowed]) =>
      `releases.${name}.${field} must be ${allowed}, got ${show(entry[field])}; run that stack's up`,
  );
  if (imageFaults(name, entry).length > 0 || unlike.length > 0) {
    return { name, faults: [...faults, ...unlike], isPlaced: false };
  }
  const record = entry as unknown as ReleaseRecord;
  const of = reader.of ?? sharedWith(releases, record, reader, promotion);
  const misplaced = placeFault(record, name, of ?? name, promotion);
  return misplaced === undefined
    ? { name, faults, record, ...(of !== undefined && { of }), isPlaced: true }
    : { name, faults: [...faults, misplaced], record, isPlaced: false };
}

/** The record does not choose where its image is from: gates are tags there. */
function placeFault(
  { image }: Pick<ReleaseRecord, "image">,
  name: string,
  owner: string,
  promotion: Promotion,
): string | undefined {
  const expected = placeOf(owner, promotion);
  const got = repositoryOf(image);
  return got === expected
    ? undefined
    : `releases.${name}.image must be in ${expected ?? `the repository that promoteFrom.repository names for ${owner}, which names none`}, got ${got}; if ${promotion.stack} is right to have it there, set promoteFrom.repository, or build.of to the service whose image it is`;
}

/** The service of this stack that runs the very same image from a repository of its own, if this one does not. */
function sharedWith(
  releases: unknown,
  { image }: Pick<ReleaseRecord, "image">,
  { name, services }: Reader,
  promotion: Promotion,
): string | undefined {
  const place = repositoryOf(image);
  if (place === placeOf(name, promotion)) {
    return undefined;
  }
  return services.find((other) => {
    const entry = entryOf(releases, "releases", other);
    return (
      typeof entry !== "string" && entry["image"] === image && placeOf(other, promotion) === place
    );
  });
}

/** The repository of the images that a service builds. */
function placeOf(name: string, { repository }: Promotion): string | undefined {
  return typeof repository === "string" ? `${repository}/${name}` : ownOf(repository, name);
}

function ownOf(repositories: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(repositories, name) ? repositories[name] : undefined;
}

function isPod(value: unknown): boolean {
  const { name, readyAt } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    isText(name, OBJECT_NAME) && (readyAt === undefined || readyAt === null || isTime(readyAt))
  );
}

function isGroup(value: unknown): boolean {
  const { name, set, members, verdict } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const names = [name, ...(Array.isArray(members) ? (members as unknown[]) : [undefined])];
  return (
    names.every((each) => isText(each, OBJECT_NAME)) &&
    isText(set, SET) &&
    (verdict === "ready" || verdict === "failed")
  );
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}
