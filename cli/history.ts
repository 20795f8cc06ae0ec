import type { Command } from "commander";

import type { HistoryEntry } from "../contract/release-record.ts";
import { revisionCell } from "./handed-off.ts";
import { print, SERVICE, type ServiceOptions, stackCommand } from "./options.ts";
import { serviceOf } from "./outputs.ts";
import { ProjectStack } from "./project-stack.ts";
import { age, commitWords, setWords, shortDigest, table } from "./words.ts";

const HELP = `
Examples:
  $ npx slipway history --stack prod
  $ npx slipway history --stack prod --service shop --json`;

/** `slipway history`: the last releases of a service. */
export function historyCommand(): Command {
  return stackCommand(
    "history",
    "Lists the last 20 releases of a service, newest first. A + marks a commit with uncommitted changes.",
    HELP,
  )
    .option(...SERVICE)
    .action(async (options: ServiceOptions) => {
      const stack = await ProjectStack.open(options.stack);
      const outputs = await stack.outputs();
      const service = serviceOf(outputs, options.service);
      const entries = outputs.history[service] ?? [];
      print(options, { stack: stack.name, service, history: entries }, words(entries, Date.now()));
    });
}

function words(entries: readonly HistoryEntry[], now: number): string {
  const isGrouped = entries.some(({ group }) => group !== undefined);
  const isHandedOff = entries.some(({ handOff }) => handOff !== undefined);
  const rows = entries.map((entry) => [
    age(entry.startedAt, now),
    commitWords(entry),
    shortDigest(entry.digest),
    entry.verdict,
    entry.reason ?? "",
    `${entry.seconds}s`,
    ...(isHandedOff ? [revisionCell(entry)] : []),
    ...(isGrouped ? [setWords(entry)] : []),
  ]);
  const headings = ["AGE", "COMMIT", "DIGEST", "VERDICT", "REASON", "TOOK"];
  const handedOff = isHandedOff ? ["HANDED OFF WITH"] : [];
  return table([...headings, ...handedOff, ...(isGrouped ? ["GROUP AND SET"] : [])], rows);
}
