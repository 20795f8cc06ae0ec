// A registry in memory; what a real one, crane and the controllers make of the artifact is for test/e2e/hand-off*.test.ts.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import type { HandedObject } from "../../contract/hand-off.ts";
import { filesOf } from "../../provider/hand-off/files.ts";
import type { ArtifactRegistry } from "../../provider/hand-off/oci-writer.ts";
import { atTarget, type Delivery, type Target } from "../../provider/hand-off/target.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

const SIGNAL = new AbortController().signal;
const IMAGE = `example.com/shop@sha256:${"a".repeat(64)}`;
const HASH = `sha256:${"b".repeat(64)}`;

afterAll(removeFolders);

interface Manifest {
  readonly annotations: Readonly<Record<string, string>>;
  readonly config: { readonly mediaType: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
}

/** Manifests by digest, and where tags lead. */
class MemoryRegistry implements ArtifactRegistry {
  readonly tags = new Map<string, string>();
  readonly blobs = new Map<string, Buffer>();

  digest = (reference: string) => Promise.resolve(this.tags.get(reference));

  manifest = (reference: string) =>
    Promise.resolve(this.blobs.get(this.tags.get(reference) ?? "")?.toString());

  push = (folder: string, reference: string) => {
    const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as {
      readonly manifests: readonly { readonly digest: string }[];
    };
    const read = (digest: string) => {
      const blob = readFileSync(join(folder, "blobs/sha256", digest.replace("sha256:", "")));
      expect(`sha256:${createHash("sha256").update(blob).digest("hex")}`).toBe(digest);
      this.blobs.set(digest, blob);
      return blob;
    };
    const [manifest] = index.manifests;
    const { layers } = JSON.parse(read(manifest?.digest ?? "").toString()) as Manifest;
    layers.forEach(({ digest }) => read(digest));
    this.tags.set(reference, manifest?.digest ?? "");
    return Promise.resolve();
  };

  copy = (from: string, to: string) => {
    this.tags.set(to, from.slice(from.indexOf("@") + 1));
    return Promise.resolve();
  };

