import type { BrokenFigures } from "./broken.ts";
import type { ChainFigures } from "./chain.ts";
import type { Part, Results } from "./kept.ts";
import { scaleTables } from "./scale-tables.ts";
import { fixed, table } from "./table.ts";

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
export function report({ chain, scale, broken }: Results): string {
  return [
    "# Results",
    "",
    "What is measured and how: [README.md](README.md). Each part of the bench replaces its own section.",
    "",
    ...(chain === undefined
      ? []
      : section("The chain against its floor", chain, chainTable(chain.figures))),
    ...(scale === undefined
      ? []
      : section("One stack of many services", scale, scaleTables(scale.figures))),
    ...(broken === undefined
      ? []
      : section("Fifty services, five of them broken", broken, brokenTable(broken.figures))),
  ].join("\n");
}

function section(
  title: string,
  { command, date, machine }: Part<unknown>,
  lines: readonly string[],
): string[] {
  const { processors, memory, kernel, node, kubernetes, load } = machine;
  const where = `${processors}, ${memory} of memory, kernel ${kernel}, node ${node}, Kubernetes ${kubernetes}, load ${load}`;
  return [`## ${title}`, "", `\`${command}\`, ${date}: ${where}.`, "", ...lines];
}

function chainTable(chain: ChainFigures & { readonly rounds: number }): string[] {
  const { empty, byHandFirst, byHandChange, rounds } = chain;
  return [
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

function brokenTable(broken: readonly BrokenFigures[]): string[] {
  return [
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
