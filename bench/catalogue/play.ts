import { Project } from "../../testbed/project.ts";
import type { Case } from "./case.ts";
import { lineOf, notPlayed, type Outcome, outcomeOf, type Result } from "./outcome.ts";
import { type Props, runCase, type Stages } from "./run.ts";
import type { Images } from "./stage.ts";

interface PlayOptions {
  readonly images: Images;
  /**
   * Runs of each healthy case; a broken one is run once, because a wrong verdict on it is wrong each time.
   *
   * @default 1
   */
  readonly repeat?: number;
  /**
   * Cases that are played at a time.
   *
   * @default 1
   */
  readonly parallel?: number;
  /**
   * Folder that keeps what was watched.
   *
   * @default - nothing is kept
   */
  readonly records?: string | undefined;
  /**
   * Told all results after each run.
   *
   * @default - nobody is told
   */
  readonly tell?: (results: readonly Result[]) => Promise<void>;
  /**
   * Told in a line what begins, and how it ends.
   *
   * @default - nobody is told
   */
  readonly say?: (line: string) => void;
}

/**
 * Plays all cases, says how each run ends, and takes everything away, also when it is interrupted. What was late beside
 * others is played again alone: only then the figure is Slipway's.
 */
export async function play(entries: readonly Case[], options: PlayOptions): Promise<Result[]> {
  const { repeat = 1, parallel = 1, tell, say } = options;
  const stages: Stages = new Set();
  const clones: Project[] = [];
  const interruption = clearOnSignal(stages, clones);
  const found = new Map<Case, Outcome[]>(entries.map((entry) => [entry, []]));
  const results = () => [...found].map(([entry, outcomes]) => ({ entry, outcomes }));
  const runs = programme(entries, repeat);
  const total = runs.length;
  let begun = 0;
  const playOne = async (entry: Case, clone: Project, label: string) => {
    say?.(`${label}: ${entry.title} …`);
    const outcome = await outcomeIn(entry, { ...options, clone, stages });
    say?.(`${label}: ${lineOf(outcome)}`);
    return outcome;
  };
  const worker = async () => {
    const clone = await Project.create("cat-clone");
    clones.push(clone);
    for (let entry = runs.shift(); entry !== undefined; entry = runs.shift()) {
      const outcome = await playOne(entry, clone, `${++begun}/${total} ${entry.name}`);
      found.get(entry)?.push(outcome);
      await tell?.(results());
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const [clone] = clones;
  for (const [entry, outcomes] of clone !== undefined && parallel > 1 ? found : []) {
    const late = outcomes.findIndex(({ fault }) => fault === "late");
    if (clone !== undefined && late >= 0) {
      const beside = outcomes[late]?.fromState;
      const alone = await playOne(entry, clone, `${entry.name} again, alone`);
      outcomes[late] = { ...alone, ...(beside !== undefined && { beside }) };
      await tell?.(results());
    }
  }
  interruption.forget();
  await Promise.all(clones.map((each) => each.forget()));
  return results();
}

function outcomeIn(entry: Case, props: Props): Promise<Outcome> {
  return runCase(entry, props).then((run) => outcomeOf(entry, run), notPlayed);
}

/** All runs in their order: each case once, then the healthy ones again. */
function programme(entries: readonly Case[], repeat: number): Case[] {
  const healthy = entries.filter(({ expected }) => expected === "ready");
  return [...entries, ...Array.from({ length: repeat - 1 }, () => healthy).flat()];
}

function clearOnSignal(stages: Stages, clones: readonly Project[]): { forget(): void } {
  let isClearing = false;
  const clearAndExit = () => {
    if (isClearing) {
      return;
    }
    isClearing = true;
    console.error("interrupted; taking away what is there …");
    void clear(stages, clones).finally(() => process.exit(130));
  };
  // Listeners that stay: where none does, execa takes the signal as the end of the process.
  process.on("SIGINT", clearAndExit).on("SIGTERM", clearAndExit);
  return {
    forget: () => process.off("SIGINT", clearAndExit).off("SIGTERM", clearAndExit),
  };
}

async function clear(stages: Stages, clones: readonly Project[]): Promise<void> {
  await Promise.allSettled([...stages].map((stage) => stage.clear()));
  await Promise.allSettled(clones.map((clone) => clone.forget()));
}
