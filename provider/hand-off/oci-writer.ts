import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { HandOffInputs } from "../../contract/hand-off.ts";
import { artifactOf } from "../../contract/hand-off-target.ts";
import { isDigest } from "../../contract/image-reference.ts";
import { oneLine } from "../cluster/one-line.ts";
import type { Registry } from "../registry/registry.ts";
import type { Files } from "./files.ts";
import type { Handed, Lineage, Standing } from "./lineage.ts";
import { archiveOf } from "./tar.ts";
import type { Written } from "./written.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
/** Argo CD takes this type of layer without being configured, Flux takes any. */
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG = "application/vnd.oci.empty.v1+json";

/** Hash of names and contents of the files: a different compressor makes no different desired state. */
const FILES = "slipway/files";
const STACK = "slipway/stack";

/** What is asked of a registry to hand off an artifact. */
export type ArtifactRegistry = Pick<Registry, "digest" | "manifest" | "push" | "copy">;

type Artifact = Pick<HandOffInputs, "stack" | "source" | "releases"> & { readonly oci: string };

/**
 * Writes files as one artifact that Argo CD and Flux take, unless the tag leads to one that has them.
 *
 * @param last the digest that was written last; undefined if nothing is known to have been
 * @throws Error if the tag leads to what Slipway has not written
 */
export async function writeToRegistry(
  registry: ArtifactRegistry,
  artifact: Artifact,
  files: Files,
  last: string | undefined,
): Promise<Written> {
  const { repository, tag } = artifactOf(artifact.oci);
  const reference = `${repository}:${tag}`;
  const previous = await registry.digest(reference);
  const annotations = await annotationsOf(registry, reference, previous);
  const hash = hashOf(files);
  const written = { files: hashesOf(files), isFirst: previous === undefined };
  if (previous !== undefined && annotations[FILES] === hash) {
    return { ...written, revision: previous, previous: null };
  }
  const stack = annotations[STACK];
  if (previous !== undefined && previous !== last && stack !== artifact.stack) {
    const theirs =
      stack === undefined ? "it is not Slipway's" : `it is of stack ${oneLine(stack, 60)}`;
    throw new Error(
      `${artifact.oci} leads to ${previous}, and ${theirs}; allowed: a tag that only this stack writes`,
    );
  }
  const revision = await pushed(registry, artifact, files, hash);
  const there = await registry.digest(reference);
  if (there !== revision) {
    throw new Error(
      `${artifact.oci} must lead to ${revision} after the push, got ${there ?? "nothing"}; see who else writes to it, and run again`,
    );
  }
  return { ...written, revision, previous: previous ?? "" };
}

/** What a tag leads to, if it has these files; undefined if it differs. */
export async function heldByRegistry(
  registry: ArtifactRegistry,
  oci: string,
  files: Files,
): Promise<Written | undefined> {
  const { repository, tag } = artifactOf(oci);
  const reference = `${repository}:${tag}`;
  const revision = await registry.digest(reference);
  const annotations = await annotationsOf(registry, reference, revision);
  return revision !== undefined && annotations[FILES] === hashOf(files)
    ? { revision, previous: null, isFirst: false, files: hashesOf(files) }
    : undefined;
}

/** What a tag leads to, whatever it is; undefined if it leads to nothing. */
export async function foundInRegistry(
  registry: Pick<ArtifactRegistry, "digest">,
  oci: string,
): Promise<Pick<Written, "revision" | "files"> | undefined> {
  const { repository, tag } = artifactOf(oci);
  const revision = await registry.digest(`${repository}:${tag}`);
  return revision === undefined ? undefined : { revision, files: {} };
}

/**
 * Leads a tag back to the artifact that it led to before.
 *
 * @returns undefined if it led to none
 * @throws Error if somebody has moved it since
 */
