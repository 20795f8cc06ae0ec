import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { Project } from "../../testbed/project.ts";
import type { Case } from "./case.ts";
import { type Found, foundIn } from "./found.ts";
import { setUp } from "./set-up.ts";
import type { Images } from "./stage.ts";
import { Stage } from "./stage.ts";
import { Witness } from "./witness.ts";

/** What one run of a case came to. Times are milliseconds by `performance.now()`. */
export interface Run extends Found {
  readonly startedAt: number;
  /** When the command said of the first object that it is there. */
  readonly firstAt: number | undefined;
  /** When the Deployment was seen. */
  readonly appliedAt: number | undefined;
  /** When the failing state was reported first. */
  readonly stateAt: number | undefined;
  /** When the verdict was shown. */
  readonly verdictAt: number;
  readonly endedAt: number;
  /** All that `pulumi up` printed. */
  readonly output: string;
}

/** Where runs leave their stage while they are under way: for whoever interrupts them. */
export type Stages = Set<Stage>;

/** What a run is played with. */
export interface Props {
  readonly images: Images;
  /** Nobody else runs in it meanwhile. */
  readonly clone: Project;
  readonly stages: Stages;
  readonly records?: string | undefined;
  /** Gets the stack's state after the run. */
  readonly examine?: (state: string) => void;
}

/** When the command said what. */
interface Shown {
  at?: number | undefined;
  first?: number | undefined;
}

/** Plays a case once, on the real chain, and takes everything away again. */
export async function runCase(
  entry: Case,
  { images, clone, stages, records, examine }: Props,
): Promise<Run> {
  let shown: Shown = {};
  const hears = (text: string) => {
    const now = performance.now();
    shown.first ??= FIRST.test(text) ? now : undefined;
    shown.at ??= VERDICT.test(text) ? now : undefined;
  };
  const project = await clone.another(`cat-${entry.name}`, hears);
  const folder = await mkdtemp(join(tmpdir(), "slipway-stage-"));
  const witness = Witness.start(
    project.namespace,
    "steps" in { ...entry.earlier, ...entry.settings },
  );
  const stage = new Stage(project.namespace, images, witness, folder);
  stage.afterwards(() => project.forgetState());
  stage.afterwards(() => rm(folder, { recursive: true, force: true }));
  stages.add(stage);
  try {
    await setUp(entry, project, stage);
    witness.begin();
    shown = {};
    const startedAt = performance.now();
    const up = project.up();
    const disturbance = entry.meanwhile?.(stage).catch((error: unknown) => error);
    const { exitCode, output } = await up;
    const endedAt = performance.now();
    // The verdict may be quicker than the witness.
    await delay(500);
    if (records !== undefined) {
      await record(records, entry, witness, output);
    }
    witness.dismiss();
    const trouble = await disturbance;
    if (trouble instanceof Error) {
      throw trouble;
    }
    examine?.(await project.state());
    return {
      ...foundIn(exitCode, output),
      startedAt,
      firstAt: shown.first,
      appliedAt: witness.firstAt("applied"),
      stateAt: stateAt(entry, stage),
      verdictAt: shown.at ?? endedAt,
      endedAt,
      output,
    };
  } finally {
    await stage.clear();
    stages.delete(stage);
  }
}

/** The engine's line on an object of the cluster that was made. */
const FIRST = /\bkubernetes:\S+ \S+ created/;

/** The provider's line on a release, as soon as it is there. */
const VERDICT = /shop: [a-z-]+ after \d+ s|slipway:index:Readiness shop (created|updated|.*error:)/;

function stateAt({ expected }: Case, stage: Stage): number | undefined {
  if (expected === "ready") {
    return undefined;
  }
  return expected.from === "disturbed" ? stage.disturbedAt : stage.witness.firstAt(expected.from);
}

async function record(
  folder: string,
  { name }: Case,
  witness: Witness,
  output: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify(witness.account, null, 2));
  await writeFile(join(folder, `${name}.log`), output);
}
