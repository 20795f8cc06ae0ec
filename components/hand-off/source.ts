import type { HandOffInputs } from "../../contract/hand-off.ts";
import { git } from "../image/git.ts";
import { withoutCredentials } from "../image/source.ts";

const FIELDS = { commit: "%H", author: "%an <%ae>", date: "%aI", subject: "%s" };

/** What a folder's commit is, for whoever reads the commit of the hand-off; empty if the folder is not in git. */
export function commitIn(folder: string): HandOffInputs["source"] {
  const format = `--format=${Object.values(FIELDS).join("%n")}`;
  const lines = git(folder, ["log", "-1", format])?.trimEnd().split("\n") ?? [];
  const origin = git(folder, ["config", "--get", "remote.origin.url"])?.trim();
  const said = Object.keys(FIELDS).map((key, index) => [key, lines[index] ?? ""] as const);
  const repository = origin === undefined ? "" : withoutCredentials(origin);
  const known = [...said, ["repository", repository] as const];
  return Object.fromEntries(known.filter(([, value]) => value !== ""));
}
