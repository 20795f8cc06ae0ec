import { z } from "zod";

import type { FoundStatement } from "../../contract/gate-statements.ts";
import { LABEL } from "../../contract/names.ts";
import { kindOf } from "../../contract/statement-kind.ts";

/** Longest text in a statement; what is longer is not one of ours. */
export const STATEMENT_TEXT = 1000;

/** How many a list in a statement has at most. */
export const STATEMENT_ITEMS = 500;

/** The name under which a predicate has what its own form has no place for. */
export const EXTENSION = "slipway_gate";

const text = z.string().max(STATEMENT_TEXT);
const time = z.iso.datetime({ offset: true });
const waiver = z.object({ id: text, until: time.exactOptional(), why: text.exactOptional() });

/** Form of what Slipway says of a gate, in any predicate. */
export const gateFields = z.object({
  gate: z.string().regex(LABEL),
  result: z.enum(["passed", "failed"]),
  startedAt: time.exactOptional(),
  finishedAt: time,
  by: text.exactOptional(),
  reason: text.exactOptional(),
  service: text.exactOptional(),
  command: text.exactOptional(),
  exitCode: z.int().exactOptional(),
  tool: z
    .object({ name: text, version: text.exactOptional(), digest: text.exactOptional() })
    .exactOptional(),
  databaseDate: time.exactOptional(),
  counts: z.record(text, z.int().min(0)).exactOptional(),
  waivers: z.array(waiver).max(STATEMENT_ITEMS).exactOptional(),
  report: z
    .object({ digest: text, bytes: z.int().min(0), format: text.exactOptional() })
    .exactOptional(),
  commit: text.exactOptional(),
  dirty: z.boolean().exactOptional(),
  builder: text.exactOptional(),
});

/** What Slipway says of a gate. */
export type GateFields = z.infer<typeof gateFields>;

/** Form of a statement, of whatever predicate. */
export const statementForm = z.object({
  _type: z.enum(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]),
  subject: z
    .array(z.object({ name: text.exactOptional(), digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(STATEMENT_ITEMS),
  predicateType: text,
  predicate: z.record(z.string(), z.unknown()),
});

/** An in-toto statement: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. */
export type Statement = z.infer<typeof statementForm>;

/** What a statement says of an image, before anybody knows who says it. */
export type Said = Omit<FoundStatement, "digest" | "signers" | "isSigned">;

/**
 * Reads a statement.
 *
 * @throws Error if it is none, or is not about this digest
 */
export function readStatement(json: string, digest: string): Said {
  const read = statementForm.safeParse(parsedJson(json));
  if (!read.success) {
    throw new Error(`it is no in-toto statement: ${reasonsIn(read.error)}`);
  }
  const { subject, predicateType, predicate } = read.data;
  const hex = digest.slice("sha256:".length);
  if (!subject.some((each) => each.digest["sha256"] === hex)) {
    const other = JSON.stringify(subject[0]?.digest["sha256"]?.slice(0, 64));
    throw new Error(`it is about a different digest, sha256 ${other}`);
  }
  const kind = kindOf(predicateType);
  const said = EXTENSION in predicate ? ownFields(predicate[EXTENSION]) : othersFields(predicate);
  const hasFailed = said.result === "failed" || predicate["result"] === "FAILED";
  return { predicateType, ...(kind && { kind }), ...said, result: hasFailed ? "failed" : "passed" };
}

function ownFields(value: unknown) {
  const read = gateFields.safeParse(value);
  if (!read.success) {
    throw new Error(`its ${EXTENSION} cannot be read: ${reasonsIn(read.error)}`);
  }
  const { gate, result, finishedAt, waivers = [], by } = read.data;
  return { gate, result, time: finishedAt, waivers, ...(by !== undefined && { by }) };
}

/** Where the predicates of others have their time. */
function othersFields(
  predicate: Statement["predicate"],
): Pick<Said, "result" | "time" | "waivers"> {
  const metadata = (predicate["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  const times = [metadata["scanFinishedOn"], predicate["timeCreated"], predicate["Timestamp"]];
  const found = times.find((each) => time.safeParse(each).success);
  return { result: "passed", ...(typeof found === "string" && { time: found }), waivers: [] };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("it is no JSON");
  }
}

/** Where a form is not met, without the values: they are anybody's. */
function reasonsIn({ issues }: z.ZodError): string {
  const places = issues.map(({ path }) => path.map(String).join(".").slice(0, 80) || "it");
  return `see ${[...new Set(places)].slice(0, 3).join(", ")}`;
}
