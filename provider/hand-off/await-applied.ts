import type { ControllerReport } from "../../contract/hand-off.ts";
import { messageOf } from "../cluster/api-error.ts";
import { pause } from "../cluster/pause.ts";
import type { Asked, Fault } from "./assessment.ts";
import { type Controller, type Look, mayPass } from "./controller.ts";
import { Course, type Decision } from "./course.ts";
import type { Lineage } from "./lineage.ts";
import { Requests } from "./requests.ts";
import { Standings } from "./standings.ts";

const PAUSE_MILLISECONDS = 1000;

/** How a wait for a controller ended. */
export interface Ended {
  readonly report: ControllerReport;
  /** @default - it was applied */
  readonly fault?: Fault;
  /** What was seen last; undefined if nothing was. */
  readonly look: Look | undefined;
}

/** What a wait is about. */
export interface Waiting {
  readonly asked: Omit<Asked, "standing" | "isRefreshed">;
  readonly lineage: Lineage;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Waits until a controller has applied what was handed off, or will not. */
export async function awaitApplied(controller: Controller, waiting: Waiting): Promise<Ended> {
  const { seconds, signal, progress } = waiting;
  const course = new Course(performance.now(), seconds);
  const standings = new Standings(waiting.lineage);
  const requests = new Requests();
  for (;;) {
    signal.throwIfAborted();
    const seen = await seenNow(controller, standings, signal);
    if (seen instanceof Error) {
      if (performance.now() >= course.deadline()) {
        throw seen;
      }
      progress(`waits for ${controller.title}: ${messageOf(seen)}`);
      await pause(PAUSE_MILLISECONDS, signal);
      continue;
    }
    if (await requests.made(seen, signal)) {
      continue;
    }
    const isRefreshed = requests.wasAsked;
    const asked = { ...waiting.asked, standing: standings.of, isRefreshed };
    const decision = course.judge(seen.assess(asked), performance.now());
    if (decision.kind !== "waiting") {
      return endedBy(decision, seen, isRefreshed);
    }
    progress(`${controller.title} ${decision.text}`);
    await pause(PAUSE_MILLISECONDS, signal);
  }
}

function endedBy(
  decision: Exclude<Decision, { kind: "waiting" }>,
  look: Look,
  isAsked: boolean,
): Ended {
  const { report } = decision;
  if (decision.kind === "applied") {
    return { report, look };
  }
  const { reason, message, notes = [] } = decision;
  const unasked =
    "this identity may not ask it to look at once, so it looks when its time has come";
  const isLate = reason === "not-applied" && !isAsked;
  return { report, look, fault: { reason, message, notes: isLate ? [...notes, unasked] : notes } };
}

/** What there is to see, or why nothing is: an API server that restarts is waited for. */
async function seenNow(
  controller: Controller,
  standings: Standings,
  signal: AbortSignal,
): Promise<Look | Error> {
  try {
    const look = await controller.look(signal);
    await standings.learn(look.revisions);
    return look;
  } catch (error) {
    if (signal.aborted || !(error instanceof Error) || !mayPass(error)) {
      throw error;
    }
    return error;
  }
}