  parsed(reference: string): Manifest {
    return JSON.parse(
      this.blobs.get(this.tags.get(reference) ?? "")?.toString() ?? "{}",
    ) as Manifest;
  }
}

const service = (port: number): HandedObject => ({
  ...{ apiVersion: "v1", kind: "Service", metadata: { name: "shop" } },
  spec: { ports: [{ port }] },
});

const delivery: Delivery = {
  to: { oci: "oci://example.com/manifests/shop" },
  stack: "shop/prod",
  source: { commit: "c".repeat(40), repository: "https://git.example.com/shop.git" },
  releases: [{ service: "shop", image: IMAGE, manifestHash: HASH }],
};

const at = <T>(
  registry: ArtifactRegistry,
  work: (target: Target) => Promise<T>,
  more: Partial<Delivery> = {},
) => atTarget({ ...delivery, ...more }, () => registry, SIGNAL, work);

const write = (
  registry: ArtifactRegistry,
  port = 80,
  last?: Parameters<Target["write"]>[1],
  more?: Partial<Delivery>,
) => at(registry, (target) => target.write(filesOf([service(port)], delivery.stack), last), more);

const REFERENCE = "example.com/manifests/shop:latest";

test("pushes one layer with the files, of a type that Argo CD and Flux take, and says what it is of", async () => {
  const registry = new MemoryRegistry();
  const written = await write(registry);
  expect(written).toMatchObject({
    revision: registry.tags.get(REFERENCE),
    previous: "",
    isFirst: true,
  });
  const { annotations, layers, config } = registry.parsed(REFERENCE);
  expect(annotations).toMatchObject({
    "org.opencontainers.image.revision": "c".repeat(40),
    "org.opencontainers.image.source": "https://git.example.com/shop.git",
    "slipway/stack": "shop/prod",
    "slipway/image.shop": IMAGE,
    "slipway/manifest-hash.shop": HASH,
  });
  expect(layers.map(({ mediaType }) => mediaType)).toEqual([
    "application/vnd.oci.image.layer.v1.tar+gzip",
  ]);
  expect(config.mediaType).toBe("application/vnd.oci.empty.v1+json");
  const folder = folderWith({});
  const layer = registry.blobs.get(layers[0]?.digest ?? "");
  execFileSync("tar", ["-xzf", "-", "-C", folder], { input: layer });
  for (const [name, content] of filesOf([service(80)], delivery.stack)) {
    expect(readFileSync(join(folder, name), "utf8")).toBe(content);
  }
});

test("pushes nothing where the tag leads to the same files, be it of a different commit", async () => {
  const registry = new MemoryRegistry();
  const first = await write(registry);
  const again = await write(registry, 80, first, { source: { commit: "d".repeat(40) } });
  expect(again).toEqual({ ...first, previous: null, isFirst: false });
});

test("leads the tag to what is new, and knows what is there", async () => {
  const registry = new MemoryRegistry();
  const first = await write(registry);
  const second = await write(registry, 81, first);
  expect(second).toMatchObject({
    revision: registry.tags.get(REFERENCE),
    previous: first.revision,
  });
  const files = filesOf([service(81)], delivery.stack);
  expect(await at(registry, (target) => target.holds(files))).toMatchObject({
    revision: second.revision,
  });
  const others = filesOf([service(82)], delivery.stack);
  expect(await at(registry, (target) => target.holds(others))).toBeUndefined();
});

test("leads the tag back to what was there before, and refuses where somebody has moved it since", async () => {
  const registry = new MemoryRegistry();
  const first = await write(registry);
  const second = await write(registry, 81, first);
  const taken = { revision: second.revision, previous: first.revision, reason: "crash-loop" };
  expect(await at(registry, (target) => target.restore(taken))).toEqual({
    ...{ revision: first.revision, previous: second.revision },
  });
  expect(registry.tags.get(REFERENCE)).toBe(first.revision);
  registry.tags.set(REFERENCE, HASH);
  await expect(at(registry, (target) => target.restore(taken))).rejects.toThrow(
    `oci://example.com/manifests/shop is not restored: it leads to ${HASH}, so somebody has moved it since`,
  );
});

test("refuses a tag that leads to something else", async () => {
  const registry = new MemoryRegistry();
  registry.tags.set(REFERENCE, HASH);
  await expect(write(registry)).rejects.toThrow(
    `oci://example.com/manifests/shop leads to ${HASH}, and it is not Slipway's; allowed: a tag that only this stack writes`,
  );
  const other = new MemoryRegistry();
  await write(other, 81, undefined, { stack: "shop/dev" });
  await expect(write(other)).rejects.toThrow(/and it is of stack shop\/dev; allowed/);
});

test("fails where the registry or somebody else has something other than what was pushed", async () => {
  const registry = new MemoryRegistry();
  const push = registry.push;
  registry.push = async (folder, reference) => {
    await push(folder, reference);
    registry.tags.set(reference, HASH);
  };
  await expect(write(registry)).rejects.toThrow(
    /must lead to sha256:[0-9a-f]{64} after the push, got sha256:b+;/,
  );
});

test("knows of a reported digest whether it is ours, came before, or took over", async () => {
  const registry = new MemoryRegistry();
  const first = await write(registry);
  const { revision } = await write(registry, 81, first);
  const standing = (reported: string) =>
    at(registry, (target) => target.lineage({ revision, changed: true }).standing(reported));
  expect(await standing(revision)).toEqual({ kind: "ours" });
  expect(await standing(first.revision)).toEqual({ kind: "earlier" });
  expect(await standing("latest")).toEqual({ kind: "unknown" });
  registry.tags.set(REFERENCE, HASH);
  expect(await standing(HASH)).toEqual({
    kind: "foreign",
    words: `oci://example.com/manifests/shop leads to ${HASH} now`,
  });
});
