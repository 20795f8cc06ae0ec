import { code } from "../markdown.ts";
import type { SlipwayOutputs } from "../outputs.ts";
import { reportMarkdown } from "../report/markdown.ts";
import { type ReleaseReport, releaseReport } from "../report/report.ts";
import { onOneLine } from "../words.ts";
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
  /** When it ends if nothing is delivered into it before, ISO 8601. */
  readonly ends: string;
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
  const lease = await pool.leases.find(claim.namespace, claim.lease.metadata.name);
  const outputs = await stack.outputs().catch(() => undefined);
  const { project, name } = stack;
  return {
    version: 1,
    ...{ number, stack: name, namespace: claim.namespace, leftOut },
    verdict: failure === undefined ? "ready" : "failed",
    failure: failure?.message ?? null,
    ends: new Date(endOf(lease ?? claim.lease)).toISOString(),
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
    `## Trial of pull request ${number}: ${verdict}`,
    "",
    ...(failure === null ? [] : [code(onOneLine(failure)), ""]),
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

/** A link only where it is one, whatever the cluster said. */
function link(url: string): string {
  return /^https?:\/\/[\w.:[\]/-]+$/.test(url) ? `<${url}>` : code(url);
}

function untilWords(ends: string): string {
  return `until ${ends.slice(0, 16).replace("T", " ")} UTC if nothing is delivered into it before`;
}

/** The report in words. */
export function trialWords({ number, verdict, namespace, ends, addresses }: TrialReport): string {
  const where = Object.entries(addresses).map(([service, url]) => `  ${service}  ${url}`);
  return [`${number}: ${verdict} in ${namespace}, ${untilWords(ends)}`, ...where].join("\n");
}
