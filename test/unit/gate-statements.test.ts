// Statements as a registry that is none hands them over, hostile ones as well: that a real registry keeps them, and that cosign
// and Slipway read each other's, is for test/e2e/gates.test.ts.
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { FoundStatements } from "../../contract/gate-statements.ts";
import { gateStatements } from "../../provider/gate-statements.ts";
import { attach } from "../../provider/statements/attachment.ts";
import type { StatementSource } from "../../provider/statements/found.ts";
import { encoded } from "../../provider/statements/envelope.ts";

const REPOSITORY = "registry.example.com/team/shop";
const HEX = "a".repeat(64);
const DIGEST = `sha256:${HEX}`;
const IMAGE = `${REPOSITORY}@${DIGEST}`;
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const UNSIGNED = "application/vnd.in-toto+json";
const ENVELOPE = "application/vnd.dsse.envelope.v1+json";
const TYPE = "application/vnd.in-toto+json";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keyOf = (key: KeyObject, fingerprint: string) => ({
  fingerprint,
  pem: key.export({ type: "spki", format: "pem" }).toString(),
});

const fields = { gate: "scan", result: "passed", finishedAt: "2026-11-30T06:00:00Z" };
const statement = (changes: object = {}, said: object = {}) =>
  JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: REPOSITORY, digest: { sha256: HEX } }],
    predicateType: "https://in-toto.io/attestation/svr/v0.1",
    predicate: { slipway_gate: { ...fields, ...said } },
    ...changes,
  });

function envelope(
  text: string,
  key: KeyObject = ec.privateKey,
  { hash = "sha256", payloadType = TYPE }: { hash?: string | null; payloadType?: string } = {},
) {
  const payload = Buffer.from(text).toString("base64");
  const sig = sign(hash, encoded({ payloadType, payload }), key).toString("base64");
  return { payloadType, payload, signatures: [{ sig }] };
}
const bundle = (...args: Parameters<typeof envelope>) =>
  JSON.stringify({ mediaType: BUNDLE, dsseEnvelope: envelope(...args) });

const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

interface Attached {
  readonly text: string;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly subject?: string;
  readonly size?: number;
  /** What the registry has in the place of the bytes. */
  readonly stored?: string;
}

/** A registry that has these beside the image, and under cosign's tag those. */
function holding(attached: readonly Attached[], tagged: readonly string[] = []) {
  const asked: string[] = [];
  const blobs = new Map<string, string>();
  const manifests = new Map<string, string>();
  const referrers = attached.map((each) => {
    const { text, mediaType = BUNDLE, artifactType = mediaType, subject = DIGEST } = each;
    const digest = sha(text);
    blobs.set(`${REPOSITORY}@${digest}`, each.stored ?? text);
    const layers = [{ mediaType, digest, size: each.size ?? text.length }];
    const manifest = JSON.stringify({ subject: { digest: subject }, layers });
    manifests.set(`${REPOSITORY}@${sha(manifest)}`, manifest);
    return { digest: sha(manifest), artifactType };
  });
  if (tagged.length > 0) {
    const layers = tagged.map((text) => {
      blobs.set(`${REPOSITORY}@${sha(text)}`, text);
      return { mediaType: ENVELOPE, digest: sha(text), size: text.length };
    });
    manifests.set(`${REPOSITORY}:sha256-${HEX}.att`, JSON.stringify({ layers }));
  }
  const source: StatementSource = {
    referrers: () => Promise.resolve(referrers),
    manifest: (reference) => {
      asked.push(reference);
      return Promise.resolve(manifests.get(reference));
    },
    blob: (reference) => {
      asked.push(reference);
      return Promise.resolve(blobs.get(reference));
    },
  };
  return { source, asked };
}

async function found(
  { source }: { readonly source: StatementSource },
  keys = [keyOf(ec.publicKey, "ours")],
): Promise<FoundStatements> {
  const args = { images: [IMAGE], keys, answerSeconds: 20 };
  const { images } = await gateStatements(args, () => source, new AbortController().signal);
  return (images as FoundStatements[])[0] as FoundStatements;
}

