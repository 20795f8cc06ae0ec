import { settleSecondsOf, VERDICT } from "../../contract/verdict.ts";
import { median } from "../chain.ts";
import type { Machine } from "../machine.ts";
import { type Case, PLAIN } from "./case.ts";
import { faultsOf, type Outcome, type Result } from "./outcome.ts";
import type { Comparison } from "./compare.ts";
import { peersSection } from "./peers-section.ts";
import type { Kept } from "./kept.ts";

/** The catalogue as the page that is kept in the repository. */
export function report(
  results: readonly (Result & Kept)[],
  machine: Machine,
  comparison?: Comparison,
): string {
  const broken = results.filter(({ entry }) => entry.expected !== "ready");
  const healthy = results.filter(({ entry }) => entry.expected === "ready");
  return [
    "# Failures, as Slipway names them",
    "",
    "`npm run catalogue` writes this page; no figure in it is written by hand.",
    "",
    ...INTRODUCTION,
    ...summary(results),
    ...table(["Machine", ""], Object.entries(machine)),
    ...table(["Measured by", "On", "At commit", "Cases"], sourcesOf(results)),
    ...brokenSection(broken),
    ...healthySection(healthy),
    ...peersSection(comparison),
    ...messages(broken),
  ].join("\n");
}

const SETTLE = settleSecondsOf({ deadlineSeconds: VERDICT.deadlineSeconds.default });

const INTRODUCTION = [
  "Each case is a service of two pods. `pulumi up` deploys it into a namespace of its own on a real cluster, with the program of this",
  "repository: settings, components, provider. A separate watch, beside Slipway's, records when the kubelet or a controller first",
  "reports the failing state. The verdict counts from the moment at which its message is shown.",
  "",
  "How to read the figures: **from the state** is how long Slipway takes to believe what the cluster reports. A target of 2 s means that",
  "nothing is tolerated, because the state does not recover by itself. A longer one is a tolerance that healthy releases need: a registry",
  "that restarts, a node that comes back, a volume that is being created. **From the apply** is how long a pipeline waits in total. The",
  "healthy cases are what the tolerances are for: each of them must end `ready`, in every run.",
  "",
  `The service has these settings, and beside them what its case says: \`${flow(PLAIN)}\`. What is not said has its default, \`deadlineSeconds\``,
  `(${VERDICT.deadlineSeconds.default}), \`warmupSeconds\` (${VERDICT.warmupSeconds.default}) and \`settleSeconds\` (${SETTLE}) among them: see [settings.md](settings.md). So a`,
  "healthy service is ready when its pods have stayed ready for that time.",
  "",
];

function summary(results: readonly Result[]): string[] {
  const faults = faultsOf(results);
  const runs = results.flatMap(({ outcomes }) => outcomes).length;
  const count = (kind: Outcome["fault"]) =>
    faults.filter(({ outcome }) => outcome.fault === kind).length;
  return [
    `**${results.length} cases, ${runs} runs: ${count("false alarm")} false alarms, ${count("wrong reason")} wrong reasons, ` +
      `${count("missed") + count("no verdict")} failures missed, ${count("late")} verdicts late, ${count("not played")} runs broken off.**`,
    "",
  ];
}

