import { type Document, parseAllDocuments, type Tags } from "yaml";

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

const SOURCE = /^ *Source: (\S+)$/m;

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
  const found = documents.flatMap(({ value, template }, index) => {
    const number = documents.length > 1 ? `document ${index + 1}` : undefined;
    const within = template ?? number;
    const place = within === undefined ? origin : `${origin} (${within})`;
    return value === null || value === undefined ? [] : listed(value, place);
  });
  if (found.length > MOST_OBJECTS) {
    throw new ManifestFault(
      `${origin}: got ${found.length} objects; allowed: at most ${MOST_OBJECTS}; split it up`,
    );
  }
  return found;
}

/** A document of a text. */
interface Parsed {
  readonly value: unknown;
  /**
   * The template that a chart has it of.
   * @default - it is of no chart, or Helm does not say
   */
  readonly template: string | undefined;
}

function parse(text: string, origin: string): Parsed[] {
  if (text.length > MOST_BYTES) {
    throw new ManifestFault(
      `${origin}: got ${text.length} characters; allowed: at most ${MOST_BYTES}; leave out what is no manifest`,
    );
  }
  let template: string | undefined;
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
      template = templateOf(document);
      const [error] = [...document.errors, ...document.warnings];
      if (error !== undefined) {
        throw error;
      }
      return { value: jsonOf(document.toJS(), []), template };
    });
  } catch (error) {
    const place = template === undefined ? origin : `${origin} (${template})`;
    throw new ManifestFault(`${place}: ${yamlWords(error, text)}`);
  }
}

/** Helm writes above each document what template it is of. */
function templateOf({ commentBefore, contents }: Document.Parsed): string | undefined {
  const above = `${commentBefore ?? ""}\n${contents?.commentBefore ?? ""}`;
  const source = SOURCE.exec(above)?.[1];
  return source === undefined ? undefined : bounded(source);
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
function jsonOf(value: unknown, path: readonly (string | number)[]): unknown {
  const at = () => (path.length === 0 ? "" : `${path.join(".")}: `);
  if (path.length > MOST_DEPTH) {
    throw new Error(`more than ${MOST_DEPTH} levels deep`);
  }
  if (typeof value === "bigint") {
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
      throw new Error(
        `${at()}the number ${value} loses digits; write it in quotes if a string is meant`,
      );
    }
    return Number(value);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Error(
      `${at()}${value} is no number of JSON; write it in quotes if a string is meant`,
    );
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => jsonOf(item, [...path, index]));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Error(`${at()}a value of a type that JSON does not have`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === PULUMI_MARK || key === "__proto__") {
        throw new Error(`the key ${key} means something to Pulumi or JavaScript`);
      }
      return [key, jsonOf(inner, [...path, key])];
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
