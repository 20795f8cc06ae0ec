import { parseAllDocuments, type Tags } from "yaml";

import { plain } from "../../mask/plain.ts";
import type { Found } from "./object.ts";

/** All that one source may be; the API server itself accepts no object of more than 3 MiB or so. */
export const MOST_BYTES = 16 << 20;

/** More objects than that are a mistake, or a chart of everything. */
const MOST_OBJECTS = 2000;

const MOST_DEPTH = 100;

const LONGEST = 300;

/** What kubectl and Helm read as strings. */
const STRINGS = /:(?:timestamp|binary|set|omap|pairs)$/;

/** Keys by which Pulumi marks values of its own. */
const PULUMI_MARK = "4dabf18193072939515e22adb298388d";

/** One thing that is wrong with manifests. */
export class ManifestFault extends Error {
  override readonly name = "ManifestFault";
}

/**
 * The documents of a text, read as kubectl reads them: YAML 1.1 without times and base 60, so that `0644` is octal and
 * `yes` is true.
 *
 * @param origin the file, for messages
 * @throws ManifestFault where it cannot be read
 */
export function documentsIn(text: string, origin: string): Found[] {
  const documents = parse(text, origin);
  const found = documents.flatMap((value, index) => {
    const place = documents.length > 1 ? `${origin} (document ${index + 1})` : origin;
    return value === null || value === undefined ? [] : listed(value, place);
  });
  if (found.length > MOST_OBJECTS) {
    throw new ManifestFault(
      `${origin}: got ${found.length} objects; allowed: at most ${MOST_OBJECTS}; split it up`,
    );
  }
  return found;
}

function parse(text: string, origin: string): unknown[] {
  if (text.length > MOST_BYTES) {
    throw new ManifestFault(
      `${origin}: got ${text.length} characters; allowed: at most ${MOST_BYTES}; leave out what is no manifest`,
    );
  }
  try {
    const documents = parseAllDocuments(text, {
      // A directive of the text's own would read `0644` as decimal.
      schema: "yaml-1.1",
      merge: true,
      customTags: asKubectl,
      intAsBigInt: true,
      logLevel: "silent",
      prettyErrors: true,
    });
    return [...documents].map((document) => {
      const [error] = [...document.errors, ...document.warnings];
      if (error !== undefined) {
        throw error;
      }
      return jsonOf(document.toJS(), 0);
    });
  } catch (error) {
    throw new ManifestFault(`${origin}: ${yamlWords(error, text)}`);
  }
}

function yamlWords(error: unknown, text: string): string {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  const hint = /^[ \t]*\{\{/m.test(text)
    ? "it has templates of Helm: give the chart as {chart: …}"
    : "fix it, or leave it out";
  return `is not YAML that Kubernetes reads (${bounded(reason)}); ${hint}`;
}

/** Others' words in a message. */
export function bounded(text: string, longest = LONGEST): string {
  const line = plain(text).replaceAll("\n", " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function asKubectl(tags: Tags): Tags {
  return tags.filter((tag) => {
    const isBase60 = typeof tag === "object" && "format" in tag && tag.format === "TIME";
    return typeof tag === "string" || !(isBase60 || STRINGS.test(tag.tag));
  });
}

/** The value as JSON has it. */
function jsonOf(value: unknown, depth: number): unknown {
  if (depth > MOST_DEPTH) {
    throw new Error(`more than ${MOST_DEPTH} levels deep`);
  }
  if (typeof value === "bigint") {
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
      throw new Error(`the number ${value} loses digits; write it in quotes if a string is meant`);
    }
    return Number(value);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Error(`${value} is no number of JSON; write it in quotes if a string is meant`);
  }
  if (Array.isArray(value)) {
    return value.map((item) => jsonOf(item, depth + 1));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Error("it has a value of a type that JSON does not have");
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === PULUMI_MARK || key === "__proto__") {
        throw new Error(`the key ${key} means something to Pulumi or JavaScript`);
      }
      return [key, jsonOf(inner, depth + 1)];
    }),
  );
}

/** The objects of a List, whatever is in it; any other object is itself. */
function listed(value: unknown, origin: string): Found[] {
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) {
    return [{ origin, value }];
  }
  return items.flatMap((item: unknown, index) => {
    const place = `${origin} (item ${index + 1})`;
    return item === null || item === undefined ? [] : listed(item, place);
  });
}
