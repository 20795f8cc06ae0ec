import { z } from "zod";

import { type Finding, findingsAt, shown } from "./finding.ts";
import { fieldOf, textOf } from "./mapping.ts";

const LONGEST_NAME = 4096;

const text = z.string().max(LONGEST_NAME);
const texts = z.array(text);
const fields = z.record(z.string(), z.unknown());

/**
 * The fields of a resource that the engine writes for this program. Each of the others makes the engine act: it keeps what
 * it should delete, takes one resource for another, runs a hook. So a field that is not here is refused.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go
 */
const entrySchema = z.strictObject({
  urn: text,
  type: text,
  custom: z.boolean(),
  id: text.optional(),
  parent: text.optional(),
  provider: text.optional(),
  inputs: fields.optional(),
  outputs: fields.optional(),
  dependencies: texts.optional(),
  propertyDependencies: z.record(z.string(), texts.nullable()).optional(),
  deletedWith: text.optional(),
  delete: z.boolean().optional(),
  pendingReplacement: z.boolean().optional(),
  protect: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  taint: z.boolean().optional(),
  external: z.boolean().optional(),
  initErrors: z.array(z.string()).optional(),
  additionalSecretOutputs: texts.optional(),
  customTimeouts: z
    .strictObject({
      create: z.number().optional(),
      update: z.number().optional(),
      delete: z.number().optional(),
    })
    .optional(),
  ignoreChanges: texts.optional(),
  importID: text.optional(),
  created: text.optional(),
  modified: text.optional(),
  sourcePosition: text.optional(),
  stackTrace: z.array(z.strictObject({ sourcePosition: text.optional() })).optional(),
});

/** A resource of the state. */
export type Entry = z.output<typeof entrySchema>;

const FIELDS = Object.keys(entrySchema.shape).sort().join(", ");

/** What is listed as a resource: the resource, or why it is none that the engine writes for this program. */
export interface Read {
  /** None, or one. */
  readonly entries: readonly Entry[];
  readonly findings: readonly Finding[];
}

/** Reads a resource. */
export function readEntry(value: unknown, place: string): Read {
  const { data, error } = entrySchema.safeParse(value);
  return data === undefined
    ? { entries: [], findings: faultsOf(value, place, error.issues) }
    : { entries: [data], findings: [] };
}

function faultsOf(value: unknown, place: string, issues: readonly z.core.$ZodIssue[]): Finding[] {
  const find = findingsAt(textOf(value, "urn") ?? place);
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.flatMap((key) =>
          find(
            `${[...issue.path, shown(key)].join(".")}: unknown field, got ${shown(fieldOf(value, key))}; allowed: ${FIELDS}`,
          ),
        )
      : find(`${issue.path.join(".") || "it"}: ${issue.message}`),
  );
}

/** The parts of a URN, undefined if it is none. */
export function partsOf(urn: string) {
  const [head, project, qualified, ...name] = urn.split("::");
  const stack = head?.startsWith("urn:pulumi:") === true ? head.slice("urn:pulumi:".length) : "";
  if (stack === "" || project === undefined || qualified === undefined || name.length === 0) {
    return undefined;
  }
  const end = qualified.lastIndexOf("$");
  return {
    stack,
    project,
    /** The types of its parents and its own. */
    qualified,
    /** Those of its parents, empty if it has none but the stack. */
    within: qualified.slice(0, Math.max(end, 0)),
    type: qualified.slice(end + 1),
    name: name.join("::"),
  };
}
