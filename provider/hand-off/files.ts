import { createHash } from "node:crypto";

import { Document, visit } from "yaml";

import type { HandedObject } from "../../contract/hand-off.ts";
import { oneLine } from "../cluster/one-line.ts";

/** The list by which controllers, and kubectl, know the files. */
export const KUSTOMIZATION = "kustomization.yaml";

/** The first line of a list that Slipway has written; the stack follows. */
const MARK = "# Written by Slipway, which replaces what is changed here, for stack ";

/** Names that a file may have as they are. */
const PLAIN_NAME = /^[a-z0-9][a-z0-9.-]{0,89}$/;

/** Words of the program that registers the objects; they mean nothing to who applies them. */
const ENGINE_ANNOTATION = /^pulumi\.com\//;

/** Files by name, with their content. */
export type Files = ReadonlyMap<string, string>;

/**
 * Manifests as files: one object each, with the same names and content for the same manifests whatever their order, and
 * the list of them.
 *
 * @throws Error for two manifests of one object
 */
export function filesOf(objects: readonly HandedObject[], stack: string): Files {
  const shortNames = objects.map(shortName);
  const contents = objects.map((object, index): [string, string] => {
    const short = shortNames[index] ?? "";
    const isShared = shortNames.indexOf(short) !== shortNames.lastIndexOf(short);
    return [`${isShared ? longName(object) : short}.yaml`, textOf(object)];
  });
  const files = new Map(contents.sort(([one], [other]) => (one < other ? -1 : 1)));
  const twice = contents.find(([name], index) => contents[index + 1]?.[0] === name);
  if (twice !== undefined) {
    throw new Error(
      `hand-off: two manifests are of one object, ${twice[0].replace(/\.yaml$/, "")}; allowed: one each`,
    );
  }
  return new Map([...files, [KUSTOMIZATION, listOf([...files.keys()], stack)]]);
}

/** A list of files that Slipway has written. */
export interface List {
  readonly stack: string;
  readonly names: readonly string[];
}

/** What a list of Slipway's says; undefined if somebody else has written it. */
export function listIn(kustomization: string): List | undefined {
  const [first = "", ...lines] = kustomization.split("\n");
  const names = lines.flatMap((line) => /^ {2}- ([a-z0-9][\w.-]*\.yaml)$/.exec(line)?.[1] ?? []);
  return first.startsWith(MARK) ? { stack: first.slice(MARK.length), names } : undefined;
}

/** The list of files. */
export function listOf(names: readonly string[], stack: string): string {
  const form = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization"];
  const resources = names.length === 0 ? ["resources: []"] : ["resources:"];
  const items = names.map((name) => `  - ${name}`);
  return [`${MARK}${oneLine(stack)}`, ...form, ...resources, ...items, ""].join("\n");
}

function shortName({ kind, metadata: { name } }: HandedObject): string {
  return fileName(`${kind.toLowerCase()}-${name}`);
}

/** For objects of one kind and name in several namespaces, or kinds of one name in several groups. */
function longName(object: HandedObject): string {
  const { apiVersion, metadata } = object;
  const group = apiVersion.includes("/") ? `.${apiVersion.slice(0, apiVersion.indexOf("/"))}` : "";
  const namespace = metadata.namespace === undefined ? "" : `.${metadata.namespace}`;
  return fileName(`${shortName(object)}${namespace}${group}`);
}

/** A name that no folder, option or list takes for something else. */
function fileName(name: string): string {
  if (PLAIN_NAME.test(name)) {
    return name;
  }
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, "-");
  return `${plain.replace(/^[.-]+/, "").slice(0, 80)}-${hash}`;
}

/** A string that some reader may take for a number or a time. */
const NUMERIC = /^[-+]?[.\d]/;

/** What some readers take for the end of a line, or refuse: in quotes it can be written as an escape. */
const UNREADABLE = /[\x7f-\x9f\u2028\u2029\ufeff]/g;

/** With all in quotes that YAML 1.1 or 1.2 takes for something other than a string: readers know either. */
function textOf(object: HandedObject): string {
  const document = new Document(withoutEngine(object), {
    version: "1.1",
    sortMapEntries: (one, other) =>
      rankOf(one.key) - rankOf(other.key) || compare(one.key, other.key),
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar: (_key, node) => {
      const { value } = node;
      if (typeof value === "string" && (NUMERIC.test(value) || value.search(UNREADABLE) !== -1)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document
    .toString({ lineWidth: 0 })
    .replaceAll(UNREADABLE, (character) => `\\u${hexOf(character)}`);
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

const FIRST = ["apiVersion", "kind", "metadata"];

function rankOf(key: unknown): number {
  const rank = FIRST.indexOf(keyOf(key));
  return rank === -1 ? FIRST.length : rank;
}

function compare(one: unknown, other: unknown): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function keyOf(key: unknown): string {
  return String((key as { readonly value?: unknown }).value);
}

function withoutEngine(object: HandedObject): object {
  const { annotations, ...metadata } = object.metadata as {
    readonly annotations?: Readonly<Record<string, unknown>>;
  };
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !ENGINE_ANNOTATION.test(name));
  return {
    ...object,
    metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
  };
}