test("a statement says its gate, kind, result and time, and who of the known has signed it", async () => {
  const { statements, unread } = await found(holding([{ text: bundle(statement()) }]));
  expect(unread).toEqual([]);
  expect(statements).toEqual([
    {
      digest: expect.stringMatching(/^sha256:/) as string,
      predicateType: "https://in-toto.io/attestation/svr/v0.1",
      kind: "summary",
      gate: "scan",
      result: "passed",
      time: "2026-11-30T06:00:00Z",
      waivers: [],
      signers: ["ours"],
      isSigned: true,
    },
  ]);
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed25519 = generateKeyPairSync("ed25519");
test.each<[string, { publicKey: KeyObject; privateKey: KeyObject }, string | null]>([
  ["ECDSA with P-256", ec, "sha256"],
  ["ECDSA with P-384 and its own hash", p384, "sha384"],
  ["ECDSA with P-384 and SHA-256", p384, "sha256"],
  ["RSA", rsa, "sha256"],
  ["Ed25519", ed25519, null],
])("%s signs", async (_, { publicKey, privateKey }, hash) => {
  const world = holding([{ text: bundle(statement(), privateKey, { hash }) }]);
  const theirs = keyOf(publicKey, "theirs");
  const keys = publicKey === ec.publicKey ? [theirs] : [keyOf(ec.publicKey, "ours"), theirs];
  const { statements } = await found(world, keys);
  expect(statements[0]?.signers).toEqual(["theirs"]);
});

test("a signature of a different text, a different type or a different key is none", async () => {
  const other = envelope(statement({}, { gate: "other" }));
  const swapped = { ...envelope(statement()), signatures: other.signatures };
  const world = holding([
    { text: JSON.stringify({ mediaType: BUNDLE, dsseEnvelope: swapped }) },
    { text: bundle(statement(), p384.privateKey) },
    {
      text: JSON.stringify({
        mediaType: BUNDLE,
        dsseEnvelope: { ...envelope(statement()), signatures: [{ sig: "AAAA" }, { sig: "" }] },
      }),
    },
  ]);
  const { statements } = await found(world);
  expect(statements.map(({ signers, isSigned }) => [signers, isSigned])).toEqual([
    [[], true],
    [[], true],
    [[], true],
  ]);
});

test("cosign's older form under its tag is read, and what nobody has signed", async () => {
  const world = holding(
    [{ text: statement(), mediaType: UNSIGNED }],
    [JSON.stringify(envelope(statement({}, { gate: "old" })))],
  );
  const { statements } = await found(world);
  expect(statements.map(({ gate, isSigned, signers }) => [gate, isSigned, signers])).toEqual([
    ["scan", false, []],
    ["old", true, ["ours"]],
  ]);
});

test("what a registry without a list calls empty is looked into; a bill of materials and a signature are not statements", async () => {
  const world = holding([
    { text: bundle(statement()), artifactType: "application/vnd.oci.empty.v1+json" },
    { text: "{}", mediaType: "application/spdx+json" },
    { text: JSON.stringify({ mediaType: BUNDLE, messageSignature: {} }) },
  ]);
  const { statements, unread } = await found(world);
  expect([statements.length, unread]).toEqual([1, []]);
  expect(world.asked.some((each) => each.includes(sha("{}")))).toBe(false);
});

test.each<[string, Partial<FoundStatements["statements"][number]>, string]>([
  [
    "a test result that failed, whatever its gate says",
    { kind: "tests", result: "failed" },
    statement({
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
      predicate: { result: "FAILED", slipway_gate: fields },
    }),
  ],
  [
    "a scan of others, with its time",
    { kind: "scan", result: "passed", time: "2026-11-30T05:00:00Z" },
    statement({
      predicateType: "https://in-toto.io/attestation/vulns/v0.2",
      predicate: { metadata: { scanFinishedOn: "2026-11-30T05:00:00Z" } },
    }),
  ],
  [
    "one of others without a time",
    { result: "passed" },
    statement({ predicateType: "https://example.com/x", predicate: { Timestamp: "yesterday" } }),
  ],
  [
    "waivers with their ends, and who has passed it",
    { by: "Ada", waivers: [{ id: "CVE-1", until: "2026-12-01T00:00:00Z", why: "no" }] },
    statement(
      {},
      { by: "Ada", waivers: [{ id: "CVE-1", until: "2026-12-01T00:00:00Z", why: "no" }] },
    ),
  ],
])("reads %s", async (_, expected, text) => {
  const { statements } = await found(holding([{ text: bundle(text) }]));
  expect(statements[0]).toMatchObject(expected);
});

describe("does not believe", () => {
  test.each<[string, Attached, RegExp]>([
    [
      "a statement about a different image",
      { text: bundle(statement({ subject: [{ digest: { sha256: "b".repeat(64) } }] })) },
      /it is about a different digest, sha256 "b{64}"/,
    ],
    [
      "what the registry lists though it is attached to a different image",
      { text: bundle(statement()), subject: `sha256:${"b".repeat(64)}` },
      /names a different image as its subject/,
    ],
    [
      "bytes that are not those of the digest",
      { text: bundle(statement()), stored: bundle(statement({}, { gate: "other" })) },
      /the registry has other bytes under its digest/,
    ],
    [
      "a size that is too much",
      { text: "{}", size: 10 ** 9 },
      /1000000000 bytes, and 786432 are read/,
    ],
    ["what is no JSON", { text: "{", mediaType: UNSIGNED }, /it is no JSON/],
    [
      "what is no statement",
      { text: bundle('{"a":1}') },
      /it is no in-toto statement: see _type, subject/,
    ],
    [
      "a gate that is no name",
      { text: bundle(statement({}, { gate: "No Name" })) },
      /its slipway_gate cannot be read: see gate/,
    ],
    [
      "a time that is none",
      { text: bundle(statement({}, { finishedAt: "soon" })) },
      /its slipway_gate cannot be read: see finishedAt/,
    ],
    [
      "more waivers than anybody reads",
      { text: bundle(statement({}, { waivers: Array(501).fill({ id: "x" }) })) },
      /see waivers/,
    ],
    [
      "an envelope of a different content",
      { text: bundle(statement(), ec.privateKey, { payloadType: "text/plain" }) },
      /its envelope cannot be read/,
    ],
    [
      "an envelope without a signature",
      { text: JSON.stringify({ dsseEnvelope: { ...envelope(statement()), signatures: [] } }) },
      /its envelope cannot be read/,
    ],
  ])("%s", async (_, attached, reason) => {
    const { statements, unread } = await found(holding([attached]));
    expect(statements).toEqual([]);
    expect(unread).toEqual([expect.stringMatching(reason)]);
  });
});

test("one that cannot be read keeps none of the others from being read, and ten reasons are enough", async () => {
  const broken = Array.from({ length: 12 }, (_, index) => ({
    text: `{${index}`,
    mediaType: UNSIGNED,
  }));
  const { statements, unread } = await found(holding([...broken, { text: bundle(statement()) }]));
  expect([statements.length, unread.length]).toEqual([1, 10]);
});

test("one that the registry does not hand over is a fault: it may be the newest, and say that the image has failed", async () => {
  const world = holding([{ text: bundle(statement()) }]);
  const blob = () => Promise.reject(new Error("503 Service Unavailable"));
  expect(await found({ source: { ...world.source, blob } })).toEqual({
    image: IMAGE,
    statements: [],
    unread: [],
    fault: "503 Service Unavailable",
  });
  const inResize =
    "GET https://registry.example.com/v2/team/resize/blobs/: 503 Service Unavailable";
  const silent = () => Promise.reject(new Error(inResize));
  expect(await found({ source: { ...world.source, blob: silent } })).toHaveProperty(
    "fault",
    inResize,
  );
});

test.each([
  "stdout maxBuffer length exceeded",
  "copying blob: error verifying size; got 3, want 2",
  'copying blob: error verifying sha256 checksum after reading 2 bytes; got "a", want "b"',
])("one that the registry hands over with other bytes cannot be read: %s", async (message) => {
  const world = holding([{ text: bundle(statement()) }]);
  const unlike = () => Promise.reject(new Error(message));
  const { unread } = await found({ source: { ...world.source, blob: unlike } });
  expect(unread.map((each) => each.replace(/^sha256:[\da-f]{64}: /, ""))).toEqual([message]);
});

test("more than anybody reads is a fault, and nothing is fetched", async () => {
  const many = Array.from({ length: 201 }, (_, index) => ({ text: `{"n":${index}}` }));
  const world = holding(many);
  expect(await found(world)).toEqual({
    image: IMAGE,
    statements: [],
    unread: [],
    fault: `201 statements lie beside ${IMAGE}, and 200 are read at most; delete old ones`,
  });
  expect(world.asked).toEqual([]);
});

test("a registry that does not answer is a fault of that image", async () => {
  const refusing = { ...holding([]).source, referrers: () => Promise.reject(new Error("denied")) };
  expect(await found({ source: refusing })).toMatchObject({ fault: "denied", statements: [] });
  const shut = { ...holding([{ text: bundle(statement()) }]).source };
  const silent = { ...shut, manifest: () => Promise.reject(new Error("shut")) };
  expect(await found({ source: silent })).toMatchObject({ fault: "shut" });
});

describe("what is attached", () => {
  const subject = JSON.stringify({ mediaType: "application/vnd.oci.image.index.v1+json" });
  const own = `${REPOSITORY}@${sha(subject)}`;
  const attachment = { text: "{}", isSigned: true, predicateType: "https://example.com/x" };

  /** Loses the entries of the first attempts, as others that attach at the same moment make it. */
  const losing = (lost: number) => {
    const pushes: { reference: string; manifest: Record<string, unknown> }[] = [];
    const target = {
      manifest: () => Promise.resolve(subject),
      push: (folder: string, reference: string) => {
        const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as {
          manifests: { digest: string }[];
        };
        const [only] = index.manifests;
        const hex = only?.digest.slice("sha256:".length) ?? "";
        const text = readFileSync(join(folder, "blobs/sha256", hex), "utf8");
        expect(sha(text)).toBe(only?.digest);
        pushes.push({ reference, manifest: JSON.parse(text) as Record<string, unknown> });
        return Promise.resolve();
      },
      referrers: () =>
        Promise.resolve(
          pushes.slice(lost).map(({ reference }) => ({ digest: reference.split("@")[1] ?? "" })),
        ),
    };
    return { target, pushes };
  };

  test("names the image as its subject, in the form of cosign", async () => {
    const { target, pushes } = losing(0);
    const digest = await attach(own, attachment, target);
    expect(pushes).toEqual([
      {
        reference: `${REPOSITORY}@${digest}`,
        manifest: {
          schemaVersion: 2,
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          artifactType: BUNDLE,
          config: { mediaType: BUNDLE, digest: sha("{}"), size: 2 },
          layers: [{ mediaType: BUNDLE, digest: sha("{}"), size: 2 }],
          subject: {
            mediaType: "application/vnd.oci.image.index.v1+json",
            digest: sha(subject),
            size: subject.length,
          },
          annotations: {
            "org.opencontainers.image.created": expect.stringMatching(/^\d{4}-/) as string,
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": "https://example.com/x",
          },
        },
      },
    ]);
  });

  test("is attached again until the registry lists it, and not for ever", async () => {
    const some = losing(2);
    expect(await attach(own, attachment, some.target)).toBe(
      some.pushes[2]?.reference.split("@")[1],
    );
    await expect(attach(own, attachment, losing(9).target)).rejects.toThrow(
      `the registry must list what is attached to ${own}, and does not after 4 attempts`,
    );
  });

  test("needs the image to be there", async () => {
    const target = { ...losing(0).target, manifest: () => Promise.resolve(undefined) };
    await expect(attach(own, attachment, target)).rejects.toThrow(
      `${own} must be in the registry, got nothing`,
    );
  });
});
