import type { Change } from "./change.ts";
import type { PreviewReport } from "./preview.ts";
import { cell, code, fenced } from "../markdown.ts";
import { fitted, MOST_CHARACTERS, type Section } from "../sections.ts";
import { exceptionLines } from "../exceptions.ts";
import { handOffLines } from "./hand-off.ts";
import { groupLines } from "./group.ts";
import { migrationLines } from "./migration.ts";
import { gateLines } from "../passed-gates.ts";
import { changeWords, imageWords, objectWords, podWords } from "./words.ts";

const UNSEEN =
  "Values of credentials are not compared: this preview ran without secrets. Pods whose value differs restart, too.";

/** First line of the comment, by which whoever posts it finds the one of the build before. */
export function marker({ project, stack }: Pick<PreviewReport, "project" | "stack">): string {
  return `<!-- slipway preview ${`${project}/${stack}`.replaceAll(/[^\w./-]+/g, " ")} -->`;
}

/**
 * The comment on a pull request: the same text for the same change, whatever the commit, the time and the order of the
 * engine's events. What does not fit is counted.
 */
export function previewMarkdown(report: PreviewReport, limit = MOST_CHARACTERS): string {
  const head = [
    marker(report),
    `## Preview of ${code(`${report.project}/${report.stack}`)}`,
    "",
    summary(report),
    ...(report.credentials === "compared" ? [] : ["", UNSEEN]),
  ];
  return `${fitted(head, sectionsOf(report), limit).join("\n")}\n`;
}

function summary({ outcome, counts, errors }: PreviewReport): string {
  if (outcome === "failed") {
    const where = errors.length > 0 ? "What it found until then is below." : "Its log says why.";
    return `**The preview failed.** ${where}`;
  }
  if (outcome === "unchanged") {
    return "Nothing changes.";
  }
  const words = [
    `${counts.create} new`,
    `${counts.update} changed`,
    `**${counts.replace} replaced**`,
    `**${counts.delete} deleted**`,
  ];
  return `${words.filter((word) => !/^\*{0,2}0 /.test(word)).join(", ")}; ${counts.same} unchanged.`;
}

function sectionsOf(report: PreviewReport): Section[] {
  const {
    errors,
    rights,
    network,
    losses,
    services,
    others,
    following,
    unchanged,
    waivers = [],
    handOff,
  } = report;
  const listed = new Set([...rights, ...network].map((change) => JSON.stringify(change)));
  const rest = others.filter(({ action }) => action === "create" || action === "update");
  const unlisted = losses.filter((change) => !listed.has(JSON.stringify(change)));
  return [
    list("Errors", errors.map(fenced), "errors"),
    list("Rights", rights.map(changeWords), "changes of rights"),
    list("Network", network.map(changeWords), "changes of the network"),
    list("Replaced and deleted", unlisted.map(changeWords), "objects that are replaced or deleted"),
    list("Hand-off", handOffLines(handOff), "hand-offs"),
    serviceTable(services),
    list(
      "Groups",
      groupLines(services).map((line) => [line]),
      "groups",
    ),
    list(
      "Migrations",
      services.map((each) => migrationLines(each.name, each)).filter(({ length }) => length > 0),
      "migrations",
    ),
    list(
      "Exceptions",
      services.map((each) => exceptionLines(each.name, each)).filter(({ length }) => length > 0),
      "services with exceptions",
    ),
    list(
      "Waived",
      waivers.map((waiver) => [`- ${cell(waiver)}`]),
      "waivers",
    ),
    list(
      "Gates",
      services.map((each) => gateLines(each.name, each)).filter(({ length }) => length > 0),
      "services with gates",
    ),
    list("Other changes", rest.map(changeWords), "other changes"),
    folded("follow from these", following),
    folded("unchanged", unchanged),
  ].filter(({ entries }) => entries.length > 0);
}

function list(title: string, entries: readonly (readonly string[])[], called: string): Section {
  return { before: ["", `### ${title}`, ""], entries, called, after: [] };
}

function serviceTable(services: PreviewReport["services"]): Section {
  return {
    before: ["", "### Services", "", "| Service | Pods | Image |", "| --- | --- | --- |"],
    entries: services.map(({ name, pods, image }) => [
      `| ${cell(name)} | ${podWords(pods)} | ${imageWords(image)} |`,
    ]),
    called: "services",
    after: [],
  };
}

function folded(what: string, changes: readonly Change[]): Section {
  return {
    before: ["", "<details>", `<summary>${changes.length} ${what}</summary>`, ""],
    entries: changes.map((change) => [`- ${objectWords(change)}`]),
    called: "of them",
    after: ["", "</details>"],
  };
}
