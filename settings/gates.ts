import { createHash, createPublicKey } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

import { z } from "zod";

import type { Gate, SignerKey } from "../components/promotion/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { STATEMENT_KINDS } from "../contract/statement-kind.ts";
import { duration } from "./duration.ts";
import { got, WITHIN } from "./fault.ts";
import * as field from "./fields.ts";
import { unusable } from "./look.ts";
import { absolute, expand, FROM_PROJECT, type Surroundings } from "./surroundings.ts";

/** Keys of which one must have signed, at most. */
const KEYS = 10;

/** A public key is some hundred bytes; a file that is larger is none. */
const KEY_BYTES = 16 * 1024;

/** The least bits of an RSA key that cosign signs with. */
const RSA_BITS = 2048;

const BEGIN = "-----BEGIN PUBLIC KEY-----";
const KEY = "the path of a public key in PEM, such as cosign.pub";
const KINDS = `${STATEMENT_KINDS.join(", ")}, or the URI of a predicate type such as https://in-toto.io/attestation/vulns/v0.2`;

/** What is asked of a gate, as the settings have it. */
interface Written {
  readonly within?: number;
  readonly signedBy?: readonly SignerKey[];
  readonly kind?: string;
}

/** The gates of a promotion: names, or by name what is asked of each. */
export function gatesSchema(surroundings: Surroundings) {
  const gate = field
    .mapping(
      {
        within: duration
          .refine((seconds) => seconds > 0, { error: "allowed: at least 1s, such as 7d or 12h" })
          .exactOptional(),
        signedBy: signedBySchema(surroundings).exactOptional(),
        kind: z
          .string({ error: `allowed: ${KINDS}` })
          .refine(isKind, { error: `allowed: ${KINDS}` })
          .exactOptional(),
      } satisfies ShapeOf<Written>,
      "within, signedBy and kind as needed, or {} for a gate of which nothing more is asked",
    )
    .refine(({ kind, signedBy }) => kind?.includes(":") !== true || signedBy !== undefined, {
      error:
        "allowed: with the URI of a predicate type also signedBy; without it, whatever anybody has attached would count",
    });
  const what =
    "a list of the gates that an image must have passed, or what is asked of each by its name";
  return z
    .union([field.list(field.label, what).check(onceEach), field.named(field.label, gate, what)], {
      error: WITHIN,
    })
    .transform((written): (string | Gate)[] =>
      Array.isArray(written)
        ? written
        : Object.entries(written).map(([name, asked]) => gateIn(name, asked)),
    );
}

/** Named twice, one of them is a different gate that is not asked for. */
function onceEach({ value, issues }: z.core.ParsePayload<string[]>): void {
  for (const [index, name] of value.entries()) {
    const first = value.indexOf(name);
    if (first < index) {
      const message = `allowed: each gate once, and it is the item [${first}] already`;
      issues.push({ code: "custom", input: name, path: [index], message });
    }
  }
}

function gateIn(name: string, { within, signedBy, kind }: Written): string | Gate {
  const asked = {
    ...(within !== undefined && { withinSeconds: within }),
    ...(signedBy && { signedBy }),
    ...(kind !== undefined && { kind }),
  };
  return Object.keys(asked).length === 0 ? name : { name, ...asked };
}

function isKind(text: string): boolean {
  return (
    (STATEMENT_KINDS as readonly string[]).includes(text) || /^https?:\/\/[^\s]{1,500}$/.test(text)
  );
}

function signedBySchema(surroundings: Surroundings) {
  const key = z.string({ error: `allowed: ${KEY}` }).transform((written, context): SignerKey => {
    const read = keyIn(written, surroundings);
    if (typeof read !== "string") {
      return read;
    }
    context.addIssue({ code: "custom", message: got(written, read) });
    return z.NEVER;
  });
  const allowed = { error: `allowed: ${KEY}, or a list of 1 to ${KEYS} of them` };
  const keys = z.array(key, allowed).min(1, allowed).max(KEYS, allowed);
  return z.union([key.transform((only) => [only]), keys], { error: WITHIN }).readonly();
}

/** A key, or why there is none. */
function keyIn(written: string, surroundings: Surroundings): SignerKey | string {
  const path = expand(written, surroundings);
  if ("unset" in path) {
    return `the environment variable ${path.unset.join(", ")} is not set; set it, or write the value here`;
  }
  const file = absolute(path.text, surroundings);
  const text = unusable(file, "file") === undefined ? beginningOf(file) : undefined;
  if (text === undefined || text.length > KEY_BYTES) {
    const reason = text === undefined ? "no such file can be read" : "it is too large for a key";
    return `${reason}; allowed: ${KEY}; ${FROM_PROJECT}`;
  }
  // Node makes a public key of a private one, which has no place in a project.
  if (text.includes("PRIVATE KEY")) {
    return `it is a private key; allowed: ${KEY}; keep the private key from the project, and replace it if others could read it`;
  }
  const keys = text.split(BEGIN).length - 1;
  if (keys > 1) {
    return `it has ${keys} public keys; allowed: ${KEY}; give each a file of its own`;
  }
  if (keys === 0) {
    return `it has no public key; allowed: ${KEY}, which begins with ${BEGIN}`;
  }
  try {
    const key = createPublicKey(text);
    const bits = key.asymmetricKeyDetails?.modulusLength;
    const isKnown = ["ec", "ed25519"].includes(key.asymmetricKeyType ?? "");
    if (!isKnown && !(key.asymmetricKeyType === "rsa" && (bits ?? 0) >= RSA_BITS)) {
      return `it is a key of the type ${key.asymmetricKeyType ?? "unknown"}; allowed: ECDSA, Ed25519, or RSA of at least ${RSA_BITS} bits`;
    }
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    const der = key.export({ type: "spki", format: "der" });
    return { name: written, pem, fingerprint: createHash("sha256").update(der).digest("hex") };
  } catch {
    return `its public key cannot be read; allowed: ${KEY}`;
  }
}

/** A little more of a file than a key may have; undefined if it cannot be read. */
function beginningOf(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const bytes = Buffer.alloc(KEY_BYTES + 1);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)).toString("utf8");
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}
