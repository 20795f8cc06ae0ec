// Proves what is said of an image that a node reports under another digest; that a node does so is proved by the catalogue.
import { secondDigest } from "../../provider/readiness/second-digest.ts";
import { digest, IMAGE, release } from "../support/release-objects.ts";

const OTHER = `registry.example.com/other@${digest("c")}`;
const PODS = [{ name: "shop-new-1", imageID: OTHER }];
const SAID = `shop: the node reports ${OTHER} for ${IMAGE}; `;
const ONE = `${SAID}by the registry both are one image, which the node has under two digests`;
const PINNED = "the pods are pinned to the released digest, which the node's runtime has verified";

/** What is said where the registry has these manifests, by the first letter of their digest. */
const told = (manifests: Readonly<Record<string, object>>, pods = PODS) =>
  secondDigest(release(), pods, {
    manifest: (reference) => {
      expect(reference).toMatch(/^registry\.example\.com\/shop@sha256:/);
      const found = manifests[reference.at(-1) ?? ""];
      return found === undefined
        ? Promise.reject(new Error("MANIFEST_UNKNOWN"))
        : Promise.resolve(JSON.stringify(found));
    },
  });

const manifest = (config: string) => ({ config: { digest: digest(config) } });
const index = (...listed: string[]) => ({
  manifests: listed.map((of) => ({ digest: digest(of) })),
});

test.each<[string, Readonly<Record<string, object>>, string]>([
  ["an index that lists the released manifest", { a: manifest("f"), c: index("b", "a") }, ONE],
  ["a manifest that the released index lists", { a: index("c", "d"), c: manifest("f") }, ONE],
  ["a manifest of the same configuration", { a: manifest("f"), c: manifest("f") }, ONE],
  ["an index over the same manifest", { a: index("d"), c: index("d", "e") }, ONE],
  [
    "a manifest of another configuration",
    { a: manifest("f"), c: manifest("e") },
    `${SAID}by the registry these are two images; ${PINNED}`,
  ],
  [
    "what the registry does not have",
    { a: manifest("f") },
    `${SAID}${PINNED} (the registry was asked whether both are one image: MANIFEST_UNKNOWN)`,
  ],
])("a node that reports %s is told of", async (_case, manifests, words) => {
  expect(await told(manifests)).toBe(words);
});

test("the registry is not asked where the nodes report the released digest", async () => {
  expect(await told({}, [{ name: "shop-new-1", imageID: IMAGE }])).toBeUndefined();
});
