import type { HandOffInputs, HandOffResult, HandOffSeen } from "../../contract/hand-off.ts";
import { answered } from "../waiting/answered.ts";
import { awaitApplied } from "./await-applied.ts";
import { type Controller, controllerOf, mayPass } from "./controller.ts";
import { NOT_SEEN } from "./fault.ts";
import { filesOf } from "./files.ts";
import { askedOf, seenAfter } from "./seen.ts";
import { proposalText } from "./proposal.ts";
import { atTarget, proposalOf, type Target } from "./target.ts";
import type { Tools } from "./tools.ts";
import type { Written } from "./written.ts";

/** Seconds for which a controller is waited for, by default. */
const TIMEOUT_SECONDS = 300;

/** What was written last. */
export type Last = Pick<Written, "revision" | "files">;

/** Writes what is handed off, and waits until it is applied; a proposal waits for whoever merges it. */
export async function handOver(
  wanted: HandOffInputs,
  last: Last | undefined,
  tools: Tools,
): Promise<HandOffResult> {
  const { signal, registries, progress } = tools;
  const controller = controllerOf(wanted, tools.api);
  // Whoever may not look at it must learn that before anything is written.
  await answered(() => controller.look(signal), signal, mayPass);
  return atTarget(wanted, registries, signal, async (target) => {
    progress("writes what is handed off");
    const written = await target.write(filesOf(wanted.objects, wanted.stack), last);
    return waitFor({ wanted, written, target, controller }, tools);
  });
}

interface Handing {
  readonly wanted: HandOffInputs;
  readonly written: Written;
  readonly target: Target;
  readonly controller: Controller;
}

async function waitFor(handing: Handing, tools: Tools): Promise<HandOffResult> {
  const { wanted, written } = handing;
  const { revision, previous, files } = written;
  const startedAt = new Date().toISOString();
  const result = { revision, previous, files, changed: previous !== null, startedAt };
  const branch = result.changed ? proposalOf(wanted) : undefined;
  if (branch !== undefined) {
    const pullRequest = { branch, ...proposalText(wanted) };
    return { ...result, deployments: {}, controller: NOT_SEEN, pullRequest, seconds: 0 };
  }
  const began = performance.now();
  const seen = await applied(handing, tools);
  return { ...result, ...seen, seconds: Math.round((performance.now() - began) / 100) / 10 };
}

/** What there is once the controller has applied it, or will not. */
async function applied(
  { wanted, written, target, controller }: Handing,
  tools: Tools,
): Promise<HandOffSeen> {
  const { revision, isFirst, previous } = written;
  const asked = await askedOf(wanted, target, { revision, isFirst });
  const { signal, progress } = tools;
  const seconds = wanted.timeoutSeconds ?? TIMEOUT_SECONDS;
  const lineage = target.lineage({ revision, changed: previous !== null });
  const ended = await awaitApplied(controller, { asked, lineage, seconds, signal, progress });
  return seenAfter(ended, wanted, controller, tools);
}
