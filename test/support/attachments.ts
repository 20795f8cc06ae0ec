import { createHash } from "node:crypto";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const EMPTY = {
  mediaType: "application/vnd.oci.empty.v1+json",
  digest: sha256Of("{}"),
  size: 2,
};

/**
 * Attaches a statement to an image of a registry without a login that keeps no list of its own: the index of what is attached goes under
 * a tag, as the specification tells clients.
 *
 * @param image `host/repository@sha256:<64 hex>`
 * @returns the statement's digest
 */
export async function attach(image: string): Promise<string> {
  const [, host = "", path = "", digest = ""] = /^([^/]*)\/(.*)@(.*)$/.exec(image) ?? [];
  const base = `http://${host}/v2/${path}`;
  const head = await send("HEAD", `${base}/manifests/${digest}`, undefined, MANIFEST);
  const size = Number(head.headers.get("content-length"));
  const mediaType = head.headers.get("content-type") ?? MANIFEST;

  const upload = await send("POST", `${base}/blobs/uploads/`);
  const to = new URL(upload.headers.get("location") ?? "", base);
  to.searchParams.set("digest", EMPTY.digest);
  await send("PUT", to.href, "{}", "application/octet-stream");

  const statement = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: "application/vnd.example.statement",
    config: EMPTY,
    layers: [EMPTY],
    subject: { mediaType, digest, size },
  });
  const attached = sha256Of(statement);
  await send("PUT", `${base}/manifests/${attached}`, statement, MANIFEST);
  const entry = { mediaType: MANIFEST, digest: attached, size: Buffer.byteLength(statement) };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] });
  await send("PUT", `${base}/manifests/${digest.replace(":", "-")}`, index, INDEX);
  return attached;
}

function sha256Of(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

async function send(method: string, url: string, body?: string, type = ""): Promise<Response> {
  const headers: Record<string, string> =
    body === undefined
      ? { accept: `${type}, application/vnd.docker.distribution.manifest.v2+json` }
      : { "content-type": type };
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  if (answer.ok) {
    return answer;
  }
  throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
}
