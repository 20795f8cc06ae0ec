import type { ReleaseRecord, RunningRelease } from "../../contract/release-record.ts";
import { cell, code, fenced, word } from "../markdown.ts";
import { fitted, MOST_CHARACTERS, type Section } from "../sections.ts";
import { exceptionLines } from "../exceptions.ts";
import { handOffLines } from "../handed-off.ts";
import { setLines } from "../group-words.ts";
import { migrationWords } from "../migrations.ts";
import { gateLines } from "../passed-gates.ts";
import { warningsOf } from "../warnings.ts";
import { onOneLine, sameImageWords, shortDigest } from "../words.ts";
import { html } from "./html.ts";
import type { ReleaseReport, ServiceReport } from "./report.ts";
import { partWords, seconds } from "./timeline-picture.ts";

/** The report as Markdown, for a comment or a build's summary. What does not fit is counted. */
export function reportMarkdown(
  { project, stack, verdict, services, handOff }: ReleaseReport,
  limit = MOST_CHARACTERS,
): string {
  const head = [`## Releases of ${code(`${project}/${stack}`)}: ${verdict}`];
  const table = section(
    "services",
    services.map((service) => [row(service)]),
    HEADER,
  );
  const failures = section("failed services", services.map(failure));
  const groups = section(
    "groups",
    setLines(services.map(({ release }) => release)).map((line) => [`- ${code(line)}`]),
    ["", "Groups:", ""],
  );
  const handedOff = section(
    "lines on the hand-off",
    handOffLines(handOff).map((line) => [`- ${code(line)}`]),
    ["", "Hand-off:", ""],
  );
  const exceptions = section(
    "services with exceptions",
    services.map(({ name, release }) => exceptionLines(name, release)),
    ["", "Exceptions:", ""],
  );
  const gates = section(
    "services with gates",
    services.map(({ name, release }) => gateLines(name, release)),
    ["", "Gates:", ""],
  );
  const notes = section("warnings", services.flatMap(warnings), ["", "Warnings:", ""]);
  const migrations = section("migrations", services.map(migration), ["", "Migrations:", ""]);
  const timelines = section("timelines", services.map(timeline));
  const rest = [groups, failures, handedOff, migrations, notes, exceptions, gates];
  const sections = [table, ...rest, timelines].filter(({ entries }) => entries.length > 0);
  // Of hundreds of services, those that failed are what it is read for.
  const inTurn = [...rest, table, timelines].filter((each) => sections.includes(each));
  return [...fitted(head, sections, limit, inTurn), ""].join("\n");
}

const HEADER = [
  "",
  "| Service | Verdict | Commit | Digest | Took |",
  "| --- | --- | --- | --- | --- |",
] as const;

function section(
  called: string,
  entries: readonly (readonly string[])[],
  before: readonly string[] = [],
): Section {
  return { before, entries: entries.filter(({ length }) => length > 0), called, after: [] };
}

function row({ name, release }: ServiceReport): string {
  const { verdict, reason, commit, dirty, digest } = release;
  const outcome = reason === null ? word(verdict) : `**${word(verdict)}**: ${cell(reason)}`;
  const source =
    commit === null ? "not in git" : cell(commit.slice(0, 12)) + (dirty ? " and changes" : "");
  return `| ${cell(name)} | ${outcome} | ${source} | ${cell(shortDigest(digest))} | ${seconds(release.seconds)} |`;
}

function failure({ name, release }: ServiceReport): string[] {
  const { evidence, running } = release;
  if (evidence === null) {
    return [];
  }
  const logs = evidence.containers.flatMap(({ pod, log }) =>
    log.length === 0 ? [] : ["", `Log of ${code(pod)}:`, "", ...fenced(log.join("\n"))],
  );
  return [
    "",
    `### ${code(name)} failed`,
    "",
    `${code(evidence.object)}: ${code(evidence.message)}`,
    ...logs,
    "",
    `Next: ${code(evidence.command)}`,
    ...(running === null
      ? evidence.notes.filter((note) => note.startsWith(STAYS)).flatMap((note) => ["", code(note)])
      : ["", `What runs instead: ${runningWords(running, release)}, ${word(running.verdict)}.`]),
  ];
}

/** How the note begins that says why a release which has failed was left. */
const STAYS = "not rolled back: ";

function runningWords(running: RunningRelease, release: ReleaseRecord): string {
  const same = sameImageWords(running, release);
  return same === undefined || !/^[\w ,:()]+$/.test(same) ? code(same ?? running.digest) : same;
}

function warnings({ name, release }: ServiceReport): string[][] {
  return warningsOf(release).map((warning) => [`- ${code(name)}: ${code(warning)}`]);
}

function migration({ name, release }: ServiceReport): string[] {
  const words = migrationWords(release);
  return words === undefined ? [] : [`- ${code(name)}: ${code(words)}`];
}

function timeline({ name, timeline }: ServiceReport): string[] {
  const lines = timeline.map(
    (span) => `- ${span.pod === null ? "" : `${code(span.pod)} `}${partWords(span)}`,
  );
  return [
    "",
    "<details>",
    html`<summary>Timeline of <code>${onOneLine(name)}</code></summary>`.text,
    "",
    ...lines,
    "",
    "</details>",
  ];
}
