import type { Case } from "./case.ts";
import { lineOf, notPlayed, type Outcome, outcomeOf, type Result } from "./outcome.ts";
import { runCase, type Stages } from "./run.ts";
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

/** Plays all cases, says how each run ends, and takes everything away, also when it is interrupted. */
export async function play(
  entries: readonly Case[],
  { images, repeat = 1, parallel = 1, records, tell, say }: PlayOptions,
): Promise<Result[]> {
  const stages: Stages = new Set();
  const found = new Map<Case, Outcome[]>(entries.map((entry) => [entry, []]));
  const results = () => [...found].map(([entry, outcomes]) => ({ entry, outcomes }));
  const runs = programme(entries, repeat);
  const total = runs.length;
  let begun = 0;
  const worker = async () => {
    for (let entry = runs.shift(); entry !== undefined; entry = runs.shift()) {
      const label = `${++begun}/${total} ${entry.name}`;
      say?.(`${label}: ${entry.title} …`);
      const outcome = await runCase(entry, images, stages, records).then(
        (run) => outcomeOf(entry, run),
        notPlayed,
      );
      say?.(`${label}: ${lineOf(outcome)}`);
      found.get(entry)?.push(outcome);
      await tell?.(results());
    }
  };
  const interruption = clearOnSignal(stages);
  await Promise.all(Array.from({ length: parallel }, worker));
  interruption.forget();
  return results();
}

/** All runs in their order: each case once, then the healthy ones again. */
function programme(entries: readonly Case[], repeat: number): Case[] {
  const healthy = entries.filter(({ expected }) => expected === "ready");
  return [...entries, ...Array.from({ length: repeat - 1 }, () => healthy).flat()];
}

function clearOnSignal(stages: Stages): { forget(): void } {
  let isClearing = false;
  const clearAndExit = () => {
    if (isClearing) {
      return;
    }
    isClearing = true;
    console.error("interrupted; taking away what is there …");
    void clear(stages).finally(() => process.exit(130));
  };
  // Listeners that stay: where none does, execa takes the signal as the end of the process.
  process.on("SIGINT", clearAndExit).on("SIGTERM", clearAndExit);
  return {
    forget: () => process.off("SIGINT", clearAndExit).off("SIGTERM", clearAndExit),
  };
}

async function clear(stages: Stages): Promise<void> {
  await Promise.allSettled([...stages].map((stage) => stage.clear()));
}
