import { createHash } from "node:crypto";

import { z } from "zod";

import type { FoundStatement, FoundStatements, PublicKey } from "../../contract/gate-statements.ts";
import { digestOf, isDigest, repositoryOf } from "../../contract/image-reference.ts";
import { atATime } from "../cluster/at-a-time.ts";
import type { Referrer } from "../registry/referrers.ts";
import { PAYLOAD_TYPE, payloadOf, signersOf } from "./envelope.ts";
import { isStatement, mayBeStatement, UNSIGNED } from "./media-types.ts";
import { readStatement } from "./statement.ts";

/** What is asked of a registry to find statements. */
export interface StatementSource {
  /** What names an image as its subject. */
  referrers(image: string, limit: AbortSignal): Promise<readonly Referrer[]>;
  /** A manifest as JSON, undefined if the registry does not have it. */
  manifest(reference: string, limit: AbortSignal): Promise<string | undefined>;
  /** A blob as text, undefined if the registry does not have it. */
  blob(reference: string, limit: AbortSignal): Promise<string | undefined>;
}

/** Questions that are asked at a time. */
const TOGETHER = 8;

/** What lies beside one image at most: a scan each day of half a year. */
const MOST = 200;

/** Statements in what cosign keeps under one tag. */
const LAYERS = 50;

/** The largest statement that is read. */
export const STATEMENT_BYTES = 768 * 1024;

/** Reasons that are reported of what cannot be read. */
const REASONS = 10;

const manifestForm = z.object({
  subject: z.object({ digest: z.string() }).exactOptional(),
  layers: z.array(
    z.object({ mediaType: z.string(), digest: z.string().refine(isDigest), size: z.number() }),
  ),
});

const envelopeForm = z.object({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: z.string(),
  signatures: z
    .array(z.object({ sig: z.string() }))
    .min(1)
    .max(10),
});

/**
 * Reads the statements beside an image. What others have put there is not believed: neither whose they are, nor that they are
 * about this image, nor how large they are.
 *
 * @param image `repository@sha256:<64 hex>`
 * @throws Error if the registry does not answer, or keeps more than is read
 */
export async function statementsOf(
  image: string,
  keys: readonly PublicKey[],
  source: StatementSource,
  limit: AbortSignal,
): Promise<Pick<FoundStatements, "statements" | "unread">> {
  const digest = digestOf(image) ?? "";
  const repository = repositoryOf(image);
  const listed = await source.referrers(image, limit);
  const candidates = listed.filter(({ artifactType }) => mayBeStatement(artifactType));
  if (candidates.length > MOST) {
    throw new Error(
      `${candidates.length} statements lie beside ${image}, and ${MOST} are read at most; delete old ones`,
    );
  }
  const tag = `${repository}:${digest.replace(":", "-")}.att`;
  const holders = [
    ...candidates.map((each) => ({ reference: `${repository}@${each.digest}`, named: true })),
    { reference: tag, named: false },
  ];
  const read = await atATime(TOGETHER, holders, ({ reference, named }) =>
    heldBy(reference, named ? digest : undefined, source, limit),
  );
  const parts = await atATime(TOGETHER, read.flat(), async (part) =>
    "fault" in part ? part : readPart(part, { digest, repository, keys }, source, limit),
  );
  const found = parts.filter((part) => part !== undefined);
  return {
    statements: found.flatMap((part) => ("fault" in part ? [] : [part])),
    unread: found.flatMap((part) => ("fault" in part ? [part.fault] : [])).slice(0, REASONS),
  };
}

/** Where one statement is. */
interface Part {
  readonly holder: string;
  readonly mediaType: string;
  readonly digest: string;
}

interface Unread {
  readonly fault: string;
}

/** The statements that a manifest lists; none where the registry lacks it, since a tag may be that of nothing. */
async function heldBy(
  reference: string,
  subject: string | undefined,
  source: StatementSource,
  limit: AbortSignal,
): Promise<(Part | Unread)[]> {
  const holder = reference.slice(reference.search(/[@:](?=sha256)/) + 1);
  const text = await source.manifest(reference, limit);
  if (text === undefined) {
    return [];
  }
  const manifest = manifestForm.safeParse(jsonIn(text)).data;
  const layers = manifest?.layers.filter(({ mediaType }) => isStatement(mediaType)) ?? [];
  if (subject !== undefined && layers.length > 0 && manifest?.subject?.digest !== subject) {
    return [{ fault: `${holder} names a different image as its subject` }];
  }
  if (layers.length > LAYERS) {
    return [{ fault: `${holder} has ${layers.length} statements, and ${LAYERS} are read at most` }];
  }
  return layers.map(({ mediaType, digest, size }) =>
    size > STATEMENT_BYTES
      ? { fault: `${holder} has ${size} bytes, and ${STATEMENT_BYTES} are read at most` }
      : { holder, mediaType, digest },
  );
}

interface About {
  readonly digest: string;
  readonly repository: string;
  readonly keys: readonly PublicKey[];
}

/** A statement; undefined for a bundle that holds something else, such as a signature of the image. */
async function readPart(
  { holder, mediaType, digest: part }: Part,
  { digest, repository, keys }: About,
  source: StatementSource,
  limit: AbortSignal,
): Promise<FoundStatement | Unread | undefined> {
  try {
    const text = await textOf(`${repository}@${part}`, source, limit);
    if (`sha256:${createHash("sha256").update(text).digest("hex")}` !== part) {
      throw new Error("the registry has other bytes under its digest");
    }
    if (mediaType === UNSIGNED) {
      return { digest: holder, ...readStatement(text, digest), signers: [], isSigned: false };
    }
    const envelope = envelopeIn(jsonIn(text));
    if (envelope === undefined) {
      return undefined;
    }
    const said = readStatement(payloadOf(envelope), digest);
    return { digest: holder, ...said, signers: signersOf(envelope, keys), isSigned: true };
  } catch (error) {
    if (error instanceof NoAnswer) {
      throw error;
    }
    return { fault: `${holder}: ${(error as Error).message}` };
  }
}

/** The registry has not answered: what it did not hand over may be the newest statement. */
class NoAnswer extends Error {}

/** What crane says of a blob that is not the one that it was asked for, and Node of one that does not end. */
const UNLIKE = /error verifying (?:size|sha256 checksum)|maxBuffer length exceeded/;

async function textOf(
  reference: string,
  source: StatementSource,
  limit: AbortSignal,
): Promise<string> {
  try {
    return (await source.blob(reference, limit)) ?? "";
  } catch (error) {
    limit.throwIfAborted();
    const { message } = error as Error;
    throw UNLIKE.test(message) ? error : new NoAnswer(message);
  }
}

function envelopeIn(json: unknown) {
  const { dsseEnvelope = json } = (json ?? {}) as { readonly dsseEnvelope?: unknown };
  if (typeof dsseEnvelope === "object" && dsseEnvelope !== null && "payload" in dsseEnvelope) {
    const read = envelopeForm.safeParse(dsseEnvelope).data;
    if (read === undefined) {
      throw new Error("its envelope cannot be read");
    }
    return read;
  }
  return undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
