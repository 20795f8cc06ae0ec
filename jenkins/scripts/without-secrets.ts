import { text } from "node:stream/consumers";

import { withoutSecrets } from "./state-copy.ts";

/** Copies an exported state from standard input to standard output, without its secrets. */
async function main(): Promise<void> {
  const state: unknown = JSON.parse(await text(process.stdin));
  process.stdout.write(`${JSON.stringify(withoutSecrets(state))}\n`);
}

main().catch((error: unknown) => {
  console.error(
    `the state cannot be copied: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
});
