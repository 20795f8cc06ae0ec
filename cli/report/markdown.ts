import type { ReleaseRecord, RunningRelease } from "../../contract/release-record.ts";
import { cell, code, fenced, word } from "../markdown.ts";
import { warningsOf } from "../warnings.ts";
import { onOneLine, sameImageWords, shortDigest } from "../words.ts";
import { html } from "./html.ts";
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
      ? []
      : ["", `What runs instead: ${runningWords(running, release)}, ${word(running.verdict)}.`]),
  ];
}

function runningWords(running: RunningRelease, release: ReleaseRecord): string {
  const same = sameImageWords(running, release);
  return same === undefined || !/^[\w ,:()]+$/.test(same) ? code(same ?? running.digest) : same;
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
    html`<summary>Timeline of <code>${onOneLine(name)}</code></summary>`.text,
    "",
    ...lines,
    "",
    "</details>",
  ];
}
