import type { HistoryEntry } from "../contract/release-record.ts";

const DIGEST_LENGTH = "sha256:".length + 12;

/** The start of a digest, enough to distinguish it. */
export function shortDigest(digest: string): string {
  return digest.slice(0, DIGEST_LENGTH);
}

/** What distinguishes one release of a service from another. */
type Identity = Pick<HistoryEntry, "digest" | "manifestHash">;

/** How what runs differs from what failed with the same image; undefined if it has another one, whose digest says it. */
export function sameImageWords(runs: Identity, asked: Identity): string | undefined {
  if (runs.digest !== asked.digest) {
    return undefined;
  }
  return runs.manifestHash === asked.manifestHash
    ? "the same, restored"
    : `same image, earlier settings (manifests ${shortDigest(runs.manifestHash)}, asked for ${shortDigest(asked.manifestHash)})`;
}

/** The commit of a release in a few letters, with a + if its source had uncommitted changes. */
export function commitWords({ commit, dirty }: Pick<HistoryEntry, "commit" | "dirty">): string {
  if (commit === null) {
    return "-";
  }
  return commit.slice(0, 12) + (dirty ? "+" : "");
}

/** A release's commit, for those who read its report. */
export function commitName(commit: string | null): string {
  return commit?.slice(0, 12) ?? "not in git";
}

/** The set of its group that a release is a part of, as a cell of a column; nothing for one that is in no group. */
export function setWords({ group }: Pick<HistoryEntry, "group">): string {
  return group === undefined ? "" : `${group.name} ${group.set}`;
}

/** A text of no more letters than this. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** How long ago something was, in its largest whole unit. */
export function age(from: string, now: number): string {
  return span(now - Date.parse(from));
}

/** A length of time in its largest whole unit; none for one that is over. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const units = [
    [86400, "d"],
    [3600, "h"],
    [60, "m"],
  ] as const;
  const [size, unit] = units.find(([length]) => seconds >= length) ?? [1, "s"];
  return `${Math.floor(seconds / size)}${unit}`;
}

/** A text that makes no lines of its own. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** Rows under their headings, in columns as wide as they must be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows.map((row) => row.map(onOneLine))];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return lines.map((cells) => cells.join("  ").trimEnd()).join("\n");
}
