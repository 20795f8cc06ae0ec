import { setPriority } from "node:os";
import { ON_DEMAND } from "./on-demand.ts";

/** Whatever else runs goes first. */
const LOWEST = 19;

/**
 * Builds programs in the background of tests that do not need them, one after the other. Who needs one waits for it with
 * what makes it, and so does the next one here.
 */
async function buildAhead(names: readonly string[]): Promise<void> {
  setPriority(LOWEST);
  for (const name of names) {
    const program = ON_DEMAND[name];
    if (program === undefined) {
      throw new Error(
        `${name} is no program that can be built ahead; allowed: ${Object.keys(ON_DEMAND).join(", ")}`,
      );
    }
    if (!program.isThere()) {
      console.error(`${name} is not built yet, and is built beside the tests that do not need it`);
      await program.make();
    }
  }
}

buildAhead(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