export async function restoreInRegistry(
  registry: ArtifactRegistry,
  oci: string,
  { revision, previous }: { readonly revision: string; readonly previous: string },
): Promise<Pick<Written, "revision" | "previous"> | undefined> {
  const { repository, tag } = artifactOf(oci);
  const reference = `${repository}:${tag}`;
  const there = await registry.digest(reference);
  if (previous === "" || there === previous) {
    return previous === "" ? undefined : { revision: previous, previous: null };
  }
  if (there !== revision) {
    throw new Error(
      `${oci} is not restored: it leads to ${there ?? "nothing"}, so somebody has moved it since`,
    );
  }
  await registry.copy(`${repository}@${previous}`, reference);
  return { revision: previous, previous: revision };
}

/** The artifacts of a tag: nobody says which came first, so only the one that the tag leads to is known. */
export class Artifacts implements Lineage {
  readonly #registry: Pick<ArtifactRegistry, "digest">;
  readonly #oci: string;
  readonly #handed: Handed;

  constructor(registry: Pick<ArtifactRegistry, "digest">, oci: string, handed: Handed) {
    this.#registry = registry;
    this.#oci = oci;
    this.#handed = handed;
  }

  async standing(revision: string): Promise<Standing> {
    const { revision: ours } = this.#handed;
    if (revision === ours) {
      return { kind: "ours" };
    }
    if (!isDigest(revision)) {
      return { kind: "unknown" };
    }
    const { repository, tag } = artifactOf(this.#oci);
    const there = await this.#registry.digest(`${repository}:${tag}`);
    return there === ours
      ? { kind: "earlier" }
      : { kind: "foreign", words: `${this.#oci} leads to ${there ?? "nothing"} now` };
  }
}

async function annotationsOf(
  registry: ArtifactRegistry,
  reference: string,
  digest: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (digest === undefined) {
    return {};
  }
  const manifest = JSON.parse((await registry.manifest(reference)) ?? "{}") as {
    readonly annotations?: Readonly<Record<string, string>>;
  };
  return manifest.annotations ?? {};
}

async function pushed(
  registry: ArtifactRegistry,
  { oci, stack, source, releases }: Artifact,
  files: Files,
  hash: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-artifact-"));
  try {
    const layers = [await stored(folder, LAYER, archiveOf(files))];
    const config = await stored(folder, CONFIG, Buffer.from("{}"));
    const images = releases.map(
      ({ service, image }) => [`slipway/image.${service}`, image] as const,
    );
    const hashes = releases.map(
      ({ service, manifestHash }) => [`slipway/manifest-hash.${service}`, manifestHash] as const,
    );
    const annotations = {
      "org.opencontainers.image.created": new Date().toISOString(),
      ...(source.commit !== undefined && { "org.opencontainers.image.revision": source.commit }),
      ...(source.repository !== undefined && {
        "org.opencontainers.image.source": source.repository,
      }),
      [STACK]: stack,
      [FILES]: hash,
      ...Object.fromEntries([...images, ...hashes]),
    };
    const form = { schemaVersion: 2, mediaType: MANIFEST, config, layers, annotations };
    const manifest = await stored(folder, MANIFEST, Buffer.from(JSON.stringify(form)));
    await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    const index = { schemaVersion: 2, manifests: [manifest] };
    await writeFile(join(folder, "index.json"), JSON.stringify(index));
    const { repository, tag } = artifactOf(oci);
    await registry.push(folder, `${repository}:${tag}`);
    return manifest.digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stored(folder: string, mediaType: string, content: Buffer) {
  const hex = createHash("sha256").update(content).digest("hex");
  await mkdir(join(folder, "blobs/sha256"), { recursive: true });
  await writeFile(join(folder, "blobs/sha256", hex), content);
  return { mediaType, digest: `sha256:${hex}`, size: content.length };
}

function hashesOf(files: Files): Readonly<Record<string, string>> {
  const hashes = [...files].map(([name, text]) => [name, sha256(text)]);
  return Object.fromEntries(hashes) as Readonly<Record<string, string>>;
}

function hashOf(files: Files): string {
  return `sha256:${sha256(JSON.stringify(hashesOf(files)))}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
