import { readFileSync } from "node:fs";

import { Command, InvalidArgumentError, Option } from "commander";

import { numberIn } from "../components/trial/definition.ts";
import { atATime } from "../provider/cluster/at-a-time.ts";
import { confirm } from "./confirm.ts";
import { badInput, CommandFailure, EXIT_CODE } from "./exit-code.ts";
import { lengthOfTime } from "./length-of-time.ts";
import { type CommonOptions, print, remark, stackCommand } from "./options.ts";
import { assertApart, writeResult } from "./result-file.ts";
import { type Contexts, NO_CONTEXTS, withContext } from "./trial/contexts.ts";
import { endPullRequest } from "./trial/down.ts";
import { listSlots, listWords } from "./trial/list.ts";
import { openPool } from "./trial/pool.ts";
import { trialMarkdown, trialReport, trialWords, untriedMarkdown } from "./trial/report.ts";
import { type Swept, sweep, toBeSwept } from "./trial/sweep.ts";

interface PoolOptions extends CommonOptions {
  readonly stack: string;
}

interface UpOptions extends PoolOptions {
  readonly context?: Contexts;
  readonly comment?: string;
  readonly wait: number;
}

interface EndOptions extends PoolOptions {
  readonly yes?: true;
  readonly wait: number;
}

interface SweepOptions extends EndOptions {
  readonly open?: ReadonlySet<number>;
}

/** Trials that are swept at a time: each runs pulumi, and one that hangs is waited for. */
const TOGETHER = 10;

const STACK = ["the stack of the pool", "trial"] as const;

/** `slipway trial`: a namespace for each pull request, out of a pool. */
export function trialCommand(): Command {
  return new Command("trial")
    .description(
      "Tries pull requests: each in a namespace of a pool, with main's program and settings.",
    )
    .addCommand(upCommand())
    .addCommand(listCommand())
    .addCommand(downCommand())
    .addCommand(sweepCommand());
}

function upCommand(): Command {
  return stackCommand(
    "up",
    "Takes a namespace of the pool for a pull request, and delivers main's services into it with what the pull request builds.",
    `
Run it in a checkout of main: the program and the settings are those of this checkout, and only what is built is the
pull request's. The same number again updates the same trial.

Examples:
  $ npx slipway trial up 123 --context ../pull-request
  $ npx slipway trial up 123 --context shop=../pull-request/services/shop --comment trial.md`,
    STACK,
  )
    .argument("<number>", "the pull request", numberOf)
    .option(
      "--context <folder>",
      "a checkout of the pull request, or service=folder with the build context of one service; repeatable",
      withContext,
    )
    .option(
      "--comment <file>",
      "write what became of it as Markdown, whether it is ready or not; - is standard output",
    )
    .addOption(waitOption())
    .action(up);
}

function listCommand(): Command {
  return stackCommand(
    "list",
    "Shows the namespaces of the pool: who has which, and until when.",
    `
Example:
  $ npx slipway trial list`,
    STACK,
  ).action(list);
}

function downCommand(): Command {
  return stackCommand(
    "down",
    "Ends the trial of a pull request: empties its namespace, forgets its state, and gives the namespace back.",
    `
A pull request without a trial is no fault. What does not go in time is told, and its namespace is nobody else's until it is empty.

Example:
  $ npx slipway trial down 123 --yes`,
    STACK,
  )
    .argument("<number>", "the pull request", numberOf)
    .option("-y, --yes", "do not ask")
    .addOption(waitOption())
    .action(down);
}

function sweepCommand(): Command {
  return stackCommand(
    "sweep",
    "Ends every trial that nobody needs: of closed pull requests, idle for too long, lost, or half ended.",
    `
Run it every hour. Without --open no pull request counts as closed, and its trial ends when it is idle.

Examples:
  $ npx slipway trial sweep --yes --open 12,15,16
  $ gh pr list --limit 1000 --json number --jq '.[].number' | npx slipway trial sweep --yes --open -
  $ npx slipway trial sweep --yes --open none`,
    STACK,
  )
    .option(
      "--open <numbers>",
      "the pull requests that are open: numbers, none, or - to read them from standard input",
      openNumbers,
    )
    .option("-y, --yes", "do not ask")
    .addOption(waitOption())
    .action(sweepPool);
}

