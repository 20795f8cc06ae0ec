import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { execa } from "execa";

import { environment } from "../../tools/platform/environment.ts";

/** Adds an image to an index, for another platform or as it is. @returns the index, pinned */
export async function pushIndex(image: string, platform?: string): Promise<string> {
  const tag = `${repositoryOf(image)}:${platform?.replace("/", "-") ?? "index"}`;
  const source = platform === undefined ? image : await forPlatform(image, platform);
  return crane("index", "append", "--manifest", source, "--tag", tag);
}

/** The same image, which says of itself that it is for another platform. */
async function forPlatform(image: string, platform: string): Promise<string> {
  const tag = `${repositoryOf(image)}:${platform.replace("/", "-")}-image`;
  return crane("mutate", image, "--set-platform", platform, "--tag", tag);
}

/** The image with a layer more, which no node has yet. @returns it, pinned */
export function pushWithNewLayer(image: string): Promise<string> {
  return inFolder(async (folder) => {
    await mkdir(join(folder, "content"));
    await writeFile(join(folder, "content/once"), randomUUID());
    const layer = join(folder, "layer.tar");
    await execa("tar", ["-cf", layer, "-C", join(folder, "content"), "once"]);
    return append(image, layer);
  });
}

/** The image with a layer more that is no archive. @returns it, pinned */
export function pushWithBrokenLayer(image: string): Promise<string> {
  return inFolder(async (folder) => {
    const layer = join(folder, "layer.tar.gz");
    await writeFile(layer, gzipSync(`no archive ${randomUUID()}`.repeat(100)));
    return append(image, layer);
  });
}

/** What is no image: a manifest with a configuration of another kind, as a chart has it. @returns it, pinned */
export async function pushChart(repository: string): Promise<string> {
  const config = await pushBlob(repository, "{}");
  const layer = await pushBlob(repository, gzipSync("a chart"));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "application/vnd.cncf.helm.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", ...layer }],
  });
  const [host, name] = partsOf(repository);
  const answer = await fetch(`http://${host}/v2/${name}/manifests/chart`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: manifest,
  });
  return `${repository}@${digestIn(answer, "docker-content-digest")}`;
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

async function pushBlob(repository: string, content: string | Buffer): Promise<Blob> {
  const bytes = Buffer.from(content as string);
  const [host, name] = partsOf(repository);
  const begun = await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: "POST" });
  const upload = new URL(begun.headers.get("location") ?? "", `http://${host}`);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  const digest = `sha256:${Buffer.from(hash).toString("hex")}`;
  upload.searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream" };
  const answer = await fetch(upload, { method: "PUT", headers, body: bytes });
  return { digest: digestIn(answer, "docker-content-digest"), size: bytes.length };
}

function digestIn(answer: Response, header: string): string {
  const digest = answer.headers.get(header);
  if (!answer.ok || digest === null) {
    throw new Error(`${answer.url} answers ${answer.status} without ${header}`);
  }
  return digest;
}

async function append(image: string, layer: string): Promise<string> {
  const tag = `${repositoryOf(image)}:${randomUUID()}`;
  return crane("append", "--base", image, "--new_layer", layer, "--new_tag", tag);
}

async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-layer-"));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function crane(...args: string[]): Promise<string> {
  const { stdout } = await execa("crane", args, { env: environment() });
  return stdout.trim();
}

/** An image's name without its digest. */
export function repositoryOf(image: string): string {
  return image.slice(0, image.indexOf("@"));
}

function partsOf(repository: string): readonly [host: string, name: string] {
  const slash = repository.indexOf("/");
  return [repository.slice(0, slash), repository.slice(slash + 1)];
}
