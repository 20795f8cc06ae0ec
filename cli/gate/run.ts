import { stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { type Command, Option } from "commander";

import { digestOf } from "../../contract/image-reference.ts";
import { STATEMENT_KINDS } from "../../contract/statement-kind.ts";
import { messageOf } from "../../provider/cluster/api-error.ts";
import { badInput, CommandFailure, EXIT_CODE } from "../exit-code.ts";
import { print, remark, SERVICE, stackCommand } from "../options.ts";
import { STANDARD_OUTPUT } from "../result-file.ts";
import { shortDigest } from "../words.ts";
import { runChild } from "./child.ts";
import { IMAGE, withImage } from "./command-line.ts";
import { FORMATS } from "./formats.ts";
import type { GateRun, RunOptions } from "./gate-run.ts";
import { GATE, KEY_OPTION } from "./options.ts";
import { publish } from "./publish.ts";
import { markOf } from "./report-file.ts";
import { requireDate, sayingOf } from "./saying.ts";
import { statementOf, textOf } from "./statement.ts";
import { IMAGE_OPTION, registryFor, releasedIn, type Target, targetOf } from "./target.ts";
import { waiversIn } from "./waivers.ts";

const HELP = `
The command runs without a shell, with the image by its digest in the place of each ${IMAGE}. If it ends with 0, a statement that it has passed is
attached to the image; if it fails, one that it has failed, and the exit code is the command's. The newest statement decides.

Examples:
  $ npx slipway gate run scan --stack dev --service shop -- trivy image --exit-code 1 ${IMAGE}
  $ npx slipway gate run scan --image registry.example.com/team/shop@sha256:… --report trivy.json --output statement.json -- \\
      trivy image --exit-code 1 --format json --output trivy.json ${IMAGE}`;

/** `slipway gate run`: runs a command, and attaches to the image what it has found. */
export function runCommand(): Command {
  return stackCommand(
    "run",
    "Runs a command, and records that an image has passed it, or failed.",
    HELP,
  )
    .addArgument(GATE())
    .argument("<command...>", `after --, the command and its arguments; ${IMAGE} is the image`)
    .option(...SERVICE)
    .option(...IMAGE_OPTION)
    .addOption(
      new Option(
        "--kind <kind>",
        "kind of the statement; by default what the report is, or summary",
      ).choices(STATEMENT_KINDS),
    )
    .option("--report <file>", "what the command writes about what it has found")
    .addOption(
      new Option("--format <format>", "form of the report; by default it is found out").choices(
        Object.keys(FORMATS),
      ),
    )
    .option(
      "--waivers <file>",
      "what the command is told to ignore, as .trivyignore.yaml or .trivyignore",
    )
    .option("--tool <name>", "name of the tool; by default the command's")
    .option("--tool-version <version>", "by default what the report or the tool says")
    .option(
      "--database-date <time>",
      "when the scanner's database was made; by default what the report or the tool says",
    )
    .option(...KEY_OPTION)
    .option("--output <file>", "write the statement there for gate attach, and ask no registry")
    .action(run);
}

async function run(gate: string, words: readonly string[], options: RunOptions): Promise<void> {
  requireSense(options);
  await requireInputs(options);
  const target = await targetOf(options);
  const command = withImage(words, target.image);
  const before = options.report === undefined ? undefined : await markOf(options.report);
  const startedAt = Date.now();
  const ending = await runChild(command, options.json === true);
  if (!ending.isItsOwn) {
    remark(`${gate}: nothing is recorded, because a signal has ended the command`);
    process.exitCode = ending.code;
    return;
  }
  const ran = { gate, target, command, startedAt, before, ending };
  if (ending.code === 0) {
    await requireSame(target, words);
    process.exitCode = (await recorded(ran, options)) ? EXIT_CODE.good : EXIT_CODE.fault;
    return;
  }
  await recorded(ran, options).catch((error: unknown) => {
    remark(`warning: the failure is not recorded: ${messageOf(error)}`);
  });
  process.exitCode = ending.code;
}

/** Whether it has passed: a report of tests may know better than the command's exit code. */
async function recorded(ran: GateRun, options: RunOptions): Promise<boolean> {
  const { gate, target } = ran;
  const { image, of } = target;
  const saying = await sayingOf(ran, options);
  const hasPassed = saying.fields.result === "passed";
  const statement = statementOf(saying);
  const said = `${of?.service ?? "image"}: ${shortDigest(digestOf(image) ?? "")} has ${saying.fields.result} ${gate}`;
  const about = {
    ...(of && { stack: of.stack.name, service: of.service }),
    ...{ gate, image, result: saying.fields.result, kind: saying.kind },
  };
  if (options.output !== undefined) {
    await writeFile(options.output, textOf(statement));
    print(options, { ...about, output: options.output }, `${said} (${options.output})`);
    return hasPassed;
  }
  const publication = { image, gate, hasPassed, statement, key: options.key };
  const published = await publish(publication, await registryFor(target));
  print(options, { ...about, ...published }, `${said} (${published.statement})`);
  return hasPassed;
}

function requireSense({ output, key, report, format, kind }: RunOptions): void {
  if (output !== undefined && key !== undefined) {
    throw badInput(
      "--key: got it with --output; allowed: one of them; sign what is written with npx slipway gate attach",
    );
  }
  if (output === STANDARD_OUTPUT) {
    throw badInput('--output: got "-"; allowed: a file, because the command has standard output');
  }
  if (format !== undefined && report === undefined) {
    throw badInput(`--format: got "${format}" without --report; allowed: both; name the report`);
  }
  if (kind === "scan" && report === undefined) {
    throw badInput(
      "--kind: got scan without --report; allowed: both, because a scan says what it has found; a check without a report is a summary",
    );
  }
}

/** What would be found out only after the command, which may take long and whose result would be lost. */
async function requireInputs({ waivers, databaseDate, output }: RunOptions): Promise<void> {
  if (waivers !== undefined) {
    await waiversIn(waivers, Date.now());
  }
  if (databaseDate !== undefined) {
    requireDate(databaseDate);
  }
  if (output === undefined) {
    return;
  }
  const isFolder = async (path: string) =>
    (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const got = JSON.stringify(output);
  if (await isFolder(output)) {
    throw badInput(`--output: got ${got}, which is a folder; allowed: a file`);
  }
  if (!(await isFolder(dirname(output)))) {
    throw badInput(
      `--output: got ${got}, and ${dirname(output)} is no folder; allowed: a file in a folder that is there`,
    );
  }
}

/** A command that does not name the image is about what runs, which may have changed meanwhile. */
async function requireSame({ image, of }: Target, words: readonly string[]): Promise<void> {
  if (of === undefined || words.some((word) => word.includes(IMAGE))) {
    return;
  }
  const { image: now } = await releasedIn(of.stack, of.service);
  if (now !== image) {
    throw new CommandFailure(
      `releases.${of.service} must stay the same while the command runs, got ${now} after ${image}; run the gate again, or name ${IMAGE} in the command if it is about the image alone`,
    );
  }
}
