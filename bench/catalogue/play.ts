import type { Case } from "./case";
import { lineOf, type Outcome, outcomeOf, type Result } from "./outcome";
import { runCase, type Stages } from "./run";
import type { Images } from "./stage";

interface PlayOptions {
  readonly images: Images;
  /** Runs of each case. */
  readonly repeat: number;
  /** Cases that are played at a time. */
  readonly parallel: number;
  /** Folder that keeps what was watched. */
  readonly records?: string | undefined;
}

/** Plays all cases, tells of each run, and takes everything away, also when it is interrupted. */
export async function play(
  entries: readonly Case[],
  { images, repeat, parallel, records }: PlayOptions,
): Promise<Result[]> {
  const stages: Stages = new Set();
  const found = new Map<Case, Outcome[]>(entries.map((entry) => [entry, []]));
  const runs = Array.from({ length: repeat }, () => entries).flat();
  const total = runs.length;
  let begun = 0;
  const worker = async () => {
    for (let entry = runs.shift(); entry !== undefined; entry = runs.shift()) {
      const label = `${++begun}/${total} ${entry.name}`;
      console.error(`${label}: ${entry.title} …`);
      const outcome = outcomeOf(entry, await runCase(entry, images, stages, records));
      console.error(`${label}: ${lineOf(outcome)}`);
      found.get(entry)?.push(outcome);
    }
  };
  const interrupted = clearOnSignal(stages);
  try {
    await Promise.all(Array.from({ length: parallel }, worker));
  } finally {
    // What others play is cut off where one of them broke down.
    await clear(stages);
    interrupted.forget();
  }
  return entries.map((entry) => ({ entry, outcomes: found.get(entry) ?? [] }));
}

function clearOnSignal(stages: Stages): { forget(): void } {
  const clearAndExit = () => {
    console.error("interrupted; taking away what is there …");
    void clear(stages).finally(() => process.exit(130));
  };
  process.once("SIGINT", clearAndExit).once("SIGTERM", clearAndExit);
  return {
    forget: () => process.off("SIGINT", clearAndExit).off("SIGTERM", clearAndExit),
  };
}

async function clear(stages: Stages): Promise<void> {
  await Promise.allSettled([...stages].map((stage) => stage.clear()));
}
