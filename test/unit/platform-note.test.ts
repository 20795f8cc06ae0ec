// Proves what is said of a registry's answers; that a program of another platform ends so is proved by the catalogue.
import { platformNotes } from "../../provider/readiness/platform-note.ts";
import { IMAGE } from "../support/release-objects.ts";

const of = (os: string, architecture: string) => ({ platform: { os, architecture } });

const noted = (manifest: string | undefined, config: string | undefined | Error) =>
  platformNotes(IMAGE, {
    manifest: () => Promise.resolve(manifest),
    config: () => (config instanceof Error ? Promise.reject(config) : Promise.resolve(config)),
  });

test.each<[string, object, object | undefined, string]>([
  ["an image", { config: {} }, { os: "linux", architecture: "arm64" }, "linux/arm64"],
  [
    "an index",
    { manifests: [of("linux", "amd64"), of("linux", "arm64"), of("unknown", "unknown")] },
    undefined,
    "linux/amd64, linux/arm64",
  ],
])("%s is named with its platforms", async (_case, manifest, config, words) => {
  expect(await noted(JSON.stringify(manifest), JSON.stringify(config))).toEqual([
    `${IMAGE} is built for ${words}`,
  ]);
});

test.each<[string, string | undefined, string | undefined | Error]>([
  ["does not answer", "{}", new Error("timeout")],
  ["has lost the image", undefined, undefined],
  ["answers with something else", "<html>", "{}"],
  ["has words for a platform that are none", "{}", '{"architecture":"arm64\\u001b[31m"}'],
])("nothing is said where the registry %s", async (_case, manifest, config) => {
  expect(await noted(manifest, config)).toEqual([]);
});
