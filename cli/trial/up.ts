import { entryName } from "../../components/trial/definition.ts";
import { CommandFailure } from "../exit-code.ts";
import { type CommonOptions, remark } from "../options.ts";
import type { ProjectStack } from "../project-stack.ts";
import { release } from "../release.ts";
import { type Claim, claim } from "./claim.ts";
import type { Contexts } from "./contexts.ts";
import { emptyNamespace } from "./empty.ts";
import { endTrial } from "./end.ts";
import { held } from "./held.ts";
import type { Pool } from "./pool.ts";
import { sameContent } from "./same-content.ts";
import { trialSettings, writeTrialSettings } from "./settings.ts";
import { runOf } from "./run.ts";
import { assertNobodys, standingOf } from "./slot.ts";
import { TrialStacks } from "./stacks.ts";

/** What is to be tried. */
export interface Wanted extends Pick<CommonOptions, "json"> {
  readonly number: number;
  readonly contexts: Contexts;
  /** For how long objects of an earlier trial are awaited. */
  readonly seconds: number;
}

/** A trial that something was delivered into. */
export interface Tried {
  readonly claim: Claim;
  readonly stack: ProjectStack;
  readonly leftOut: readonly string[];
  /** Why it is not ready, undefined if it is. */
  readonly failure: CommandFailure | undefined;
}

/** An end that was interrupted is gone through first, and somebody else may then be quicker. */
const TURNS = 5;

/**
 * Delivers a pull request into a namespace of the pool: the one that it has, or a free one.
 *
 * @throws CommandFailure if there is none, or the settings have faults: then nothing was changed
 */
export async function tryPullRequest(pool: Pool, wanted: Wanted): Promise<Tried> {
  distrustFolders();
  const { number, contexts } = wanted;
  const settings = trialSettings(pool, number, contexts);
  const pins = await sameContent(pool, settings);
  const stacks = new TrialStacks(pool);
  const { claimed, isInterrupted } = await takeOver(pool, stacks, wanted);
  const { namespace } = claimed;
  remark(`${number}: has ${namespace}${claimed.isNew ? "" : " already"}`);
  const { settings: derived, leftOut } = settings.in(namespace);
  const made = { ...derived, ...(Object.keys(pins).length > 0 && { pins }) };
  const write = () => writeTrialSettings(pool, number, settings, made);
  return held(pool, claimed.lease, async ({ signal, isOurs, orEnding }) => {
    if (claimed.isNew || isInterrupted || !(await stacks.isWhole(number))) {
      // Nothing of an earlier run is trusted: its state may be gone, or know half of what it has delivered, or what is in another namespace.
      await orEnding(async () => {
        await emptyNamespace(pool, namespace, { seconds: wanted.seconds, isOurs });
        await stacks.remove(number);
        // The engine encrypts as the file says that is there.
        await write();
        await stacks.create(number);
      });
    }
    // With the stack the engine has put a passphrase in the place of the key of a cloud.
    await write();
    const stack = await stacks.open(number);
    const failure = await deliver(stack, wanted, signal);
    return { claim: claimed, stack, leftOut, failure };
  });
}

/** Waits for nobody: what still runs is told, and what was interrupted is gone through to its end first. */
async function takeOver(pool: Pool, stacks: TrialStacks, { number, seconds }: Wanted) {
  for (let turn = 0; turn < TURNS; turn++) {
    const claimed = await claim(pool, number);
    const entry = await pool.leases.find(pool.home, entryName(number));
    const standing = standingOf(claimed.lease, entry, pool.now());
    const isOwn = runOf(claimed.lease, pool.now())?.isOwn === true;
    if (isOwn && standing.is !== "ending") {
      return { claimed, isInterrupted: false };
    }
    assertNobodys(number, claimed.namespace, standing);
    if (standing.is !== "ending") {
      return { claimed, isInterrupted: standing.is === "interrupted" };
    }
    remark(`${number}: its end had begun at ${standing.since}, and is finished first`);
    await endTrial(pool, stacks, { ...claimed, seconds });
  }
  throw new CommandFailure(`${number}: is ended again and again by somebody else; run it again`);
}

/** A failed release is a result, too. */
async function deliver(
  stack: ProjectStack,
  options: Wanted,
  signal: AbortSignal,
): Promise<CommandFailure | undefined> {
  const delivering = {
    name: stack.name,
    outputs: () => stack.outputs(),
    up: (...[hears, onEvent]: Parameters<ProjectStack["up"]>) =>
      stack.up(hears, onEvent, { signal }),
  };
  try {
    await release(delivering, options);
    return undefined;
  } catch (error) {
    if (error instanceof CommandFailure) {
      return error;
    }
    throw error;
  }
}

/**
 * Git takes a folder for a repository that looks like the inside of one, and runs what its configuration names. A pull request may bring
 * such a folder, and the commit of what is built is asked for in it.
 *
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
 */
function distrustFolders(): void {
  const count = Number(process.env["GIT_CONFIG_COUNT"] ?? 0);
  process.env[`GIT_CONFIG_KEY_${count}`] = "safe.bareRepository";
  process.env[`GIT_CONFIG_VALUE_${count}`] = "explicit";
  process.env["GIT_CONFIG_COUNT"] = String(count + 1);
}
