import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import { isHalted } from "../contract/migration-record.ts";
import type { ReleaseRecord } from "../contract/release-record.ts";
import { RESOURCES } from "../contract/tokens.ts";
import { remedyOf, runFailure } from "./aftermath.ts";
import { CommandFailure, EXIT_CODE } from "./exit-code.ts";
import type { CommonOptions } from "./options.ts";
import type { ProjectStack } from "./project-stack.ts";
import { nameOf } from "./recover/engine-state.ts";

type Records = Readonly<Record<string, ReleaseRecord>>;

/**
 * Runs `pulumi up` and waits for the verdicts.
 *
 * @returns the records of the releases, all of them ready
 * @throws CommandFailure if it did not end well, with the exit code for what became of the releases
 */
export async function release(
  stack: Pick<ProjectStack, "name" | "up" | "outputs">,
  { json }: CommonOptions,
): Promise<Records> {
  const out = json === true ? process.stderr : process.stdout;
  const judged = new Map<string, string>();
  const { succeeded, said } = await stack.up(
    (text) => void out.write(text),
    (event) => {
      noteVerdict(event, judged);
    },
  );
  if (succeeded) {
    return (await stack.outputs()).releases;
  }
  const failure =
    judged.size > 0 ? failureOf(await recordsOf(stack, judged), stack.name) : undefined;
  if (failure !== undefined) {
    throw failure;
  }
  throw runFailure("up", said, stack.name);
}

/** Keeps when the wait for a release began, by its name, once the engine reports the verdict. */
function noteVerdict(
  { resOutputsEvent: judgement }: EngineEvent,
  judged: Map<string, string>,
): void {
  const { type, urn, new: next } = judgement?.metadata ?? {};
  const record = next?.outputs["release"] as Partial<ReleaseRecord> | undefined;
  if (type !== RESOURCES.Readiness || urn === undefined || record?.startedAt === undefined) {
    return;
  }
  judged.set(nameOf(urn), record.startedAt);
}

/** The stack's records of these verdicts. A run that ended early leaves those of the run before, which say nothing of it. */
async function recordsOf(
  stack: Pick<ProjectStack, "outputs">,
  judged: ReadonlyMap<string, string>,
): Promise<Records> {
  const { releases } = await stack.outputs().catch(() => ({ releases: {} }));
  const own = Object.entries(releases).filter(
    ([name, { startedAt }]) => judged.get(name) === startedAt,
  );
  return Object.fromEntries(own);
}

/** What became of releases that failed: whether each was replaced by one that is ready. Undefined if none failed. */
export function failureOf(releases: Records, stack: string): CommandFailure | undefined {
  const failed = Object.entries(releases).filter(([, { verdict }]) => verdict !== "ready");
  if (failed.length === 0) {
    return undefined;
  }
  const names = failed.map(([name, { reason }]) => `${name} (${reason ?? "no reason"})`).join(", ");
  const [remedy] = failed.flatMap(([, { reason }]) => remedyOf(reason, stack) ?? []);
  return failed.every(([, { running }]) => running?.verdict === "ready")
    ? new CommandFailure(
        failed.some(([, record]) => isHalted(record))
          ? `failed, and what ran before runs: ${names}`
          : `failed and rolled back: ${names}; what ran before runs again`,
        EXIT_CODE.rolledBack,
      )
    : new CommandFailure(
        `failed: ${names}; ${remedy ?? `see why with npx slipway report --stack ${stack}`}`,
        EXIT_CODE.releaseFailed,
      );
}
