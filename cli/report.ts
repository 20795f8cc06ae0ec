import { readFile } from "node:fs/promises";

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Command } from "commander";

import { badInput } from "./exit-code.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { ProjectStack } from "./project-stack.ts";
import { reportMarkdown } from "./report/markdown.ts";
import { reportPage } from "./report/page.ts";
import { releaseReport } from "./report/report.ts";
import { assertApart, STANDARD_OUTPUT, writeResult } from "./result-file.ts";

interface Options extends CommonOptions {
  readonly html?: string;
  readonly markdown?: string;
  readonly events?: string;
}

const HELP = `
Without a file it prints Markdown. It reports a failed release, too, and exits with 0: the up has reported the failure.

Examples:
  $ npx slipway report --stack prod --html report.html
  $ npx slipway report --stack prod --json`;

/** `slipway report`: what became of the last up. */
export function reportCommand(): Command {
  return stackCommand(
    "report",
    "Shows what became of the last up: the chain from commit to pods, a timeline, verdict and evidence, and how long releases took.",
    HELP,
  )
    .option(
      "--html <file>",
      "write one page that needs no other file and no network; - is standard output",
    )
    .option("--markdown <file>", "write the report as Markdown; - is standard output")
    .option(
      "--events <file>",
      "what pulumi up --event-log wrote: adds build, push and apply to the timeline",
    )
    .action(report);
}

async function report(options: Options): Promise<void> {
  assertApart({ "--html": options.html, "--markdown": options.markdown }, options);
  const stack = await ProjectStack.open(options.stack);
  const { releases, history, handOff } = await stack.outputs();
  const events = options.events === undefined ? [] : await readEvents(options.events);
  const { project, name } = stack;
  const result = releaseReport({ project, stack: name, releases, history, events, handOff });
  const { html, markdown } = options;
  if (html !== undefined) {
    await writeResult("--html", html, reportPage(result));
  }
  if (markdown !== undefined) {
    await writeResult("--markdown", markdown, reportMarkdown(result));
  }
  const written = [html, markdown].filter((file) => file !== undefined);
  if (written.includes(STANDARD_OUTPUT)) {
    return;
  }
  const words = written.length > 0 ? `wrote ${written.join(" and ")}` : reportMarkdown(result);
  print(options, result, words);
}

/** The engine's log of a run: an event in JSON on each line. */
async function readEvents(file: string): Promise<EngineEvent[]> {
  try {
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as EngineEvent);
  } catch (error) {
    throw badInput(
      `--events: got "${file}", which cannot be read (${(error as Error).message}); allowed: a file that pulumi up --event-log wrote`,
    );
  }
}
