import { join } from "node:path";

import { Project } from "../testbed/project.ts";
import { shop } from "../testbed/shop.ts";
import { succeed } from "../testbed/succeed.ts";
import { environment } from "../tools/platform/environment.ts";
import { ByHand } from "./by-hand.ts";
import { EmptyProgram } from "./empty-program.ts";
import { freshen } from "./freshen.ts";
import { manifestsOf } from "./manifests.ts";
import { timed } from "./progress.ts";

const SOURCE = "example/shop/src/main.ts";

/** Seconds of one round, or the medians of several. */
export interface ChainFigures {
  /** `pulumi up` of the empty program. */
  readonly empty: number;
  readonly byHandFirst: number;
  readonly byHandChange: number;
  readonly first: number;
  readonly change: number;
  readonly nothing: number;
}

/** Measures the whole chain this many times, after a round that only warms caches up, and takes the medians. */
export async function measureChain(rounds: number): Promise<ChainFigures> {
  const figures: ChainFigures[] = [];
  for (let round = 0; round <= rounds; round++) {
    const label = round === 0 ? "warm-up" : `round ${round} of ${rounds}`;
    const measured = await measureRound(`chain, ${label}`);
    if (round > 0) {
      figures.push(measured);
    }
  }
  return mediansOf(figures);
}

async function measureRound(label: string): Promise<ChainFigures> {
  const project = await Project.create("bench");
  try {
    await project.settings({ services: { shop } });
    const slipway = await measureSlipway(label, project);
    const empty = await measureEmpty(label);
    return { ...slipway, empty, ...(await measureByHand(label, project)) };
  } finally {
    await project.dispose();
  }
}

async function measureSlipway(
  label: string,
  project: Project,
): Promise<Pick<ChainFigures, "first" | "change" | "nothing">> {
  const up = () => succeed(project.up());
  await freshen(project, SOURCE);
  const first = await timed(`${label}: slipway, first up`, up);
  await freshen(project, SOURCE);
  const change = await timed(`${label}: slipway, source change`, up);
  const nothing = await timed(`${label}: slipway, nothing to do`, up);
  return { first, change, nothing };
}

async function measureEmpty(label: string): Promise<number> {
  const program = await EmptyProgram.create();
  try {
    await program.up();
    return await timed(`${label}: empty program`, () => program.up());
  } finally {
    await program.dispose();
  }
}

async function measureByHand(
  label: string,
  project: Project,
): Promise<Pick<ChainFigures, "byHandFirst" | "byHandChange">> {
  const manifests = manifestsOf(await project.state());
  const namespace = `${project.namespace}-by-hand`;
  const byHand = new ByHand(namespace, `${environment().SLIPWAY_REGISTRY}/bench/${namespace}`);
  const deliver = () => byHand.deliver(join(project.folder, "example/shop"), manifests);
  try {
    await freshen(project, SOURCE);
    const byHandFirst = await timed(`${label}: by hand, first`, deliver);
    await freshen(project, SOURCE);
    const byHandChange = await timed(`${label}: by hand, source change`, deliver);
    return { byHandFirst, byHandChange };
  } finally {
    await byHand.dispose();
  }
}

function mediansOf(rounds: readonly ChainFigures[]): ChainFigures {
  const of = (key: keyof ChainFigures) => median(rounds.map((round) => round[key]));
  return {
    empty: of("empty"),
    byHandFirst: of("byHandFirst"),
    byHandChange: of("byHandChange"),
    first: of("first"),
    change: of("change"),
    nothing: of("nothing"),
  };
}

/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  const [low = NaN, high = NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}
