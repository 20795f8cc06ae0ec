import { z } from "zod";

import { count, type Of, pinned, word } from "./field.ts";
import { registryLogin } from "./registry-login.ts";
import type { StatementKind } from "./statement-kind.ts";

const keyShape = {
  /** SHA-256 of the key, as hexadecimal digits. */
  fingerprint: word,
  /** Public key, as PEM. */
  pem: word,
};

/** A key by which statements may be signed. */
export type PublicKey = Of<typeof keyShape>;

/** Arguments of the function `gateStatements`: images by digest, the keys that signatures are compared with, the login of one registry, and how long each image may take. */
export const gateStatementsArgs = z.object({
  images: z.array(pinned).readonly(),
  keys: z.array(z.object(keyShape).readonly()).max(100).readonly(),
  login: registryLogin.exactOptional(),
  answerSeconds: count,
});

/** A finding that was let pass, and until when. */
export interface Waiver {
  readonly id: string;
  /**
   * ISO 8601.
   * @default - it has no end
   */
  readonly until?: string;
  /** @default - nobody has said why */
  readonly why?: string;
}

/** A statement that lies beside an image and is about its digest. */
export interface FoundStatement {
  /** Digest by which the registry has it. */
  readonly digest: string;
  readonly predicateType: string;
  /** @default - of none that Slipway writes */
  readonly kind?: StatementKind;
  /** @default - it names no gate: others have written it */
  readonly gate?: string;
  readonly result: "passed" | "failed";
  /**
   * Its own time, ISO 8601.
   * @default - it has none
   */
  readonly time?: string;
  /** Fingerprints of the given keys that have signed it. */
  readonly signers: readonly string[];
  readonly isSigned: boolean;
  readonly waivers: readonly Waiver[];
  /**
   * Who has passed it, if it was a person.
   * @default - a command has
   */
  readonly by?: string;
}

/** What lies beside an image. */
export interface FoundStatements {
  readonly image: string;
  readonly statements: readonly FoundStatement[];
  /** Why some could not be read, a line each: ten at most. */
  readonly unread: readonly string[];
  /**
   * Why nothing is known.
   * @default - the registry has answered
   */
  readonly fault?: string;
}
