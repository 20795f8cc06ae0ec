import { type Document, isMap, isScalar, isSeq, parseDocument } from "yaml";

import type { Fault } from "./fault.ts";
import { mapping } from "./mapping.ts";

/** What YAML 1.1 reads as a number and most people would not, or as a different one: `010`, `1_0`, `0x1F`. */
const MISREAD =
  /^[-+]?(0x[\da-f_]+|0o[0-7_]+|0b[01_]+|0[\d_]+(\.[\d_]*)?(e[-+]?\d+)?|\d[\d_]*_[\d_]*(\.[\d_]*)?(e[-+]?\d+)?)$/i;

/**
 * The numbers that the engine read differently from how the stack's file has them, also where a string was meant.
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
  return config.items.flatMap(({ key, value }) => {
    const name = keyOf(key);
    if (!name.startsWith(prefix)) {
      return [];
    }
    const short = name.slice(prefix.length);
    return faultsIn(value, read[short], [short]);
  });
}

function faultsIn(node: unknown, read: unknown, path: readonly PropertyKey[]): Fault[] {
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) => {
      const name = keyOf(key);
      return faultsIn(value, mapping(read)?.[name], [...path, name]);
    });
  }
  if (isSeq(node)) {
    const items: readonly unknown[] = Array.isArray(read) ? read : [];
    return node.items.flatMap((item, index) => faultsIn(item, items[index], [...path, index]));
  }
  // The engine may have read a different file.
  if (!isScalar(node) || node.type !== "PLAIN" || typeof read !== "number") {
    return [];
  }
  const written = node.source ?? "";
  if (!MISREAD.test(written)) {
    return [];
  }
  const text = `got ${written}, which YAML reads as ${read}; allowed: a number without a leading zero, a prefix and underscores; write ${read}, or "${written}" in quotes if a string is meant`;
  return [{ path, text }];
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
