import type { ReleaseRecord, RunningRelease } from "../../contract/release-record.ts";
import { cell, code } from "../preview/words.ts";
import { warningsOf } from "../warnings.ts";
import { sameImageWords, shortDigest } from "../words.ts";
import type { ReleaseReport, ServiceReport } from "./report.ts";
import { partWords, seconds } from "./timeline-picture.ts";

/** The report as Markdown, for a comment or a build's summary. */
export function reportMarkdown({ project, stack, verdict, services }: ReleaseReport): string {
  return [
    `## Releases of ${code(`${project}/${stack}`)}: ${verdict}`,
    "",
    "| Service | Verdict | Commit | Digest | Took |",
    "| --- | --- | --- | --- | --- |",
    ...services.map(row),
    ...services.flatMap(failure),
    ...services.flatMap(warnings),
    ...services.flatMap(timeline),
    "",
  ].join("\n");
}

function row({ name, release }: ServiceReport): string {
  const { verdict, reason, commit, dirty, digest } = release;
  const outcome = reason === null ? verdict : `**${verdict}**: ${cell(reason)}`;
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
    log.length === 0 ? [] : ["", `Log of ${code(pod)}:`, "", ...log.map((line) => `    ${line}`)],
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
      ? []
      : ["", `What runs instead: ${runningWords(running, release)}, ${running.verdict}.`]),
  ];
}

function runningWords(running: RunningRelease, release: ReleaseRecord): string {
  return sameImageWords(running, release) ?? code(running.digest);
}

function warnings({ name, release }: ServiceReport): string[] {
  const lines = warningsOf(release).map((warning) => `- ${code(name)}: ${code(warning)}`);
  return lines.length === 0 ? [] : ["", "Warnings:", "", ...lines];
}

function timeline({ name, timeline }: ServiceReport): string[] {
  const lines = timeline.map(
    (span) => `- ${span.pod === null ? "" : `${code(span.pod)} `}${partWords(span)}`,
  );
  return [
    "",
    "<details>",
    `<summary>Timeline of ${name}</summary>`,
    "",
    ...lines,
    "",
    "</details>",
  ];
}
