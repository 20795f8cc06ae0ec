import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { cluster } from "../../testbed/cluster.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import type { Case, Settings } from "./case.ts";
import type { Fault } from "./clone/fault.ts";
import { type Found, foundIn } from "./found.ts";
import type { Images } from "./stage.ts";
import { Stage } from "./stage.ts";
import { Witness } from "./witness.ts";

/** Admission rules of the whole cluster do not count at once. */
const RULES_MILLISECONDS = 3000;

/** The service that every case changes. */
const PLAIN: Settings = {
  port: 8080,
  replicas: 2,
  health: "/healthz",
  ready: "/readyz",
  drainSeconds: 0,
  stopSeconds: 2,
  resources: { requests: { cpu: "10m", memory: "32Mi" } },
};

/** What one run of a case came to. Times are milliseconds by `performance.now()`. */
export interface Run extends Found {
  readonly startedAt: number;
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

/** Plays a case once, on the real chain, and takes everything away again. */
export async function runCase(
  entry: Case,
  images: Images,
  stages: Stages,
  records?: string,
): Promise<Run> {
  const shown = { at: NaN };
  const hears = (text: string) => {
    if (Number.isNaN(shown.at) && VERDICT.test(text)) {
      shown.at = performance.now();
    }
  };
  const project = await Project.create(`cat-${entry.name}`, { hears });
  const witness = Witness.start(project.namespace);
  const stage = new Stage(project.namespace, images, witness, project.folder);
  stage.afterwards(() => project.forget());
  stages.add(stage);
  try {
    await setUp(entry, project, stage);
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
    return {
      ...foundIn(exitCode, output),
      startedAt,
      appliedAt: witness.firstAt("applied"),
      stateAt: stateAt(entry, stage),
      verdictAt: Number.isNaN(shown.at) ? endedAt : shown.at,
      endedAt,
      output,
    };
  } finally {
    await stage.clear();
    stages.delete(stage);
  }
}

/** The provider's line on a release, as soon as it is there. */
const VERDICT = /shop: [a-z-]+ after \d+ s|slipway:index:Readiness shop (created|.*error:)/;

async function setUp(entry: Case, project: Project, stage: Stage): Promise<void> {
  if (entry.fault !== undefined) {
    await putFaults(project, { shop: entry.fault(stage.images, stage.namespace) });
  }
  const prepared = await entry.prepare?.(stage);
  await project.settings({
    services: {
      shop: { ...PLAIN, image: stage.images.shop, ...entry.settings, ...prepared?.service },
    },
    cluster: { kubeconfig: "${SLIPWAY_KUBECONFIG}", ...prepared?.cluster },
  });
  const objects = entry.objects?.(project.namespace) ?? [];
  if (objects.length === 0) {
    return;
  }
  const type = "kubernetes:core/v1:Namespace";
  const target = `urn:pulumi:dev::slipway::${type}::${project.namespace}`;
  // What else the program does with a part of its stack is no matter here: the objects need the namespace alone.
  const { output } = await project.up("--target", target);
  const home = await cluster.find(NAMESPACE, undefined, project.namespace);
  if (home === undefined) {
    throw new Error(`the namespace was not made:\n${output}`);
  }
  for (const object of objects) {
    await stage.create(object);
  }
  if (objects.some(({ kind }) => kind.startsWith("Validating"))) {
    await delay(RULES_MILLISECONDS);
  }
}

/** Gives a clone of the program what changes its services' objects, by name. */
export async function putFaults(
  project: Project,
  faults: Readonly<Record<string, Fault>>,
): Promise<void> {
  await cp(join(import.meta.dirname, "clone/fault.ts"), join(project.folder, "fault.ts"));
  await project.write("patch.json", JSON.stringify(faults));
  await project.write("index.ts", `import "./fault.ts";\n${await project.read("index.ts")}`);
}

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
