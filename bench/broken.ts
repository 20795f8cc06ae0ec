import type { ReleaseRecord } from "../contract/release-record.ts";
import { Project } from "../testbed/project.ts";
import { JOB } from "../testbed/killable-up.ts";
import { timed } from "./progress.ts";
import { apiLoadDuring } from "./api-load.ts";
import { usesDuring } from "./processes.ts";
import { buildImage, serviceOf } from "./service.ts";

const SERVICES = 50;

/** Seconds without progress, for the two faults that only the deadline tells. */
const DEADLINE = 60;

/** One `up` of many services of which a few are broken. */
export interface BrokenFigures {
  /** Operations that the engine runs at a time. */
  readonly parallel: number;
  /** Seconds of the `up`. */
  readonly seconds: number;
  /** Seconds from the start of the `up` to the last verdict of a service that is well. */
  readonly lastReady: number;
  /** The longest wait for one verdict, in seconds. */
  readonly slowest: number;
  readonly ready: number;
  /** The reasons of those that failed. */
  readonly failed: readonly string[];
  /** Most watches that were open at a time. */
  readonly watches: number;
  /** Most memory that Slipway's provider had, in MiB. */
  readonly memory: number;
}

/** Measures 50 services with 5 of them broken, each in another way, at each of these numbers of operations at a time. */
export async function measureBroken(
  parallels: readonly number[],
): Promise<readonly BrokenFigures[]> {
  const image = await buildImage();
  const figures: BrokenFigures[] = [];
  for (const parallel of parallels) {
    figures.push(await measureStack(parallel, image));
  }
  return figures;
}

async function measureStack(parallel: number, image: string): Promise<BrokenFigures> {
  let lastReady = 0;
  let began = performance.now();
  const project = await Project.create("broken", {
    env: { PULUMI_PARALLEL: String(parallel), [JOB]: "broken" },
    hears: (text) => {
      const judged = [...text.matchAll(/Readiness service-(\d+) created/g)];
      if (judged.some(([, number]) => !isBroken(Number(number) - 1))) {
        lastReady = performance.now() - began;
      }
    },
  });
  try {
    await project.settings({ services: settingsOf(image) });
    const label = `50 services, 5 broken, ${parallel} operations at a time`;
    const up = () => {
      began = performance.now();
      return timed(label, () => project.up());
    };
    const { load, result } = await apiLoadDuring(() => usesDuring(`${JOB}=broken`, up));
    const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
    const records = Object.values(releases);
    return {
      parallel,
      seconds: result.result,
      lastReady: lastReady / 1000,
      slowest: Math.max(...records.map((record) => record.seconds)),
      ready: records.filter(({ verdict }) => verdict === "ready").length,
      failed: records.flatMap(({ reason }) => reason ?? []),
      watches: load.watches,
      memory: result.uses.slipway.memory,
    };
  } finally {
    await project.dispose();
  }
}

function settingsOf(image: string): Readonly<Record<string, object>> {
  const service = { ...serviceOf(image), deadlineSeconds: DEADLINE };
  const missing = image.replace(/[0-9a-f]{64}$/, "0".repeat(64));
  const faults = [
    { image: missing },
    { env: { FAULT_CRASH_AT_START: "3" } },
    { env: { FAULT_NEVER_READY: "true" } },
    { env: { TOKEN: { secret: "absent", key: "token" } } },
    { ready: "/nowhere" },
  ];
  return Object.fromEntries(
    Array.from({ length: SERVICES }, (_, index) => [
      `service-${index + 1}`,
      { ...service, ...(isBroken(index) && faults[index / 10]) },
    ]),
  );
}

/** One in ten, so that each is among others that are well. */
function isBroken(index: number): boolean {
  return index % 10 === 0;
}
