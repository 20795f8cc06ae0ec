import { Project } from "../testbed/project.ts";
import { kubectl } from "../testbed/kubectl.ts";
import { JOB } from "../testbed/killable-up.ts";
import { succeed } from "../testbed/succeed.ts";
import { kwokAddition, ON_FAKE_NODES } from "../tools/platform/kwok.ts";
import { type ApiLoad, apiLoadDuring } from "./api-load.ts";
import type { Fault } from "./catalogue/clone/fault.ts";
import { putFaults } from "./catalogue/faults.ts";
import { describeMachine } from "./machine.ts";
import { type Uses, usesDuring } from "./processes.ts";
import { timed } from "./progress.ts";
import { buildImage, serviceOf } from "./service.ts";

/** What the engine does at a time at least. */
const LEAST_OPERATIONS = 16;

/** The size of a stack, and how it is measured. */
export interface Size {
  readonly services: number;
  /** Pods of each. */
  readonly pods: number;
  /** When the engine writes the state: after each step, as it does by default, or at the end alone. */
  readonly saved: "each step" | "at the end";
}

/** One stack of some size. */
export interface ScaleFigures extends Size {
  /** ISO 8601, a day. */
  readonly date: string;
  /** Processes that wanted to run in the minute before. */
  readonly load: string;
  /** Operations that the engine runs at a time: as many as Slipway's own notice asks for. */
  readonly operations: number;
  /** Seconds of a preview in which everything is to be created. */
  readonly preview: number;
  /** Seconds of the first `up`. */
  readonly first: number;
  /** Seconds of an `up` with nothing to do. */
  readonly nothing: number;
  /** What the first `up` asked of the API server. */
  readonly asked: ApiLoad;
  /** What the processes of the first `up` used. */
  readonly uses: Uses;
  /** Bytes of the state after it. */
  readonly stateBytes: number;
  /** Seconds of Slipway's commands on the stack. */
  readonly commands: Readonly<Record<"status" | "comment" | "report" | "verifyState", number>>;
}

/** Tells of each stack as soon as it is measured, so that a long bench that is cut off has lost one of them. */
export async function measureScale(
  sizes: readonly Size[],
  tell: (figures: ScaleFigures) => Promise<void>,
): Promise<void> {
  await kwokAddition.ensure(() => undefined);
  const image = await buildImage();
  for (const size of sizes) {
    await tell(await measureStack(size, image));
  }
}

/** By which the engine writes the state at the end alone: a run that is killed leaves nothing of what it did. */
const AT_THE_END = { PULUMI_SKIP_CHECKPOINTS: "true" };

async function measureStack(size: Size, image: string): Promise<ScaleFigures> {
  const { load } = await describeMachine();
  const operations = Math.max(LEAST_OPERATIONS, 2 ** Math.ceil(Math.log2(size.services + 1)));
  const job = `scale-${process.pid}-${size.services}-${size.pods}`;
  const project = await Project.create(`scale-${size.services}-${size.pods}`, {
    env: {
      PULUMI_PARALLEL: String(operations),
      [JOB]: job,
      ...(size.saved === "at the end" && AT_THE_END),
    },
  });
  try {
    await writeSettings(project, size, image);
    await putFaults(project, placesOf(size));
    const step = <T>(name: string, work: () => Promise<T>) =>
      timed(`${size.services} services of ${size.pods}: ${name}`, work);
    const preview = await step("preview", () =>
      succeed(project.pulumi("preview", "--stack=dev", "--suppress-outputs")),
    );
    const up = () => step("first up", () => succeed(project.up("--suppress-outputs")));
    const { load: asked, result } = await apiLoadDuring(() => usesDuring(`${JOB}=${job}`, up));
    const nothing = await step("nothing to do", () => succeed(project.up("--suppress-outputs")));
    const stateBytes = Buffer.byteLength(await project.state());
    const commands = await commandsOn(project, size, image, step);
    const date = new Date().toISOString().slice(0, 10);
    return {
      ...size,
      ...{ date, load, operations, preview, first: result.result, nothing },
      ...{ asked, uses: result.uses, stateBytes, commands },
    };
  } finally {
    // The end of a namespace is Kubernetes' work.
    await kubectl(["delete", "namespace", project.namespace, "--ignore-not-found"]);
    await project.forget();
  }
}

/** Seconds of the commands on the stack; the comment is on a change of every service. */
async function commandsOn(
  project: Project,
  size: Size,
  image: string,
  step: (name: string, work: () => Promise<unknown>) => Promise<number>,
): Promise<ScaleFigures["commands"]> {
  const run = (command: string, ...args: string[]) =>
    step(`slipway ${command}`, () => succeed(project.slipway(command, "--stack=dev", ...args)));
  const status = await run("status");
  const report = await run("report", "--html=report.html", "--markdown=report.md");
  const verifyState = await run("verify-state");
  await writeSettings(project, size, image, { env: { ANOTHER: "value" } });
  const comment = await run("preview", "--comment=comment.md");
  return { status, comment, report, verifyState };
}

/** In a file of their own: the stack's settings have no room for hundreds of services. */
async function writeSettings(
  project: Project,
  { services, pods }: Size,
  image: string,
  more: object = {},
): Promise<void> {
  const service = { ...serviceOf(image), replicas: pods, ...more };
  const all = Object.fromEntries(namesOf(services).map((name) => [name, service]));
  await project.write("services.json", JSON.stringify(all));
  await project.settings({ services: "services.json" });
}

/** What has the pods of each service run on nodes without machines. */
function placesOf({ services }: Size): Readonly<Record<string, Fault>> {
  return Object.fromEntries(namesOf(services).map((name) => [name, { pod: ON_FAKE_NODES }]));
}

function namesOf(services: number): string[] {
  return Array.from({ length: services }, (_, index) => `service-${index + 1}`);
}
