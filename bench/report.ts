import type { BrokenFigures } from "./broken.ts";
import type { ChainFigures } from "./chain.ts";
import type { Machine } from "./machine.ts";
import type { ScaleFigures } from "./scale.ts";

/** All that one run of the bench found. */
export interface Results {
  /** As it was typed. */
  readonly command: string;
  readonly date: Date;
  readonly machine: Machine;
  readonly rounds: number;
  readonly chain?: ChainFigures;
  readonly scale?: readonly ScaleFigures[];
  readonly broken?: readonly BrokenFigures[];
}

/** One figure against its floor. */
export interface Comparison {
  readonly name: string;
  readonly seconds: number;
  readonly floor: number;
  readonly ratio: number;
  readonly target: number;
  readonly met: boolean;
}

/** The chain's figures against what the same takes by hand and with an empty program. */
export function compare(figures: ChainFigures): readonly Comparison[] {
  const { empty, byHandFirst, byHandChange, first, change, nothing } = figures;
  return [
    comparison("first `up`", first, byHandFirst + empty, 1.5),
    comparison("source change", change, byHandChange + empty, 1.3),
    comparison("nothing to do", nothing, empty, 1.5),
  ];
}

function comparison(name: string, seconds: number, floor: number, target: number): Comparison {
  const ratio = seconds / floor;
  return { name, seconds, floor, ratio, target, met: ratio <= target };
}

/** The results as the page that is kept in the repository. */
export function report({ command, date, machine, rounds, chain, scale, broken }: Results): string {
  return [
    "# Results",
    "",
    `\`${command}\`, ${date.toISOString().slice(0, 10)}. What is measured and how: [README.md](README.md).`,
    "",
    ...table(["Machine", ""], Object.entries(machine)),
    ...(chain === undefined ? [] : chainSection(chain, rounds)),
    ...(scale === undefined ? [] : scaleSection(scale)),
    ...(broken === undefined ? [] : brokenSection(broken)),
  ].join("\n");
}

function chainSection(chain: ChainFigures, rounds: number): string[] {
  const { empty, byHandFirst, byHandChange } = chain;
  return [
    `## The chain against its floor`,
    "",
    `Medians of ${rounds}, in seconds. The floor: by hand ${fixed(byHandFirst)} for the first delivery and ${fixed(byHandChange)} for a change, and ${fixed(empty)} for an empty Pulumi program.`,
    "",
    ...table(
      ["", "Slipway", "Floor", "Ratio", "Target", ""],
      compare(chain).map(({ name, seconds, floor, ratio, target, met }) => [
        name,
        fixed(seconds),
        fixed(floor),
        ratio.toFixed(2),
        `≤ ${target}`,
        met ? "met" : "**missed**",
      ]),
    ),
  ];
}

function scaleSection(scale: readonly ScaleFigures[]): string[] {
  return [
    "## One stack of many services",
    "",
    "Seconds, and the most watches that were open on the API server at a time.",
    "",
    ...table(
      ["Services", "Preview", "First `up`", "Nothing to do", "Watches"],
      scale.map(({ services, preview, first, nothing, watches }) => [
        String(services),
        fixed(preview),
        fixed(first),
        fixed(nothing),
        String(watches),
      ]),
    ),
  ];
}

function brokenSection(broken: readonly BrokenFigures[]): string[] {
  return [
    "## Fifty services, five of them broken",
    "",
    "Seconds of one `up` and of the longest wait in it, by the number of operations that the engine runs at a time.",
    "",
    ...table(
      [
        "At a time",
        "`up`",
        "Last one ready",
        "Longest wait",
        "Ready",
        "Failed",
        "Watches",
        "Provider",
      ],
      broken.map((figures) => [
        String(figures.parallel),
        fixed(figures.seconds),
        fixed(figures.lastReady),
        fixed(figures.slowest),
        String(figures.ready),
        figures.failed.join(", "),
        String(figures.watches),
        `${figures.memory.toFixed(0)} MiB`,
      ]),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

function fixed(seconds: number): string {
  return seconds.toFixed(1);
}
