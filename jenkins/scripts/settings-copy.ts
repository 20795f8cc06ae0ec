import { isMap, parse, parseDocument, visit } from "yaml";

import { HIDDEN } from "../../contract/marks.ts";

/** A stack's settings without what only its passphrase opens. */
export interface OpenSettings {
  readonly text: string;
  /** Settings that were removed. */
  readonly keys: readonly string[];
}

/** Keys by which a stack knows how its secrets are encrypted. */
const ENCRYPTION = ["encryptionsalt", "encryptedkey", "secretsprovider"] as const;

/** Removes the encrypted settings, and how they were encrypted, from the text of `Pulumi.<stack>.yaml`; within others a placeholder stays. */
export function withoutSecureSettings(settings: string): OpenSettings {
  const document = parseDocument(settings);
  for (const key of ENCRYPTION) {
    document.delete(key);
  }
  const config = document.get("config");
  const keys = isMap(config)
    ? config.items.flatMap(({ key, value }) => (isSecure(value) ? [String(key)] : []))
    : [];
  for (const key of keys) {
    document.deleteIn(["config", key]);
  }
  visit(document, {
    Map: (_, node) => (isSecure(node) ? document.createNode(HIDDEN) : undefined),
  });
  return { text: String(document), keys };
}

function isSecure(node: unknown): boolean {
  return isMap(node) && node.has("secure");
}

/** Names of the stacks of this project whose outputs a stack's settings read: one that it promotes from, those that credentials come from. */
export function stacksRead(settings: string): string[] {
  const { config } = parse(settings) as { readonly config?: Readonly<Record<string, unknown>> };
  const promoted = config?.["slipway:promoteFrom"];
  const names = [
    ...(typeof promoted === "string" && promoted !== "" ? [promoted] : []),
    ...stacksIn([promoted, config?.["slipway:credentials"]]),
  ];
  return [...new Set(names.map((name) => name.slice(name.lastIndexOf("/") + 1)))];
}

function stacksIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, each]) =>
    key === "stack" && typeof each === "string" ? [each] : stacksIn(each),
  );
}
