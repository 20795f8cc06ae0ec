// Proves what is held against an approved preview; that an up with another image changes nothing is for test/e2e/jenkins-scripts.
import { join } from "node:path";

import { type Approval, readApproval, requireApproved } from "../../components/index.ts";
import { requireDigest } from "../../components/approval.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const [A, B] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
const REMEDY = "preview again, and have that approved";
const shop = { name: "shop", image: { action: "given", tag: null, digest: A } };
const PREVIEW = {
  version: 1,
  stack: "organization/slipway/prod",
  outcome: "changes",
  services: [shop],
};

function fileWith(preview: unknown): string {
  return join(folderWith({ "preview.json": JSON.stringify(preview) }), "preview.json");
}

const promoted = (digest: string) => ({
  promoted: `r/shop@${digest}`,
  origin: { dirty: false } as never,
});
const build = { build: { context: "shop" } };

function refusal(
  approval: Approval | undefined,
  services: Parameters<typeof requireApproved>[0]["services"],
  tags: Readonly<Record<string, string>> = {},
): string {
  const builds = Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, { tag }]));
  try {
    requireApproved({ services, builds }, approval);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("without a file everything may run", () => {
  expect(readApproval("prod", undefined)).toBeUndefined();
  expect(refusal(undefined, { shop: promoted(B) })).toBe("");
});

test("the file of a preview says which image was approved for which service, and leaves out what is removed", () => {
  const removed = { name: "old", image: { action: "none", tag: null, digest: null } };
  const approval = readApproval("prod", fileWith({ ...PREVIEW, services: [shop, removed] }));
  expect(approval).toEqual({ shop: { tag: null, digest: A } });
});

test.each([
  ["of another stack", { ...PREVIEW, stack: "dev" }, "the preview of dev; allowed: that of prod"],
  ["that failed", { ...PREVIEW, outcome: "failed" }, `a preview that failed; ${REMEDY}`],
  [
    "of an unknown version",
    { ...PREVIEW, version: 2 },
    "version 2; allowed: version 1, a file that npx slipway preview --json wrote",
  ],
  [
    "that is something else",
    [1],
    "version undefined; allowed: version 1, a file that npx slipway preview --json wrote",
  ],
  [
    "without images",
    { ...PREVIEW, services: [{ name: "shop" }] },
    "a service without a name or an image; allowed: a file that npx slipway preview --json wrote",
  ],
])("a preview %s approves nothing", (_, preview, said) => {
  const file = fileWith(preview);
  expect(() => readApproval("prod", file)).toThrow(`SLIPWAY_EXPECT: got "${file}", ${said}`);
});

test("a file that is missing or empty ends the run: it approves nothing", () => {
  expect(() => readApproval("prod", "/nowhere/preview.json")).toThrow(
    /^SLIPWAY_EXPECT: got "\/nowhere\/preview\.json", which cannot be read \(ENOENT.*allowed: a file that npx slipway preview --json wrote$/,
  );
  expect(() => readApproval("prod", "")).toThrow('SLIPWAY_EXPECT: got "", which cannot be read');
});

test("an image that is promoted or pinned runs by the approved digest alone", () => {
  const approval = { shop: { tag: null, digest: A } };
  expect(refusal(approval, { shop: promoted(A) })).toBe("");
  expect(refusal(approval, { shop: { image: `r/shop@${A}` } })).toBe("");
  expect(refusal(approval, { shop: promoted(B) })).toBe(
    `what would run is not what was approved; ${REMEDY}\n  shop: approved ${A}, would run ${B}`,
  );
});

test("an image that is yet to be built is held by the hash of its content, whether or not its digest was known", () => {
  for (const digest of [null, A]) {
    const approval = { shop: { tag: "c1", digest } };
    expect(refusal(approval, { shop: build }, { shop: "c1" })).toBe("");
    expect(refusal(approval, { shop: build }, { shop: "c2" })).toContain(
      "\n  shop: approved the content c1, would run the content c2",
    );
  }
});

test("content that was approved is not a digest that somebody names instead", () => {
  expect(refusal({ shop: { tag: "c1", digest: null } }, { shop: promoted(A) })).toContain(
    `\n  shop: approved the content c1, would run ${A}`,
  );
});

test("every service that differs is named: one more, one less, one whose image nobody knew", () => {
  const approval = { cart: { tag: null, digest: A }, shop: { tag: null, digest: null } };
  expect(refusal(approval, { shop: build, extra: promoted(A) }, { shop: "c1" })).toBe(
    [
      `what would run is not what was approved; ${REMEDY}`,
      "cart: would be removed, and the approved preview has it",
      "extra: would run, and the approved preview does not have it",
      "shop: the approved preview does not know its image",
    ].join("\n  "),
  );
});

test("a digest that only the builder knows is held before anything runs it", () => {
  expect(requireDigest("shop", `r/shop@${A}`, { tag: "c1", digest: A })).toBe(`r/shop@${A}`);
  expect(requireDigest("shop", `r/shop@${B}`, { tag: "c1", digest: null })).toBe(`r/shop@${B}`);
  expect(() => requireDigest("shop", `r/shop@${B}`, { tag: "c1", digest: A })).toThrow(
    `shop: approved ${A}, would run ${B}; ${REMEDY}`,
  );
});
