import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import type { SealingScope } from "../contract/sealed-values.ts";

const SESSION_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const LENGTH_BYTES = 2;

/** The Secret that values are sealed for. */
export interface SealTarget {
  readonly namespace: string;
  readonly name: string;
  readonly scope: SealingScope;
}

/**
 * Seals a value for the Sealed Secrets controller: AES-256-GCM under a key of its own, which is encrypted for the
 * controller with RSA-OAEP. No two results are the same.
 *
 * @param publicKey the controller's, see `parseCertificate`
 * @returns a value of `spec.encryptedData`
 * @see https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md
 */
export function seal(plaintext: Buffer, publicKey: KeyObject, target: SealTarget): string {
  const sessionKey = randomBytes(SESSION_KEY_BYTES);
  const encryptedKey = publicEncrypt(
    {
      key: publicKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: "sha256",
      oaepLabel: Buffer.from(labelOf(target)),
    },
    sessionKey,
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(encryptedKey.length);
  // The format has no nonce; a key that encrypts only one value needs none.
  const cipher = createCipheriv("aes-256-gcm", sessionKey, Buffer.alloc(NONCE_BYTES));
  const sealed = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([length, encryptedKey, ...sealed]).toString("base64");
}

/** What the controller must know of the Secret to open a value: it opens it nowhere else. */
export function labelOf({ namespace, name, scope }: SealTarget): string {
  if (scope === "cluster-wide") {
    return "";
  }
  return scope === "namespace-wide" ? namespace : `${namespace}/${name}`;
}

/** A new key for {@link valueDigest}. */
export function newDigestKey(): string {
  return randomBytes(SESSION_KEY_BYTES).toString("hex");
}

/**
 * Shows whether a value is the same as before without being the value. Without the key nobody can guess a weak value
 * from it, or see that two keys of a credential have the same one.
 */
export function valueDigest(plaintext: Buffer, key: string, digestKey: string): string {
  return createHmac("sha256", Buffer.from(digestKey, "hex"))
    .update(`${Buffer.byteLength(key)}:${key}`)
    .update(plaintext)
    .digest("hex");
}

/** One digest for all values of a credential. */
export function valuesDigest(digests: Readonly<Record<string, string>>): string {
  const entries = Object.entries(digests).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex");
}
