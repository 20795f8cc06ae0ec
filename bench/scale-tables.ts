import type { ScaleFigures } from "./scale.ts";
import { fixed, table } from "./table.ts";

/** What the API server and the nodes are, of which the tables say nothing. */
const NOT_REAL =
  "The pods run on nodes without machines ([kwok](https://kwok.sigs.k8s.io)): no kubelet, no image, no probe, no process; each is said to be ready a second to four after it has its node. Everything else is real: API server, controllers, scheduler, engine, plugins.";

/** Seconds, memory and requests by the size of a stack. */
export function scaleTables(stacks: readonly ScaleFigures[]): string[] {
  return [
    NOT_REAL,
    "",
    "Seconds. The comment is `slipway preview` of a change of every service.",
    "",
    ...table(
      [
        ...["Services", "Pods each", "State saved", "Preview", "First `up`", "a service"],
        "Nothing to do",
        ...["`status`", "`report`", "`verify-state`", "Comment", "Load", "On"],
      ],
      stacks.map(secondsOf),
    ),
    "What the first `up` used: most memory in MiB and seconds of a processor of each process; watches open at a time, pages and MiB of lists. The engine writes the whole state to a file or bucket after each step, so that its seconds grow with the square of the services; with `PULUMI_SKIP_CHECKPOINTS` it writes it at the end alone, and a run that is killed leaves nothing of what it did.",
    "",
    ...table(
      [
        ...["Services", "Pods each", "State saved", "At a time", "Program", "Slipway's provider"],
        ...["Kubernetes provider", "Engine", "State (MiB)", "Watches", "Lists"],
      ],
      stacks.map(useOf),
    ),
  ];
}

function secondsOf(stack: ScaleFigures): string[] {
  const { services, pods, saved, preview, first, nothing, commands, load, date } = stack;
  const { status, report, verifyState, comment } = commands;
  return [
    ...[String(services), String(pods), saved],
    ...[preview, first, first / services].map(fixed),
    ...[nothing, status, report, verifyState, comment].map(fixed),
    ...[load, date],
  ];
}

function useOf(stack: ScaleFigures): string[] {
  const { services, pods, saved, operations, uses, stateBytes, asked } = stack;
  const { program, slipway, kubernetes, engine } = uses;
  return [
    ...[String(services), String(pods), saved, String(operations)],
    ...[program, slipway, kubernetes, engine].map(
      ({ memory, cpu }) => `${memory.toFixed(0)} MiB, ${cpu.toFixed(0)} s`,
    ),
    ...[mebibytes(stateBytes), String(asked.watches)],
    `${asked.lists} (${mebibytes(asked.listBytes)})`,
  ];
}

function mebibytes(bytes: number): string {
  return fixed(bytes / 2 ** 20);
}
