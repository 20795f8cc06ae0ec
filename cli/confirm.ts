import { createInterface } from "node:readline/promises";

import { badInput } from "./exit-code.ts";

/**
 * Asks before something is changed.
 *
 * @param yes whether it was answered beforehand
 * @throws CommandFailure if nobody can answer, or the answer is no
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) {
    return;
  }
  if (!process.stdin.isTTY) {
    throw badInput("--yes: missing, and nobody can answer; allowed: --yes to continue");
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw badInput("nothing was changed");
    }
  } finally {
    prompt.close();
  }
}