function waitOption(): Option {
  return new Option("--wait <time>", "how long to wait for what is deleted, such as 90s")
    .argParser(lengthOfTime(1, "at least 1s, such as 90s or 2m"))
    .default(120, "2m");
}

async function up(number: number, options: UpOptions): Promise<void> {
  assertApart({ "--comment": options.comment }, options);
  const pool = await openPool(options.stack);
  const { context: contexts = NO_CONTEXTS, wait, json } = options;
  const wanted = { number, contexts, seconds: wait, ...(json && { json }) };
  const comment = async (markdown: string) => {
    if (options.comment !== undefined) {
      await writeResult("--comment", options.comment, markdown);
    }
  };
  // Settings take a fifth of a second to load, and no other command reads all of them.
  const { tryPullRequest } = await import("./trial/up.ts");
  const tried = await tryPullRequest(pool, wanted).catch(async (error: unknown) => {
    if (error instanceof CommandFailure) {
      await comment(untriedMarkdown(number, error.message));
    }
    throw error;
  });
  const report = await trialReport(pool, number, tried);
  await comment(trialMarkdown(report));
  report.leftOut.forEach((each) => {
    remark(`not in the trial: ${each}`);
  });
  print(options, report, trialWords(report));
  if (tried.failure !== undefined) {
    throw tried.failure;
  }
}

async function list(options: PoolOptions): Promise<void> {
  const pool = await openPool(options.stack);
  const slots = await listSlots(pool);
  print(options, { stack: pool.name, slots }, listWords(slots, pool.now()));
}

async function down(number: number, options: EndOptions): Promise<void> {
  const pool = await openPool(options.stack);
  await confirm(`End the trial of pull request ${number}?`, options.yes === true);
  const namespaces = await endPullRequest(pool, number, options.wait);
  const words =
    namespaces.length === 0
      ? `${number}: has no trial`
      : `${number}: has ended, and ${namespaces.join(" and ")} is free`;
  print(options, { stack: pool.name, number, namespaces }, words);
}

async function sweepPool(options: SweepOptions): Promise<void> {
  const pool = await openPool(options.stack);
  const found = await toBeSwept(pool, options.open);
  if (found.length > 0) {
    remark(found.map(sweptWords).join("\n"));
    await confirm("End all of them?", options.yes === true);
  }
  const swept = await atATime(TOGETHER, found, (each) => sweep(pool, each, options.wait));
  const failed = swept.flatMap(({ failure, ...each }) =>
    failure === null ? [] : [`${sweptWords(each)}: ${failure}`],
  );
  const ended = swept.length - failed.length;
  print(options, { stack: pool.name, swept }, `${ended} of ${swept.length} ended`);
  if (failed.length > 0) {
    throw new CommandFailure(failed.join("\n  "), EXIT_CODE.fault);
  }
}

function sweptWords({ number, namespace, why }: Omit<Swept, "failure">): string {
  const who =
    number === null
      ? (namespace ?? "")
      : `${number}${namespace === null ? "" : ` in ${namespace}`}`;
  return `${who}: ${why}`;
}

function numberOf(text: string): number {
  const number = numberIn(text);
  if (number !== undefined) {
    return number;
  }
  throw new InvalidArgumentError(
    `got "${text}"; allowed: the number of a pull request, such as 123`,
  );
}

/** An empty answer of whoever was asked must not end all trials. */
function openNumbers(text: string): ReadonlySet<number> {
  const written = text === "-" ? readFileSync(0, "utf8") : text;
  const words = written.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 1 && words[0] === "none") {
    return new Set();
  }
  if (words.length === 0) {
    throw badInput(
      "--open: got nothing; allowed: the numbers of all open pull requests; if there are none, --open none",
    );
  }
  return new Set(words.map(numberOf));
}
