import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";

import { prepare } from "../tools/prepare.ts";
import { measureBroken } from "./broken.ts";
import { measureChain } from "./chain.ts";
import { describeMachine } from "./machine.ts";
import { compare, report, type Results } from "./report.ts";
import { measureScale } from "./scale.ts";

interface Options {
  readonly only?: "chain" | "scale" | "broken";
  readonly rounds: number;
  readonly services: readonly number[];
  readonly parallel: readonly number[];
}

const RESULTS = join(import.meta.dirname, "results.md");

const program = new Command("npm run bench --")
  .description(`measures Slipway on a quiet machine and writes ${RESULTS}`)
  .addOption(new Option("--only <part>", "measure one part").choices(["chain", "scale", "broken"]))
  .option("--rounds <number>", "rounds of the chain; the medians count", positive, 3)
  .option("--services <numbers>", "sizes of a stack, with commas", numbers, [1, 10, 50])
  .option(
    "--parallel <numbers>",
    "operations at a time for the stack with broken services",
    numbers,
    [8, 64],
  )
  .action(bench);

/** Fails when a target is missed, after the results are written. */
async function bench({ only, rounds, services, parallel }: Options): Promise<void> {
  await prepare();
  const isAsked = (part: Options["only"]) => only === undefined || only === part;
  const results: Results = {
    command: commandOf(process.argv.slice(2)),
    date: new Date(),
    machine: await describeMachine(),
    rounds,
    ...(isAsked("chain") && { chain: await measureChain(rounds) }),
    ...(isAsked("scale") && { scale: await measureScale(services) }),
    ...(isAsked("broken") && { broken: await measureBroken(parallel) }),
  };
  const page = report(results);
  await writeFile(RESULTS, page);
  console.log(page);
  const missed = results.chain ? compare(results.chain).filter(({ met }) => !met) : [];
  for (const { name, ratio, target } of missed) {
    console.error(`${name} must take at most ${target} times its floor, got ${ratio.toFixed(2)}`);
    process.exitCode = 1;
  }
}

function commandOf(args: readonly string[]): string {
  return ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError(`must be a whole number of at least 1, got "${text}"`);
  }
  return value;
}

function numbers(text: string): readonly number[] {
  return text.split(",").map(positive);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
