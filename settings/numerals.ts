import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";

import type { Fault } from "./fault.ts";
import { listOf, mapping } from "./mapping.ts";

/** What YAML 1.1 reads as a number and most people would not, or as a different one: `010`, `1_0`, `0x1F`. */
const MISREAD =
  /^[-+]?(0x[\da-f_]+|0o[0-7_]+|0b[01_]+|0[\d_]+(\.[\d_]*)?(e[-+]?\d+)?|\d[\d_]*_[\d_]*(\.[\d_]*)?(e[-+]?\d+)?)$/i;

const NUMBER = /^[-+]?\.?\d[\w.+-]*$/;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}/;

/** Services, and the containers beside theirs. */
const CONTAINERS = ["services.*", "services.*.initContainers.*", "services.*.sidecars.*"];

/** What a container has as strings. */
const OF_CONTAINER = [
  "env.*",
  "env.*.expand",
  "command.*",
  "args.*",
  "probes.*.exec.command.*",
  "probes.*.httpGet.httpHeaders.*.value",
];

/** What may have labels and annotations: of Ingresses and routes one, or each of a list. */
const MARKED = [
  ...["services.*", "services.*.serviceAccount", "services.*.service", "services.*.build"],
  ...["services.*.ingress", "services.*.ingress.*", "services.*.route", "services.*.route.*"],
];

/** Where a string is meant, whatever YAML reads: `*` is any key. */
const TEXTS = [
  ...CONTAINERS.flatMap((container) => OF_CONTAINER.map((key) => `${container}.${key}`)),
  ...MARKED.flatMap((marked) => [`${marked}.labels.*`, `${marked}.annotations.*`]),
  "services.*.service.from.*.pods.*",
  "services.*.ports.*.from.*.pods.*",
  "services.*.nodeSelector.*",
  "services.*.build.args.*",
].map((path) => path.split("."));

/** Charts' values, of any depth: their templates write a number or a date as it was read, and whether text is meant nobody knows. */
const VALUES = ["services.*.manifests.values", "extras.*.values"].map((path) => path.split("."));

/** What has a name in a file, to be written again by it. */
type Anchors = ReadonlyMap<string, unknown>;

/** Deeper than any setting; an anchor may have itself in it. */
const DEEPEST = 32;

/**
 * The values that the engine read differently from how the stack's file has them: numbers that most people read
 * differently, or too large to be kept, and where a string is meant whatever arrives as a different string.
 *
 * @param file text of the stack's file
 * @param prefix of the settings' keys in it
 * @param read the settings as the engine has read them, by their keys without the prefix
 */
export function numeralFaults(
  file: string,
  prefix: string,
  read: Readonly<Record<string, unknown>>,
): Fault[] {
  const document = parseDocument(file, { prettyErrors: false, logLevel: "silent" });
  const config = (document as Document).get("config");
  if (!isMap(config)) {
    return [];
  }
  const anchors = anchorsIn(document);
  return config.items.flatMap(({ key, value }) => {
    const name = keyOf(key);
    if (!name.startsWith(prefix)) {
      return [];
    }
    const short = name.slice(prefix.length);
    return faultsIn(value, read[short], [short], anchors);
  });
}

/** The anchors of a file, by name. */
export function anchorsIn(document: Document): Anchors {
  const anchors = new Map<string, unknown>();
  visit(document, {
    Node: (_, node) => {
      if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return anchors;
}

/**
 * The same of a part of the settings.
 * @param node as the file has it
 * @param read as it was read
 * @param anchors of the file: see {@link anchorsIn}
 */
export function faultsIn(
  node: unknown,
  read: unknown,
  path: readonly PropertyKey[],
  anchors: Anchors,
): Fault[] {
  if (isAlias(node)) {
    return path.length > DEEPEST ? [] : faultsIn(anchors.get(node.source), read, path, anchors);
  }
  if (isMap(node)) {
    return faultsInMap(node, read, path, anchors);
  }
  if (isSeq(node)) {
    const items = listOf(read);
    return node.items.flatMap((item, index) =>
      faultsIn(item, items[index], [...path, index], anchors),
    );
  }
  if (!isScalar(node) || node.type !== "PLAIN") {
    return [];
  }
  const isMeant = isText(path) || (typeof read !== "boolean" && isValue(path));
  const text = misread(node.source ?? "", read, isMeant);
  return text === undefined ? [] : [{ path, text }];
}

/** Keys that come by `<<` count where the map has none of that name. */
function faultsInMap(
  node: YAMLMap,
  read: unknown,
  path: readonly PropertyKey[],
  anchors: Anchors,
): Fault[] {
  const own = new Set(node.items.map(({ key }) => keyOf(key)));
  return node.items.flatMap(({ key, value }) => {
    const name = keyOf(key);
    if (name !== "<<") {
      return faultsIn(value, mapping(read)?.[name], [...path, name], anchors);
    }
    const others = Object.entries(mapping(read) ?? {}).filter(([each]) => !own.has(each));
    const merged = isSeq(value) ? value.items : [value];
    const found = merged.map((each) => (isAlias(each) ? anchors.get(each.source) : each));
    return found.flatMap((each) =>
      each === node ? [] : faultsIn(each, Object.fromEntries(others), path, anchors),
    );
  });
}

function misread(written: string, read: unknown, isTextMeant: boolean): string | undefined {
  const quoted = `"${written}" in quotes if a string is meant`;
  const reads = `got ${written}, which YAML reads as ${String(read)}`;
  // The engine may have read a different file.
  if (typeof read === "number" && NUMBER.test(written)) {
    if (MISREAD.test(written)) {
      return `${reads}; allowed: a number without a leading zero, a prefix and underscores; write ${read}, or ${quoted}`;
    }
    if (Number.isInteger(read) && !Number.isSafeInteger(read)) {
      return `${reads}; allowed: a number up to ${Number.MAX_SAFE_INTEGER}, because a larger one loses digits; write ${quoted}`;
    }
  }
  if (!isTextMeant || !isSame(written, read) || String(read) === written) {
    return undefined;
  }
  const plain = typeof read === "string" ? "" : `${String(read)}, or `;
  return `${reads}; allowed: a string as it is to arrive; write ${plain}${quoted}`;
}

/** Whether the value that was read can be that of the file. */
function isSame(written: string, read: unknown): boolean {
  switch (typeof read) {
    case "number":
      return NUMBER.test(written);
    case "boolean":
      return written.toLowerCase() === String(read);
    case "string":
      return DATE.test(written) && read.startsWith(written.slice(0, 4));
    default:
      return false;
  }
}

function isText(path: readonly PropertyKey[]): boolean {
  return TEXTS.some(
    (text) =>
      text.length === path.length && text.every((key, index) => key === "*" || key === path[index]),
  );
}

function isValue(path: readonly PropertyKey[]): boolean {
  return VALUES.some((values) => values.every((key, index) => key === "*" || key === path[index]));
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
