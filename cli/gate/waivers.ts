import { readFile, stat } from "node:fs/promises";

import { parse } from "yaml";
import { z } from "zod";

import type { Waiver } from "../../contract/gate-statements.ts";
import { badInput } from "../exit-code.ts";
import type { Findings } from "./findings.ts";

const BYTES = 1024 * 1024;
const SECTIONS = ["vulnerabilities", "misconfigurations", "secrets", "licenses"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const entry = z.object({
  id: z.string().min(1),
  expired_at: z.union([z.string(), z.date()]).nullish(),
  statement: z.string().nullish(),
});
const form = z.partialRecord(z.enum(SECTIONS), z.array(entry).nullish());

/**
 * What a scanner was told to ignore, by the file that says so. What has ended at that time is left out: it was not ignored any more.
 *
 * @param file in the form of `.trivyignore.yaml`, or of `.trivyignore`
 * @throws CommandFailure if it cannot be read
 */
export async function waiversIn(file: string, now: number): Promise<Waiver[]> {
  const allowed = "allowed: a file such as .trivyignore.yaml or .trivyignore, of at most 1 MiB";
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > BYTES) {
    throw badInput(`--waivers: got ${JSON.stringify(file)}; ${allowed}`);
  }
  const text = await readFile(file, "utf8");
  const all = /\.ya?ml$/.test(file) ? inYaml(text) : inLines(text);
  const unlike = all?.find(({ until }) => until !== undefined && Number.isNaN(Date.parse(until)));
  if (all === undefined || unlike !== undefined) {
    const where =
      unlike === undefined ? "it is not of this form" : `the end of ${unlike.id} is no date`;
    throw badInput(`--waivers: got ${JSON.stringify(file)}, and ${where}; ${allowed}`);
  }
  return all
    .map(({ until, ...waiver }) => ({
      ...waiver,
      ...(until !== undefined && { until: new Date(until).toISOString() }),
    }))
    .filter(({ until }) => until === undefined || Date.parse(until) > now);
}

/** Those that let something pass, as far as the report says it; and what it says beside. */
export function usedWaivers(
  waivers: readonly Waiver[],
  { waived }: Pick<Findings, "waived">,
): Waiver[] {
  if (waived === undefined) {
    return [...waivers];
  }
  const used = waivers.filter(({ id }) => waived.some((each) => each.id === id));
  const named = new Set(used.map(({ id }) => id));
  const others = waived.filter(({ id }) => !named.has(id));
  return [...used, ...new Map(others.map((each) => [each.id, each])).values()];
}

function inYaml(text: string): Waiver[] | undefined {
  const read = form.safeParse(yamlIn(text) ?? {}).data;
  if (read === undefined) {
    return undefined;
  }
  const entries = SECTIONS.flatMap((section) => read[section] ?? []);
  return entries.map(({ id, expired_at: end, statement }) => ({
    id,
    ...(end != null && { until: end instanceof Date ? end.toISOString() : end }),
    ...(statement != null && { why: statement }),
  }));
}

function yamlIn(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent", maxAliasCount: 10 });
  } catch {
    return "";
  }
}

/** A line each: an id, and as needed `exp:2026-12-31`. */
function inLines(text: string): Waiver[] {
  return text
    .split("\n")
    .map((line) => line.split("#", 1)[0]?.trim() ?? "")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", ...words] = line.split(/\s+/);
      const end = words.find((word) => word.startsWith("exp:"))?.slice("exp:".length);
      const until = end !== undefined && !DAY.test(end) ? "" : end;
      return { id, ...(until !== undefined && { until }) };
    });
}
