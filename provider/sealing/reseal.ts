import type { KeyObject } from "node:crypto";
import { z } from "zod";
import type { SealedValuesInputs, SealedValuesOutputs } from "../../contract/sealed-values";
import { digestOf, labelOf, newDigestKey, type Place, seal } from "../sealing";
import type { CheckFailure, Properties } from "../../wire/plugin";
import { isUnknown } from "../../wire/unknown";

/** What is kept of values: ciphertext, and what tells another value from the same. */
export type Sealed = Place & Omit<SealedValuesOutputs, "digest">;

const texts = z.record(z.string(), z.string());
const scope = z.enum(["strict", "namespace-wide", "cluster-wide"]);
const controller = z.object({ namespace: z.string(), name: z.string() });
const place = { namespace: z.string().min(1), name: z.string().min(1), scope };
const given = z.object({
  ...place,
  controller,
  certificate: z.string().optional(),
  values: texts,
  base64: z.array(z.string()).optional(),
});
const kept = z.object({ ...place, encryptedData: texts, digests: texts, digestKey: z.string() });

/** What is wrong with the inputs, by the path of the value, never with the value. */
export function checkValues(news: Properties): CheckFailure[] {
  return (given.safeParse(news).error?.issues ?? []).map(({ path, message }) => {
    const property = path.join(".");
    return { property, reason: `${property || "inputs"}: ${message}` };
  });
}

/** What was sealed before, undefined where nothing was. */
export function sealedOf(properties: Properties): Sealed | undefined {
  return kept.safeParse(properties).data;
}

/**
 * Seals what changed since, and leaves the ciphertext of all else as it is. A value that a preview
 * does not know yet stays unknown.
 *
 * @param publicKey asked only where there is something to seal
 * @throws Error where a value that should be base64 is none
 */
export async function sealAnew(
  old: Sealed | undefined,
  news: Properties,
  publicKey: () => Promise<KeyObject>,
): Promise<Sealed> {
  const { values, namespace, name, scope, base64 = [] } = news as unknown as SealedValuesInputs;
  const place = { namespace, name, scope };
  const digestKey = old?.digestKey ?? newDigestKey();
  const kept = old !== undefined && labelOf(old) === labelOf(place) ? old : undefined;
  const results = new Map<string, { digest: string; ciphertext: string }>();
  let key: KeyObject | undefined;
  for (const [name, value] of Object.entries(values)) {
    const plaintext =
      base64.includes(name) && !isUnknown(value) ? decoded(name, value) : Buffer.from(value);
    const digest = isUnknown(value) ? value : digestOf(plaintext, name, digestKey);
    const same = kept?.digests[name] === digest ? kept.encryptedData[name] : undefined;
    const known = isUnknown(value) ? value : same;
    const ciphertext = known ?? seal(plaintext, (key ??= await publicKey()), place);
    results.set(name, { digest, ciphertext });
  }
  const entries = [...results];
  return {
    ...place,
    digestKey,
    digests: Object.fromEntries(entries.map(([name, { digest }]) => [name, digest])),
    encryptedData: Object.fromEntries(entries.map(([name, { ciphertext }]) => [name, ciphertext])),
  };
}

/** The value is not shown: it is a secret. */
function decoded(key: string, value: string): Buffer {
  const text = value.replaceAll(/\s/g, "");
  if (z.base64().safeParse(text).success) {
    return Buffer.from(text, "base64");
  }
  throw new Error(
    `values.${key}: is no base64; set it again, e.g. with base64 file | pulumi config set --secret`,
  );
}
