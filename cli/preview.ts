import { resolve } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { type Command, InvalidArgumentError } from "commander";

import { plainIn } from "../mask/plain.ts";
import { runFailure } from "./aftermath.ts";
import { badInput, CommandFailure, EXIT_CODE } from "./exit-code.ts";
import { lookAtPods } from "./live-look.ts";
import { writeManifests } from "./manifests/folder.ts";
import { hiddenIn, manifestsOf } from "./manifests/objects.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { type Expectation, parseExpectation, unexpected } from "./preview/expectation.ts";
import { previewMarkdown } from "./preview/markdown.ts";
import { previewReport } from "./preview/preview.ts";
import { stepsOf } from "./preview/step.ts";
import { ProjectStack } from "./project-stack.ts";
import { assertApart, STANDARD_OUTPUT, writePrivate, writeResult } from "./result-file.ts";

interface Options extends CommonOptions {
  readonly comment?: string;
  readonly expect: readonly Expectation[];
  readonly exitCode?: true;
  readonly manifests?: string;
  readonly savePlan?: string;
  readonly withoutSecrets?: true;
}

const HELP = `
No value of a setting or a secret is in the comment, and the same change has the same comment.

Examples:
  $ npx slipway preview --stack dev
  $ npx slipway preview --stack prod --comment preview.md --exit-code
  $ npx slipway preview --stack prod --manifests rendered
  $ npx slipway preview --stack prod --expect shop=sha256:4f5e… --save-plan plan.json`;

/** `slipway preview`: what an up would do, for the people who approve it. */
export function previewCommand(): Command {
  return stackCommand(
    "preview",
    "Runs pulumi preview and writes a comment in Markdown: which pods restart and why, what is replaced or deleted, how rights and the network change.",
    HELP,
  )
    .option(
      "--comment <file>",
      "write the comment to a file instead of standard output; - is standard output",
    )
    .option(
      "--expect <digest>",
      "fail unless this image would run: sha256:<64 hex digits>, or service=sha256:…; repeatable",
      expectation,
      [],
    )
    .option("--exit-code", "exit with 3 if changes are pending")
    .option(
      "--manifests <folder>",
      "write each object that the stack will have into a file of a folder, for a scanner: no secret is in it",
    )
    .option("--save-plan <file>", "save the plan, for pulumi up --plan; it may hold secrets")
    .option(
      "--without-secrets",
      "say nothing of credentials' values: for a state that has placeholders instead",
    )
    .action(preview);
}

async function preview(options: Options): Promise<void> {
  assertApart({ "--comment": options.comment, "--save-plan": options.savePlan }, options);
  if (options.savePlan === STANDARD_OUTPUT) {
    throw badInput('--save-plan: got "-"; allowed: a file, because a plan may hold secrets');
  }
  const stack = await ProjectStack.open(options.stack);
  const plan = options.savePlan === undefined ? undefined : resolve(options.savePlan);
  if (plan !== undefined) {
    // The engine keeps the mode of a file that exists.
    await writePrivate("--save-plan", plan, "");
  }
  const events: EngineEvent[] = [];
  const { succeeded, said } = await stack.preview(
    (text) => void process.stderr.write(text),
    (event) => void events.push(event),
    plan === undefined ? {} : { plan },
  );
  const credentials = options.withoutSecrets === true ? "unseen" : "compared";
  const steps = stepsOf(events);
  const live = await lookAtPods(stack, steps);
  const { project, name } = stack;
  const report = plainIn(
    previewReport({ project, stack: name, credentials, live, succeeded }, events),
  );
  const comment = previewMarkdown(report);
  if (options.comment !== undefined) {
    await writeResult("--comment", options.comment, comment);
  }
  if (options.comment === undefined || options.json === true) {
    print(options, report, comment);
  }
  if (report.outcome === "failed") {
    throw runFailure("preview", said, stack.name);
  }
  if (options.manifests !== undefined) {
    const manifests = manifestsOf(steps);
    await writeManifests("--manifests", options.manifests, manifests);
    hiddenIn(manifests).forEach((line) => process.stderr.write(`${line}\n`));
  }
  const reasons = unexpected(report, options.expect);
  if (reasons.length > 0) {
    throw new CommandFailure(reasons.join("\n  "));
  }
  if (options.exitCode === true && report.outcome === "changes") {
    throw new CommandFailure("", EXIT_CODE.changesPending);
  }
}

function expectation(text: string, before: readonly Expectation[]): readonly Expectation[] {
  try {
    return [...before, parseExpectation(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
