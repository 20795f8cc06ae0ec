import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";

/** Releases that are kept. */
const LENGTH = 20;

/** The history with a judged release on top, which replaces an earlier verdict on the same release. */
export function afterVerdict(
  history: readonly HistoryEntry[],
  record: ReleaseRecord,
): readonly HistoryEntry[] {
  const others = history.filter((entry) => !isSame(entry, record));
  return [entryOf(record), ...others].slice(0, LENGTH);
}

/** The history after another look at a release: if the verdict differs now, it replaces the entry. */
export function afterLook(
  history: readonly HistoryEntry[],
  record: ReleaseRecord,
): readonly HistoryEntry[] {
  const known = history.find((entry) => isSame(entry, record));
  if (known === undefined) {
    return afterVerdict(history, record);
  }
  return known.verdict === record.verdict
    ? history
    : history.map((entry) => (entry === known ? entryOf(record) : entry));
}

/** The same content may be a part of several sets of its group, and each can be gone back to. */
function isSame(entry: HistoryEntry, { digest, manifestHash, group }: ReleaseRecord): boolean {
  const isOfSet = entry.group === undefined || group === undefined || entry.group.set === group.set;
  return entry.digest === digest && entry.manifestHash === manifestHash && isOfSet;
}

function entryOf({
  commit,
  dirty,
  image,
  digest,
  manifestHash,
  verdict,
  reason,
  startedAt,
  seconds,
  migratedBy,
  group,
  handOff,
}: ReleaseRecord): HistoryEntry {
  const entry = { commit, dirty, image, digest, manifestHash, verdict, reason, startedAt, seconds };
  return {
    ...entry,
    ...(group && { group: { name: group.name, set: group.set } }),
    ...(migratedBy !== undefined && { migratedBy }),
    ...(handOff && { handOff }),
  };
}
