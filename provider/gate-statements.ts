import { type FoundStatements, gateStatementsArgs } from "../contract/gate-statements.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { parsed } from "./input-schema.ts";
import type { RegistryLogin } from "../contract/registry-login.ts";
import { statementsOf, type StatementSource } from "./statements/found.ts";
import type { Properties } from "../wire/plugin.ts";

/** Images that are asked for at a time: each of them asks for several things. */
const TOGETHER = 4;

/**
 * The function `slipway:index:gateStatements`: what is said of images beside them in their registries, and which of the given keys have
 * signed it. A registry's error is reported with the others, so that all faults are reported at once.
 */
export async function gateStatements(
  args: Properties,
  lookup: (login: RegistryLogin | undefined) => StatementSource,
  signal: AbortSignal,
): Promise<Properties> {
  const { images, keys, login, answerSeconds } = parsed(gateStatementsArgs, args);
  const source = lookup(login);
  const find = async (image: string): Promise<FoundStatements> => {
    const late = AbortSignal.timeout(answerSeconds * 1000);
    try {
      const limit = AbortSignal.any([late, signal]);
      return { image, ...(await statementsOf(image, keys, source, limit)) };
    } catch (error) {
      const fault = late.aborted ? `no answer in ${answerSeconds} s` : (error as Error).message;
      return { image, statements: [], unread: [], fault };
    }
  };
  return { images: await atATime(TOGETHER, images, find) };
}