/** Where the figures come from: each command with the number of cases that are still its own. */
function sourcesOf(results: readonly Kept[]): string[][] {
  const counts = new Map<string, number>();
  for (const { command, date, commit } of results) {
    const source = [`\`${command}\``, date, commit].join("\n");
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return [...counts].map(([source, count]) => [...source.split("\n"), String(count)]);
}

function brokenSection(results: readonly Result[]): string[] {
  if (results.length === 0) {
    return [];
  }
  const rows = results.map(({ entry, outcomes }) => {
    const { within } = entry.expected as Exclude<Case["expected"], "ready">;
    return [
      `[${entry.name}](#${entry.name})`,
      entry.title,
      settingsOf(entry),
      reasonsOf(entry, outcomes),
      spread(outcomes.map(({ fromState }) => fromState)),
      `≤ ${within}`,
      spread(outcomes.map(({ fromApply }) => fromApply)),
      String(outcomes.length),
      faultWords(outcomes),
    ];
  });
  const head = ["Case", "What is wrong", "Settings", "Reason", "From the state", "Target"];
  return [
    "## Broken services",
    "",
    "Seconds to the verdict. Of several runs: the median, and the slowest in brackets.",
    ...lateBesides(results),
    "",
    ...table([...head, "From the apply", "Runs", ""], rows),
  ];
}

function healthySection(results: readonly Result[]): string[] {
  if (results.length === 0) {
    return [];
  }
  const rows = results.map(({ entry, outcomes }) => [
    entry.name,
    entry.title,
    settingsOf(entry),
    String(outcomes.length),
    String(outcomes.filter(({ reason }) => reason === "ready").length),
    spread(outcomes.map(({ fromApply }) => fromApply)),
    faultWords(outcomes),
  ]);
  return [
    "## Healthy services that are slow or have bad luck",
    "",
    "Seconds from the apply to `ready`.",
    "",
    ...table(["Case", "What happens", "Settings", "Runs", "Ready", "From the apply", ""], rows),
  ];
}

/** What was shown in the first run of each case. */
function messages(results: readonly Result[]): string[] {
  const sections = results.flatMap(({ entry, outcomes: [first] }) => [
    `### ${entry.name}`,
    "",
    `${entry.title.slice(0, 1).toUpperCase()}${entry.title.slice(1)}.`,
    "",
    "```text",
    first?.message ?? "",
    "```",
    "",
  ]);
  return sections.length === 0 ? [] : ["## What is shown", "", ...sections];
}

/** What differs from the plain service's settings, as flow YAML. */
function settingsOf({ settings = {}, earlier, beside }: Case): string {
  const parts = [
    ...Object.entries(settings).map(([key, value]) => `${key}: ${flow(value)}`),
    ...(earlier === undefined ? [] : ["after a release that was ready"]),
    ...(beside === undefined ? [] : [`beside ${Object.keys(beside).join(", ")}`]),
  ];
  return parts.map((part) => (part.includes(":") ? `\`${part}\`` : part)).join("; ");
}

function flow(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(flow).join(", ")}]`;
  }
  return typeof value === "object" && value !== null
    ? `{${Object.entries(value)
        .map(([key, inner]) => `${key}: ${flow(inner)}`)
        .join(", ")}}`
    : String(value);
}

/** Which verdicts were late only because of what else the machine had to do. */
function lateBesides(results: readonly Result[]): string[] {
  const late = results.flatMap(({ entry, outcomes }) =>
    outcomes.flatMap(({ beside }) =>
      beside === undefined ? [] : [`${entry.name} (${beside.toFixed(1)} s)`],
    ),
  );
  return late.length === 0
    ? []
    : [
        `Beside other cases these were late, so they were played again alone, and that counts: ${late.join(", ")}.`,
      ];
}

/** The reasons that were found; where they differ from the expected one, that as well. */
function reasonsOf({ expected }: Case, outcomes: readonly Outcome[]): string {
  const wanted = expected === "ready" ? "ready" : expected.reason;
  const found = [...new Set(outcomes.map(({ reason }) => reason))];
  const words = found.map((reason) => `\`${reason}\``).join(", ");
  return found.every((reason) => reason === wanted) ? words : `${words} instead of \`${wanted}\``;
}

function faultWords(outcomes: readonly Outcome[]): string {
  const faults = outcomes.flatMap(({ fault }) => fault ?? []);
  return faults.length === 0 ? "met" : `**${[...new Set(faults)].join(", ")}**`;
}

/** The median and the most of some figures. */
function spread(figures: readonly (number | undefined)[]): string {
  const known = figures.filter((figure) => figure !== undefined);
  if (known.length === 0) {
    return "–";
  }
  const middle = median(known).toFixed(1);
  return known.length === 1 ? middle : `${middle} (${Math.max(...known).toFixed(1)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
