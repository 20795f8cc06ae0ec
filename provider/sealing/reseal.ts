import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { HIDDEN } from "../../contract/marks.ts";
import { sealed, type Sealed, type SealedValuesInputs } from "../../contract/sealed-values.ts";
import { valueDigest, labelOf, newDigestKey, seal } from "../sealing.ts";
import type { Properties } from "../../wire/plugin.ts";
import { isUnknown } from "../../wire/unknown.ts";

/** What was sealed before, undefined where nothing was. */
export function sealedOf(properties: Properties): Sealed | undefined {
  return sealed.safeParse(properties).data;
}

/**
 * Seals what changed since, and leaves the ciphertext of all else as it is. A value that a preview
 * does not know yet stays unknown. With a copy of the state, which has placeholders instead of the values, nothing can have changed.
 *
 * @param publicKey asked only where there is something to seal; undefined if this identity may not have it
 * @throws Error where a value that should be base64 is none
 */
export async function sealAnew(
  old: Sealed | undefined,
  { values, namespace, name, scope, base64 = [] }: Omit<SealedValuesInputs, "controller">,
  publicKey: () => Promise<KeyObject | undefined>,
): Promise<Sealed> {
  const place = { namespace, name, scope };
  const digestKey = old?.digestKey ?? newDigestKey();
  const kept = old !== undefined && labelOf(old) === labelOf(place) ? old : undefined;
  const results = new Map<string, SealedValue>();
  let asked: Promise<KeyObject | undefined> | undefined;
  for (const [name, value] of Object.entries(values)) {
    const before = digestKey === HIDDEN ? sealedBefore(kept, name) : undefined;
    if (before !== undefined) {
      results.set(name, before);
      continue;
    }
    const isText = isUnknown(value) || value === HIDDEN || !base64.includes(name);
    const plaintext = isText ? Buffer.from(value) : decoded(name, value);
    const digest = isUnknown(value) ? value : valueDigest(plaintext, name, digestKey);
    const same = kept?.digests[name] === digest ? kept.encryptedData[name] : undefined;
    const known = isUnknown(value) ? value : same;
    const key = known === undefined ? await (asked ??= publicKey()) : undefined;
    const ciphertext = known ?? (key && seal(plaintext, key, place));
    results.set(name, { digest, ciphertext });
  }
  return { ...place, digestKey, ...sealedOfAll(results) };
}

interface SealedValue {
  readonly digest: string;
  /** Undefined where nothing may be sealed. */
  readonly ciphertext: string | undefined;
}

function sealedBefore(kept: Sealed | undefined, name: string): SealedValue | undefined {
  const [digest, ciphertext] = [kept?.digests[name], kept?.encryptedData[name]];
  return digest === undefined || ciphertext === undefined ? undefined : { digest, ciphertext };
}

function sealedOfAll(values: ReadonlyMap<string, SealedValue>) {
  const entries = [...values];
  const unsealed = entries.flatMap(([name, { ciphertext }]) => (ciphertext ? [] : [name]));
  return {
    digests: Object.fromEntries(entries.map(([name, { digest }]) => [name, digest])),
    encryptedData: Object.fromEntries(
      entries.flatMap(([name, { ciphertext }]) => (ciphertext ? [[name, ciphertext]] : [])),
    ),
    ...(unsealed.length > 0 && { unsealed }),
  };
}

/** The value is not shown: it is a secret. */
function decoded(key: string, value: string): Buffer {
  const text = value.replaceAll(/\s/g, "");
  if (z.base64().safeParse(text).success) {
    return Buffer.from(text, "base64");
  }
  throw new Error(
    `values.${key}: is not base64; set it again, e.g. with base64 file | pulumi config set --secret`,
  );
}
