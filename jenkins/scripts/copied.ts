import { text } from "node:stream/consumers";

import { planCopy, stateCopy } from "./state-copy.ts";

const COPIES = { state: stateCopy, plan: planCopy };

/** Copies an exported state or a saved plan from standard input to standard output, without its secrets: `copied.ts state|plan`. */
async function main(kind: string | undefined): Promise<void> {
  if (kind !== "state" && kind !== "plan") {
    throw new Error("allowed: state, plan");
  }
  const original: unknown = JSON.parse(await text(process.stdin));
  process.stdout.write(`${JSON.stringify(COPIES[kind](original))}\n`);
}

const [kind] = process.argv.slice(2);
main(kind).catch((error: unknown) => {
  console.error(
    `the ${kind ?? "state"} cannot be copied: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
});
