import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";
import { execa } from "execa";

import { prepare } from "../../tools/prepare.ts";
import { describeMachine } from "../machine.ts";
import type { Case } from "./case.ts";
import { CATALOGUE } from "./catalogue.ts";
import { compareWithPeers, keptComparison } from "./compare.ts";
import { buildImages } from "./images.ts";
import { faultsOf, lineOf, type Result } from "./outcome.ts";
import { play } from "./play.ts";
import { report } from "./report.ts";
import { keep, kept } from "./kept.ts";

interface Options {
  readonly only?: readonly Case[];
  readonly kind?: "broken" | "healthy";
  readonly repeat: number;
  readonly parallel: number;
  readonly page: string;
  readonly results: string;
  readonly add?: true;
  readonly records?: string;
  readonly peers?: number;
}

const program = new Command("npm run catalogue --")
  .description(
    "deploys broken and slow services on the platform, and measures what is said of them",
  )
  .option("--only <cases>", "names of cases, with commas", cases)
  .addOption(new Option("--kind <kind>", "one kind of cases").choices(["broken", "healthy"]))
  .option("--repeat <number>", "runs of each healthy case", positive, 1)
  .option("--parallel <number>", "cases at a time; more than one makes figures worse", positive, 1)
  .option(
    "--page <file>",
    "where the page goes",
    join(import.meta.dirname, "../../docs/failures.md"),
  )
  .option(
    "--results <file>",
    "where figures are kept, so that cases can be played anew without the rest",
    join(import.meta.dirname, "results.json"),
  )
  .option("--add", "adds the runs to those that are kept, in place of replacing them")
  .option("--records <folder>", "keeps what was watched and printed, a file for each case")
  .option(
    "--peers <rounds>",
    "compares some cases with kubectl and with Pulumi alone, which takes ten minutes for each broken one; plays no others",
    positive,
  )
  .action(catalogue);

/** Fails when a verdict was wrong or late, after the page is written. */
async function catalogue(options: Options): Promise<void> {
  const {
    only = CATALOGUE,
    kind,
    repeat,
    parallel,
    page,
    results: file,
    records,
    peers,
    add,
  } = options;
  const chosen = only.filter(
    ({ expected }) => !kind || (expected === "ready") === (kind === "healthy"),
  );
  await prepare();
  const machine = await describeMachine();
  const images = await buildImages();
  const about = {
    command: ["npm run catalogue", ...argumentsOf(process.argv.slice(2))].join(" "),
    commit: await currentCommit(),
    date: new Date().toISOString().slice(0, 10),
  };
  // After each run: what was measured is not lost when a long catalogue is cut off.
  const comparison = () => keptComparison();
  const earlier = add ? kept(file, CATALOGUE) : [];
  const tell = (results: readonly Result[]) =>
    writeFile(page, report(keep(file, CATALOGUE, results, about, earlier), machine, comparison()));
  const say = (line: string) => {
    console.error(line);
  };
  if (peers !== undefined) {
    const { commit, date } = about;
    await compareWithPeers({ commit, date, load: machine.load, rounds: peers }, images, say);
    await tell([]);
    console.log(`wrote ${page}`);
    return;
  }
  const played = await play(chosen, {
    images,
    repeat,
    parallel,
    records,
    tell,
    say,
  });
  console.log(`wrote ${page}`);
  for (const { entry, outcome } of faultsOf(played)) {
    console.error(`${entry.name}: ${lineOf(outcome)}`);
    process.exitCode = 1;
  }
}

async function currentCommit(): Promise<string> {
  const git = async (...args: string[]) =>
    (await execa("git", args, { cwd: import.meta.dirname })).stdout;
  const changes = await git("status", "--porcelain", "--untracked-files=no", ":/provider");
  return `${await git("rev-parse", "--short", "HEAD")}${changes === "" ? "" : "+"}`;
}

/** Where the records go is of no interest to those who read the page. */
function argumentsOf(args: readonly string[]): readonly string[] {
  const told = args.filter((arg, index) => arg !== "--records" && args[index - 1] !== "--records");
  return told.length > 0 ? ["--", ...told] : [];
}

function cases(text: string): readonly Case[] {
  return text.split(",").map((name) => {
    const found = CATALOGUE.find((entry) => entry.name === name);
    if (found !== undefined) {
      return found;
    }
    const names = CATALOGUE.map((entry) => entry.name).join(", ");
    throw new InvalidArgumentError(`got "${name}"; allowed: ${names}`);
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError(`must be a whole number of at least 1, got "${text}"`);
  }
  return value;
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
