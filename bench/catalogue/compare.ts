import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { moved } from "../by-hand.ts";
import { type Manifest, manifestsOf } from "../manifests.ts";
import { CATALOGUE } from "./catalogue.ts";
import { PEER_ROWS, type PeerRow, type PeerSeconds } from "./peers.ts";
import { middleOf, type Phases, phasesOf } from "./phases.ts";
import { PulumiAlone } from "./pulumi-alone.ts";
import { runCase } from "./run.ts";
import type { Images } from "./stage.ts";

/** What was measured of one case, alone. */
export interface Compared {
  /** The case's name. */
  readonly entry: string;
  /** `pulumi up`, the middle one of its runs. */
  readonly slipway: Phases;
  /** `kubectl apply` of the same objects, then `kubectl rollout status`: seconds to the end. */
  readonly kubectl: number;
  /**
   * `pulumi up` of the same objects in a program that has nothing else, with the official Kubernetes provider, which
   * waits in its own way.
   * @default - it was compared before there was one
   */
  readonly pulumi?: PeerSeconds;
}

/** A whole comparison, as it is kept. */
export interface Comparison {
  readonly date: string;
  readonly commit: string;
  /** Processes that wanted to run in the minute before. */
  readonly load: string;
  readonly rounds: number;
  readonly rows: readonly Compared[];
}

const FILE = join(import.meta.dirname, "peers.json");

/** The comparison that was kept last; undefined where none was. */
export function keptComparison(file = FILE): Comparison | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Comparison;
  } catch {
    return undefined;
  }
}

/** A case of a row, and what was measured of Slipway and applied by it. */
interface Measured {
  readonly row: PeerRow;
  readonly slipway: Phases;
  readonly manifests: readonly Manifest[];
}

/**
 * Runs each case that has a row, one command after the other, and keeps what it took. The others run once: they mostly
 * wait for a deadline of their own, so whoever wants the machine may have it after the healthy case, with which they begin.
 */
export async function compareWithPeers(
  about: Omit<Comparison, "rows">,
  images: Images,
  say: (line: string) => void,
): Promise<void> {
  const alone = await PulumiAlone.create(say);
  const clone = await Project.create("cat-clone");
  const rows: Compared[] = [];
  try {
    const measured: Measured[] = [];
    for (const row of PEER_ROWS) {
      measured.push(await measureSlipway(row, { clone, images, rounds: about.rounds, say }));
    }
    for (const { row, slipway, manifests } of measured.toReversed()) {
      const kubectl = await rolledOut(manifests);
      const pulumi = await alone.deploy(manifests, row.cause);
      say(`${row.entry}: kubectl ${kubectl.toFixed(1)} s, Pulumi alone ${JSON.stringify(pulumi)}`);
      rows.unshift({ entry: row.entry, slipway, kubectl, pulumi });
    }
  } finally {
    await clone.forget();
  }
  writeFileSync(FILE, `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
}

interface Props {
  readonly clone: Project;
  readonly images: Images;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

async function measureSlipway(
  row: PeerRow,
  { clone, images, rounds, say }: Props,
): Promise<Measured> {
  const entry = CATALOGUE.find(({ name }) => name === row.entry);
  if (entry === undefined) {
    throw new Error(`the catalogue has no case ${row.entry}`);
  }
  const runs: Phases[] = [];
  const states: string[] = [];
  const examine = (state: string) => states.push(state);
  // The first one warms up the caches, and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const phases = phasesOf(await runCase(entry, { clone, images, stages: new Set(), examine }));
    say(`${entry.name}, round ${round}: pulumi up ${JSON.stringify(phases)}`);
    if (round > 0 && phases !== undefined) {
      runs.push(phases);
    }
  }
  const slipway = middleOf(runs);
  if (slipway === undefined) {
    throw new Error(`${entry.name} never came to a Deployment`);
  }
  return { row, slipway, manifests: manifestsOf(states[0] ?? "{}") };
}

/** Seconds that kubectl takes for the same objects, in a namespace of their own. */
async function rolledOut(manifests: readonly Manifest[]): Promise<number> {
  const namespace = `slipway-cat-by-hand-${randomUUID().slice(0, 8)}`;
  const pods = manifests.find(({ kind }) => kind === "Deployment")?.spec?.template?.spec;
  const image = pods?.containers?.[0]?.image ?? "";
  const documents = manifests.map((manifest) => stringify(moved(manifest, namespace, image)));
  try {
    const startedAt = performance.now();
    await kubectl(["apply", "--server-side", "--filename", "-"], documents.join("---\n"));
    // It exits with 1 where the rollout fails.
    await kubectl(["rollout", "status", "deployment/shop", "--namespace", namespace]).catch(
      () => undefined,
    );
    return (performance.now() - startedAt) / 1000;
  } finally {
    await kubectl(["delete", "namespace", namespace, "--wait=false"]);
  }
}
