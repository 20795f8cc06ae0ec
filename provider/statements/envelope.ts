import { createPublicKey, type KeyObject, verify } from "node:crypto";

import type { PublicKey } from "../../contract/gate-statements.ts";

/** A signed text: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md. */
export interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

/** What envelopes with statements say that they hold. */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Hashes by which elliptic curves and RSA sign: cosign uses the first, and newer signers that of the curve. */
const HASHES = ["sha256", "sha384", "sha512"];

/** Fingerprints of the keys that have signed an envelope. */
export function signersOf(envelope: Envelope, keys: readonly PublicKey[]): string[] {
  const text = encoded(envelope);
  const signatures = envelope.signatures.map(({ sig }) => Buffer.from(sig, "base64"));
  return keys
    .filter(({ pem }) => {
      const key = createPublicKey(pem);
      return signatures.some((signature) => hasSigned(key, text, signature));
    })
    .map(({ fingerprint }) => fingerprint);
}

/** The text in an envelope. */
export function payloadOf({ payload }: Pick<Envelope, "payload">): string {
  return Buffer.from(payload, "base64").toString("utf8");
}

/** What is signed: the type with the text, so that none can be taken for the other. */
export function encoded({ payloadType, payload }: Pick<Envelope, "payloadType" | "payload">) {
  const body = Buffer.from(payload, "base64");
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `;
  return Buffer.concat([Buffer.from(head), body]);
}

function hasSigned(key: KeyObject, text: Buffer, signature: Buffer): boolean {
  const hashes = key.asymmetricKeyType === "ed25519" ? [null] : HASHES;
  return hashes.some((hash) => {
    try {
      return verify(hash, text, key, signature);
    } catch {
      return false;
    }
  });
}
