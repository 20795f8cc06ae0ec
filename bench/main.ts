import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";

import { prepare } from "../tools/prepare.ts";
import { measureBroken } from "./broken.ts";
import { measureChain } from "./chain.ts";
import { isSame, keep, keptIn, type Part, type Results, withStack } from "./kept.ts";
import { describeMachine } from "./machine.ts";
import { compare, report } from "./report.ts";
import { measureScale, type Size } from "./scale.ts";

const PARTS = ["chain", "scale", "broken"] as const;

interface Options {
  readonly only?: (typeof PARTS)[number];
  readonly rounds: number;
  readonly services: readonly number[];
  readonly pods: readonly number[];
  readonly saveAtEnd?: true;
  readonly missing?: true;
  readonly parallel: readonly number[];
}

const PAGE = join(import.meta.dirname, "results.md");
const FILE = join(import.meta.dirname, "results.json");

const program = new Command("npm run bench --")
  .description(`measures Slipway on a quiet machine and writes ${PAGE}`)
  .addOption(new Option("--only <part>", "measure one part").choices(PARTS))
  .option("--rounds <number>", "rounds of the chain; the medians count", positive, 3)
  .option("--services <numbers>", "sizes of a stack, with commas", numbers, [1, 10, 50, 200, 500])
  .option("--pods <numbers>", "sizes of a stack's only service, with commas", numbers, [2000])
  .option("--save-at-end", "stacks whose state the engine writes at the end alone")
  .option("--missing", "leave out the sizes of which there are figures")
  .option(
    "--parallel <numbers>",
    "operations at a time for the stack with broken services",
    numbers,
    [8, 64],
  )
  .action(bench);

/** Fails when a target is missed, after the results are written. */
async function bench(options: Options): Promise<void> {
  const { only, rounds, parallel } = options;
  await prepare();
  const isAsked = (part: Options["only"]) => only === undefined || only === part;
  if (isAsked("chain")) {
    const about = await aboutNow();
    await tell({ chain: { ...about, figures: { rounds, ...(await measureChain(rounds)) } } });
  }
  if (isAsked("scale")) {
    await measureSizes(options);
  }
  if (isAsked("broken")) {
    const about = await aboutNow();
    await tell({ broken: { ...about, figures: await measureBroken(parallel) } });
  }
  const { chain } = await keptIn(FILE);
  const missed = chain && isAsked("chain") ? compare(chain.figures) : [];
  for (const { name, ratio, target } of missed.filter(({ met }) => !met)) {
    console.error(`${name} must take at most ${target} times its floor, got ${ratio.toFixed(2)}`);
    process.exitCode = 1;
  }
}

/** Each stack is told of when it is measured: the largest take long. */
async function measureSizes({ services, pods, saveAtEnd, missing }: Options): Promise<void> {
  const { scale } = await keptIn(FILE);
  const isKnown = (size: Size) => scale?.figures.some((known) => isSame(known, size)) === true;
  const saved = saveAtEnd === true ? "at the end" : "each step";
  const all: Size[] = [
    ...services.map((count) => ({ services: count, pods: 1, saved }) as const),
    ...pods.map((count) => ({ services: 1, pods: count, saved }) as const),
  ];
  const sizes = all.filter((size) => missing !== true || !isKnown(size));
  // The sizes of the table may be those of several runs.
  const about = await aboutNow(["--only", "scale"]);
  await measureScale(sizes, async (stack) => {
    const before = (await keptIn(FILE)).scale?.figures ?? [];
    await tell({ scale: { ...about, figures: withStack(before, stack) } });
  });
}

async function aboutNow(
  args: readonly string[] = process.argv.slice(2),
): Promise<Omit<Part<never>, "figures">> {
  return {
    command: ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" "),
    date: new Date().toISOString().slice(0, 10),
    machine: await describeMachine(),
  };
}

async function tell(results: Results): Promise<void> {
  const all = await keep(FILE, results);
  await writeFile(PAGE, report(all));
  console.log(report(results));
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError(`must be a whole number of at least 1, got "${text}"`);
  }
  return value;
}

/** None for an empty text. */
function numbers(text: string): readonly number[] {
  return text === "" ? [] : text.split(",").map(positive);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
