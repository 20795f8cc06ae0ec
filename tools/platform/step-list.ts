import { Listr, ListrLogger, type ListrTask, PRESET_TIMER } from "listr2";

/** One line of what `up` shows, with the work behind it. */
export type Step = ListrTask<AbortController>;

/** How a step's work shows itself: `title` replaces its line, `output` is a line below it. */
export type Display = Pick<Parameters<Step["task"]>[1], "title" | "output">;

const underWay = new Set<Promise<void>>();

/**
 * A step with work of its own.
 * @param work What it does; its signal is for what takes minutes, and says that another step has failed.
 */
export function step(
  title: string,
  work: (display: Display, signal: AbortSignal) => Promise<void>,
): Step {
  return {
    title,
    task: (failure, display) => {
      failure.signal.throwIfAborted();
      const working = work(display, failure.signal);
      underWay.add(working);
      working.catch((error: unknown) => {
        failure.abort(error);
      });
      return working;
    },
  };
}

/**
 * Works off steps in order and shows each with its time, in a terminal and in a log. After a
 * failure no other step begins, and it ends when the steps beside the failed one have ended, too.
 */
export async function runSteps(steps: Step[]): Promise<void> {
  const list = new Listr(steps, {
    ctx: new AbortController(),
    rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER, logger: new StepLogger({ useIcons: true }) },
  });
  try {
    await list.run();
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** A step of steps, one after the other. */
export function inOrder(title: string, steps: Step[]): Step {
  return { title, task: (_, task) => task.newListr(steps, { concurrent: false }) };
}

/** A step of steps, all at the same time. */
export function together(title: string, steps: Step[]): Step {
  return { title, task: (_, task) => task.newListr(steps, { concurrent: true }) };
}

/** Leaves the error to whoever ran the steps, who shows it once; every step around it would repeat it. */
class StepLogger extends ListrLogger {
  override log(...[level, message, options]: Parameters<ListrLogger["log"]>): void {
    super.log(level, message, level === "FAILED" ? undefined : options);
  }
}
