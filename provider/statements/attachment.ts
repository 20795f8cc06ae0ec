import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { digestOf, repositoryOf } from "../../contract/image-reference.ts";
import type { Registry } from "../registry/registry.ts";
import { BUNDLE, UNSIGNED } from "./media-types.ts";

/** What is put beside an image. */
export interface Attachment {
  /** A bundle, or a statement that nobody has signed. */
  readonly text: string;
  readonly isSigned: boolean;
  readonly predicateType: string;
}

type Target = Pick<Registry, "manifest" | "push" | "referrers">;

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** Two that attach at a time can lose the entry of one where the registry keeps no list of its own. */
const TRIES = 4;

/**
 * Puts a statement beside an image, as cosign does.
 *
 * @param image `repository@sha256:<64 hex>`
 * @returns the digest by which the registry has it
 * @throws Error if the registry does not have the image, refuses the statement, or does not list it afterwards
 */
export async function attach(image: string, attachment: Attachment, registry: Target) {
  const subject = await subjectOf(image, registry);
  for (let tried = 0; tried < TRIES; tried++) {
    const digest = await pushed(image, subject, attachment, registry);
    const listed = await registry.referrers(image);
    if (listed.some((each) => each.digest === digest)) {
      return digest;
    }
  }
  throw new Error(
    `the registry must list what is attached to ${image}, and does not after ${TRIES} attempts; see whether others attach to it all the time`,
  );
}

async function subjectOf(image: string, registry: Target): Promise<Blob> {
  const manifest = await registry.manifest(image);
  if (manifest === undefined) {
    throw new Error(`${image} must be in the registry, got nothing`);
  }
  const { mediaType = MANIFEST } = JSON.parse(manifest) as { readonly mediaType?: string };
  return { mediaType, digest: digestOf(image) ?? "", size: Buffer.byteLength(manifest) };
}

/** Pushes it as an OCI image layout of one manifest. */
async function pushed(
  image: string,
  subject: Blob,
  { text, isSigned, predicateType }: Attachment,
  registry: Target,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-statement-"));
  try {
    const type = isSigned ? BUNDLE : UNSIGNED;
    const layers = [await stored(folder, type, text)];
    // Where the registry keeps no list, crane lists what is attached by the type of its configuration.
    const config = await stored(folder, type, "{}");
    const annotations = {
      "org.opencontainers.image.created": new Date().toISOString(),
      ...(isSigned
        ? {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicateType,
          }
        : { "in-toto.io/predicate-type": predicateType }),
    };
    const form = { schemaVersion: 2, mediaType: MANIFEST, artifactType: type };
    const content = JSON.stringify({ ...form, config, layers, subject, annotations });
    const manifest = await stored(folder, MANIFEST, content);
    await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    const index = { schemaVersion: 2, manifests: [manifest] };
    await writeFile(join(folder, "index.json"), JSON.stringify(index));
    await registry.push(folder, `${repositoryOf(image)}@${manifest.digest}`);
    return manifest.digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stored(folder: string, mediaType: string, text: string): Promise<Blob> {
  const hex = createHash("sha256").update(text).digest("hex");
  await mkdir(join(folder, "blobs/sha256"), { recursive: true });
  await writeFile(join(folder, "blobs/sha256", hex), text);
  return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
}
