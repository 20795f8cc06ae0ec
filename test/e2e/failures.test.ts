// Proves the reasons of a few quick cases of the failure catalogue, and no seconds: those are measured by
// `npm run catalogue`, which plays all of them, because a machine that runs tests is too busy for figures.
import { CATALOGUE } from "../../bench/catalogue/catalogue.ts";
import { buildImages } from "../../bench/catalogue/images.ts";
import { play } from "../../bench/catalogue/play.ts";

const QUICK: Readonly<Record<string, RegExp>> = {
  "image-digest-missing": /^shop: image-not-found after \d+ s: .*@sha256:0123456789abcdef/,
  "secret-key-missing": /^shop: config-missing after \d+ s: .*key token in Secret .*payment/,
  "quota-none":
    /^shop: quota-exceeded after \d+ s: .*requested: pods=1, used: pods=0, limited: pods=0/,
  "crash-once": /^$/,
};

test("broken services are told by what is to be mended, and one crash is forgiven", async () => {
  const entries = CATALOGUE.filter(({ name }) => name in QUICK);
  const results = await play(entries, { images: await buildImages() });
  expect(results).toHaveLength(Object.keys(QUICK).length);
  for (const { entry, outcomes } of results) {
    const reason = entry.expected === "ready" ? "ready" : entry.expected.reason;
    const message = expect.stringMatching(QUICK[entry.name] ?? /never/) as string;
    expect(outcomes).toEqual([expect.objectContaining({ reason, message })]);
  }
});
