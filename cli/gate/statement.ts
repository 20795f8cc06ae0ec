import type { Waiver } from "../../contract/gate-statements.ts";
import { digestOf, repositoryOf } from "../../contract/image-reference.ts";
import { PREDICATES, type StatementKind } from "../../contract/statement-kind.ts";
import { plain } from "../../mask/plain.ts";
import {
  EXTENSION,
  type GateFields,
  type Statement,
  STATEMENT_ITEMS,
  STATEMENT_TEXT,
} from "../../provider/statements/statement.ts";
import { shortened } from "../words.ts";
import type { Findings } from "./findings.ts";

/** Who verifies, for those who read a statement and know nothing of a pipeline's address. */
const VERIFIER = "urn:slipway:gate:v1";

/** Longest text of one of many: a statement stays below what is read of one. */
const ITEM_TEXT = 200;

/** All that a statement says. */
export interface Saying {
  /** `repository@sha256:<64 hex>` */
  readonly image: string;
  readonly kind: StatementKind;
  readonly fields: GateFields;
  /** @default - there is no report that can be read */
  readonly findings?: Findings | undefined;
}

/** The in-toto statement that an image has passed a gate, or failed it. Texts and lists that are too long are cut. */
export function statementOf({ image, kind, fields, findings }: Saying): Statement {
  const extension = cutFields(fields);
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      {
        name: repositoryOf(image),
        digest: { sha256: digestOf(image)?.slice("sha256:".length) ?? "" },
      },
    ],
    predicateType: PREDICATES[kind][0],
    predicate: { ...predicateOf(kind, extension, findings), [EXTENSION]: extension },
  };
}

/** A statement in the bytes that are signed. */
export function textOf(statement: Statement): string {
  return `${JSON.stringify(statement, null, 2)}\n`;
}

function predicateOf(kind: StatementKind, fields: GateFields, findings: Findings | undefined) {
  const { gate, result, startedAt, finishedAt, builder } = fields;
  const passed = result === "passed";
  if (kind === "tests") {
    const { tests } = findings ?? {};
    return {
      result: passed ? "PASSED" : "FAILED",
      configuration: fields.report === undefined ? [] : [descriptorOf(fields.report.digest)],
      ...(builder !== undefined && { url: builder }),
      ...(tests && { passedTests: names(tests.passed), failedTests: names(tests.failed) }),
    };
  }
  if (kind === "scan") {
    return {
      invocation: {
        ...(fields.command !== undefined && { parameters: [fields.command] }),
        ...(builder !== undefined && { uri: builder }),
      },
      scanner: scannerOf(fields, findings),
      metadata: { scanStartedOn: startedAt ?? finishedAt, scanFinishedOn: finishedAt },
    };
  }
  return {
    verifier: { id: builder ?? VERIFIER },
    timeCreated: finishedAt,
    properties: passed ? [`SLIPWAY_GATE_${gate.toUpperCase().replaceAll("-", "_")}`] : [],
  };
}

function scannerOf({ tool, databaseDate }: GateFields, findings: Findings | undefined) {
  const found = findings?.found.slice(0, STATEMENT_ITEMS) ?? [];
  return {
    uri: `pkg:generic/${encodeURIComponent(tool?.name ?? "unknown")}`,
    ...(tool?.version !== undefined && { version: tool.version }),
    db: { lastUpdate: databaseDate },
    result: found.map(({ id, severity }) => ({
      id: short(id, ITEM_TEXT),
      severity: [{ method: "scanner", score: short(severity, ITEM_TEXT) }],
    })),
  };
}

function descriptorOf(digest: string) {
  return { name: "report", digest: { sha256: digest.slice("sha256:".length) } };
}

function cutFields({ waivers, tool, ...fields }: GateFields): GateFields {
  const shortened = Object.entries(fields).map(([key, value]) => [
    key,
    typeof value === "string" ? short(value) : value,
  ]);
  return {
    ...(Object.fromEntries(shortened) as typeof fields),
    ...(tool && { tool: shortTool(tool) }),
    ...(waivers && waivers.length > 0 && { waivers: soonest(waivers).map(shortWaiver) }),
  };
}

function shortTool({ name, version, digest }: NonNullable<GateFields["tool"]>) {
  return {
    name: short(name),
    ...(version !== undefined && { version: short(version) }),
    ...(digest !== undefined && { digest: short(digest) }),
  };
}

/** What is cut ends later than what stays. */
function soonest(waivers: readonly Waiver[]): Waiver[] {
  const end = ({ until }: Waiver) => (until === undefined ? Infinity : Date.parse(until));
  return waivers.toSorted((one, other) => end(one) - end(other) || 0).slice(0, STATEMENT_ITEMS);
}

function shortWaiver({ id, until, why }: Waiver): Waiver {
  return {
    id: short(id, ITEM_TEXT),
    ...(until !== undefined && { until }),
    ...(why !== undefined && { why: short(why, ITEM_TEXT) }),
  };
}

function names(tests: readonly string[]): string[] {
  return tests.slice(0, STATEMENT_ITEMS).map((name) => short(name, ITEM_TEXT));
}

/** What others have written, too: a terminal that shows it obeys nothing of it. */
function short(text: string, most = STATEMENT_TEXT): string {
  return shortened(plain(text), most);
}
