import { createHash } from "node:crypto";

/** SHA-256 in hexadecimal. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * `sha256:<64 hex>` over manifests as canonical JSON: the order of keys and undefined values do not
 * count, so that equal settings and an equal digest have an equal hash on every machine.
 */
export function manifestHash(manifests: object): string {
  return `sha256:${sha256(JSON.stringify(canonical(manifests)))}`;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}
