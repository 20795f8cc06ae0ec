import { isMap, parseDocument, visit } from "yaml";

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
    Map: (_, node) => (isSecure(node) ? document.createNode("hidden") : undefined),
  });
  return { text: String(document), keys };
}

function isSecure(node: unknown): boolean {
  return isMap(node) && node.has("secure");
}
