import { code } from "../markdown.ts";
import type { SlipwayOutputs } from "../outputs.ts";
import { reportMarkdown } from "../report/markdown.ts";
import { type ReleaseReport, releaseReport } from "../report/report.ts";
import { onOneLine } from "../words.ts";
import { timeOf } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { endOf } from "./slot.ts";
import type { Tried } from "./up.ts";

/** What became of a trial, as `slipway trial up --json` prints it. */
export interface TrialReport {
  readonly version: 1;
  readonly number: number;
  readonly stack: string;
  readonly namespace: string;
  readonly verdict: "ready" | "failed";
  /** Why it is not ready. */
  readonly failure: string | null;
  /** When it ends if nothing is delivered into it before, ISO 8601; null if that is not known. */
  readonly ends: string | null;
  /** Where each service is reached, by name; from outside if it has a name there. */
  readonly addresses: Readonly<Record<string, string>>;
  /** What of the tried stack it does not have, and why. */
  readonly leftOut: readonly string[];
  /** Null if the run ended before there was any. */
  readonly report: ReleaseReport | null;
}

/** Puts together what people and programs are told of a trial. */
export async function trialReport(
  pool: Pool,
  number: number,
  { claim, stack, failure, leftOut }: Tried,
): Promise<TrialReport> {
  const { namespace, name: leaseName } = claim.lease.metadata;
  // Whoever is told of a failure is not told of a question that failed instead.
  const lease = await pool.leases.find(namespace, leaseName).catch(() => undefined);
  const outputs = await stack.outputs().catch(() => undefined);
  const { project, name } = stack;
  return {
    version: 1,
    ...{ number, stack: name, namespace: claim.namespace, leftOut },
    verdict: failure === undefined ? "ready" : "failed",
    failure: failure?.message ?? null,
    ends: timeOf(endOf(lease ?? claim.lease)),
    addresses: addressesOf(outputs?.endpoints ?? {}),
    report: outputs === undefined ? null : releaseReport({ project, stack: name, ...outputs }),
  };
}

function addressesOf(endpoints: NonNullable<SlipwayOutputs["endpoints"]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([service, found]) => {
      const address = found?.public ?? found?.address;
      return typeof address === "string" ? [[service, address] as const] : [];
    }),
  );
}

/** The report as a comment on the pull request. */
export function trialMarkdown(trial: TrialReport): string {
  const { number, verdict, failure, namespace, ends, addresses, leftOut, report } = trial;
  const where = Object.entries(addresses).map(
    ([service, url]) => `- ${code(service)}: ${link(url)}`,
  );
  return [
    ...headOf(number, verdict, failure),
    ...(where.length > 0 ? [...where, ""] : []),
    `Namespace ${code(namespace)}, ${untilWords(ends)}.`,
    ...(leftOut.length > 0
      ? [
          "",
          "<details>",
          "<summary>What the trial does not have</summary>",
          "",
          ...leftOut.map((each) => `- ${code(each)}`),
          "",
          "</details>",
        ]
      : []),
    "",
    ...(report === null ? [] : [reportMarkdown(report)]),
  ].join("\n");
}

/** The comment on a pull request that was not tried: nothing was taken, or nothing is left to tell of. */
export function untriedMarkdown(number: number, failure: string): string {
  return headOf(number, "failed", failure).join("\n");
}

function headOf(number: number, verdict: TrialReport["verdict"], failure: string | null): string[] {
  const why = failure === null ? [] : [code(onOneLine(failure)), ""];
  return [`## Trial of pull request ${number}: ${verdict}`, "", ...why];
}

/** A link only where it is one, whatever the cluster said. */
function link(url: string): string {
  return /^https?:\/\/[\w.:[\]/-]+$/.test(url) ? `<${url}>` : code(url);
}

function untilWords(ends: string | null): string {
  return ends === null
    ? "until nobody knows when"
    : `until ${ends.slice(0, 16).replace("T", " ")} UTC if nothing is delivered into it before`;
}

/** The report in words. */
export function trialWords({ number, verdict, namespace, ends, addresses }: TrialReport): string {
  const where = Object.entries(addresses).map(([service, url]) => `  ${service}  ${url}`);
  return [`${number}: ${verdict} in ${namespace}, ${untilWords(ends)}`, ...where].join("\n");
}
