import type { StatementKind } from "../../contract/statement-kind.ts";
import type { GateFields } from "../../provider/statements/statement.ts";
import { badInput, CommandFailure } from "../exit-code.ts";
import { remark } from "../options.ts";
import { publishable } from "./command-line.ts";
import type { Findings } from "./findings.ts";
import { FORMATS } from "./formats.ts";
import { builderOf, commitOf } from "./origin.ts";
import { readReport, type ReportFile } from "./report-file.ts";
import type { GateRun, RunOptions } from "./gate-run.ts";
import { programDigest } from "./program-digest.ts";
import type { Saying } from "./statement.ts";
import { type Tool, toolOf } from "./tool.ts";
import { usedWaivers, waiversIn } from "./waivers.ts";

/** All that is to be said of a run: what it was, what its report says, and what the tool says of itself. */
export async function sayingOf(ran: GateRun, options: RunOptions): Promise<Saying> {
  const finishedAt = Date.now();
  const report = await reportOf(ran, options);
  const findings = report?.findings;
  const waivers =
    options.waivers === undefined ? [] : await waiversIn(options.waivers, ran.startedAt);
  const tool = await knownTool(ran, options, findings);
  const failedTests = findings?.tests?.failed.length ?? 0;
  const hasPassed = ran.ending.code === 0 && failedTests === 0;
  if (ran.ending.code === 0 && failedTests > 0) {
    remark(
      `${ran.gate}: the command ended with 0, and its report has ${failedTests} failed tests: it has failed`,
    );
  }
  const fields = {
    gate: ran.gate,
    result: hasPassed ? ("passed" as const) : ("failed" as const),
    startedAt: new Date(ran.startedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    command: publishable(ran.command, process.env),
    exitCode: ran.ending.code,
    ...toolFields(tool),
    ...reportFields(report),
    ...originFields(ran),
    waivers: usedWaivers(waivers, findings ?? {}),
  };
  return { image: ran.target.image, kind: kindOf(fields, options, findings), fields, findings };
}

/** A command that failed may not have come as far as its report. */
async function reportOf(
  { before, ending }: GateRun,
  { report, format }: RunOptions,
): Promise<ReportFile | undefined> {
  if (report === undefined) {
    return undefined;
  }
  return readReport(report, format, before).catch((error: unknown) => {
    if (ending.code === 0) {
      throw error;
    }
    return undefined;
  });
}

/** What is given comes before what the report says, and that before what the tool says now. */
async function knownTool(
  { command }: GateRun,
  { tool, toolVersion, databaseDate }: RunOptions,
  findings: Findings | undefined,
): Promise<Tool> {
  const said = await toolOf(command);
  const reported = findings?.tool;
  const isOther = tool !== undefined && tool !== said.name;
  // What a shell or a container runs is a different file from the one that the command names.
  const isItself = !isOther && (reported?.name ?? said.name).toLowerCase().includes(said.name);
  const digest = isItself ? await programDigest(command[0] ?? "") : undefined;
  const version = toolVersion ?? reported?.version ?? (isOther ? undefined : said.version);
  if (databaseDate !== undefined) {
    requireDate(databaseDate);
  }
  // A report's date that cannot be read must not keep a failure from being recorded.
  const dates = [databaseDate, findings?.databaseDate, said.databaseDate];
  const date = dates.find((each) => each !== undefined && !Number.isNaN(Date.parse(each)));
  return {
    name: tool ?? reported?.name ?? said.name,
    ...(version !== undefined && { version }),
    ...(digest !== undefined && { digest }),
    ...(date !== undefined && { databaseDate: new Date(date).toISOString() }),
  };
}

/** @throws CommandFailure if it is no time */
export function requireDate(date: string): void {
  if (Number.isNaN(Date.parse(date))) {
    throw badInput(
      `--database-date: got ${JSON.stringify(date)}; allowed: a time such as 2026-11-30T06:00:00Z`,
    );
  }
}

function toolFields({ databaseDate, ...tool }: Tool): Pick<GateFields, "tool" | "databaseDate"> {
  return { tool, ...(databaseDate !== undefined && { databaseDate }) };
}

function reportFields(report: ReportFile | undefined): Pick<GateFields, "report" | "counts"> {
  if (report === undefined) {
    return {};
  }
  const { digest, bytes, format, findings } = report;
  return {
    report: { digest, bytes, ...(format !== undefined && { format }) },
    ...(findings && { counts: findings.counts }),
  };
}

function originFields({ target: { of } }: GateRun) {
  const builder = builderOf(process.env);
  const commit = of === undefined ? commitOf(process.env) : (of.commit ?? undefined);
  return {
    ...(of && { service: of.service, dirty: of.dirty }),
    ...(commit !== undefined && { commit }),
    ...(builder !== undefined && { builder }),
  };
}

/** In in-toto's terms a scan is one with a database, and says of when it is. One that failed may know neither, and is a failure all the same. */
function kindOf(
  { databaseDate, result }: Pick<GateFields, "databaseDate" | "result">,
  { kind, report }: RunOptions,
  findings: Findings | undefined,
): StatementKind {
  const isKnown = databaseDate !== undefined && findings !== undefined;
  if (kind === "scan" && result === "failed" && !isKnown) {
    return "summary";
  }
  if (kind === "scan" && findings === undefined) {
    throw new CommandFailure(
      `--report: ${report ?? ""} must say what the scan has found, got no report of a form that Slipway reads (${Object.keys(FORMATS).join(", ")}); have the command write one of them; a check without one is a summary`,
    );
  }
  if (kind === "scan" && databaseDate === undefined) {
    throw new CommandFailure(
      "--kind: got scan, and nothing says of when the scanner's database is; allowed: with --database-date; a check without a database is a summary",
    );
  }
  const own = findings?.kind ?? "summary";
  return kind ?? (own === "scan" && databaseDate === undefined ? "summary" : own);
}
