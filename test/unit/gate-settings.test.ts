// What a promotion asks of gates, as settings: that statements are compared with it is for test/unit/gate-rules.test.ts.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseSettings } from "../../settings.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { PROJECT, stackConfig, VALID } from "../support/stack-config.ts";

afterAll(removeFolders);

function spki(type: "ec" | "rsa" | "dsa", options: object): string {
  const { publicKey } = generateKeyPairSync(type as "ec", options as { namedCurve: string });
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

const EC = spki("ec", { namedCurve: "P-256" });

function gatesOf(gates: unknown, files: Readonly<Record<string, string>> = { "cosign.pub": EC }) {
  const folder = folderWith(PROJECT);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  const promoteFrom = { stack: "dev", repository: "dev.example.com/team", gates };
  const config = stackConfig({ ...VALID, promoteFrom, services: { shop: { port: 8080 } } });
  return parseSettings(config, { variables: { NAME: "cosign" }, folder }).promoteFrom?.gates;
}

test("a gate of which nothing is asked is its name, in a list as in a mapping", () => {
  expect(gatesOf(["acceptance"])).toEqual(["acceptance"]);
  expect(gatesOf({ acceptance: {} })).toEqual(["acceptance"]);
});

test("age, signer and kind are asked of a gate by its name", () => {
  expect(
    gatesOf({ acceptance: {}, scan: { within: "7d", signedBy: "cosign.pub", kind: "scan" } }),
  ).toEqual([
    "acceptance",
    {
      name: "scan",
      withinSeconds: 604_800,
      kind: "scan",
      signedBy: [
        {
          name: "cosign.pub",
          pem: EC,
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
      ],
    },
  ]);
});

test("one of several keys may have signed, and their paths may hold variables", () => {
  const files = { "cosign.pub": EC, "old.pub": spki("rsa", { modulusLength: 2048 }) };
  const [gate] = gatesOf({ scan: { signedBy: ["${NAME}.pub", "old.pub"] } }, files) ?? [];
  expect(gate).toMatchObject({ signedBy: [{ name: "${NAME}.pub" }, { name: "old.pub" }] });
});

const PRIVATE = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
const COSIGN_PRIVATE = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END-----\n";

test.each<[string, unknown, Readonly<Record<string, string>>, string]>([
  [
    "an age of none",
    { scan: { within: "0s" } },
    {},
    "slipway:promoteFrom.gates.scan.within: got 0; allowed: at least 1s, such as 7d or 12h",
  ],
  [
    "an age of no known unit",
    { scan: { within: "1w" } },
    {},
    'slipway:promoteFrom.gates.scan.within: got "1w"; allowed: a whole number of seconds',
  ],
  [
    "a key that does not exist",
    { scan: { signedBy: "cosign.pub" } },
    {},
    'slipway:promoteFrom.gates.scan.signedBy: got "cosign.pub"; no such file can be read; allowed: the path of a public key in PEM, such as cosign.pub; a relative one starts at the folder of Pulumi.yaml',
  ],
  [
    "a private key",
    { scan: { signedBy: "cosign.key" } },
    { "cosign.key": PRIVATE },
    'slipway:promoteFrom.gates.scan.signedBy: got "cosign.key"; it is a private key; allowed: the path of a public key',
  ],
  [
    "cosign's private key",
    { scan: { signedBy: ["cosign.key"] } },
    { "cosign.key": COSIGN_PRIVATE },
    'slipway:promoteFrom.gates.scan.signedBy[0]: got "cosign.key"; it is a private key',
  ],
  [
    "a file that is no key",
    { scan: { signedBy: "cosign.pub" } },
    { "cosign.pub": "ssh-ed25519 AAAA" },
    "it has no public key; allowed: the path of a public key in PEM, such as cosign.pub, which begins with -----BEGIN PUBLIC KEY-----",
  ],
  [
    "a key that is broken",
    { scan: { signedBy: "cosign.pub" } },
    { "cosign.pub": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" },
    "its public key cannot be read",
  ],
  [
    "several keys in a file, of which only the first would count",
    { scan: { signedBy: "cosign.pub" } },
    { "cosign.pub": EC + spki("ec", { namedCurve: "P-384" }) },
    "it has 2 public keys; allowed: the path of a public key in PEM, such as cosign.pub; give each a file of its own",
  ],
  [
    "a weak key",
    { scan: { signedBy: "cosign.pub" } },
    { "cosign.pub": spki("rsa", { modulusLength: 1024 }) },
    "it is a key of the type rsa; allowed: ECDSA, Ed25519, or RSA of at least 2048 bits",
  ],
  [
    "a file that is too large",
    { scan: { signedBy: "cosign.pub" } },
    { "cosign.pub": EC + "#".repeat(20_000) },
    "it is too large for a key",
  ],
  [
    "no key at all",
    { scan: { signedBy: [] } },
    {},
    "slipway:promoteFrom.gates.scan.signedBy: got []; allowed: the path of a public key in PEM, such as cosign.pub, or a list of 1 to 10 of them",
  ],
  [
    "an unknown kind",
    { scan: { kind: "sbom" } },
    {},
    'slipway:promoteFrom.gates.scan.kind: got "sbom"; allowed: summary, scan, tests, or the URI of a predicate type',
  ],
  [
    "statements of others that anybody may have written",
    { scan: { kind: "https://cosign.sigstore.dev/attestation/vuln/v1" } },
    {},
    "allowed: with the URI of a predicate type also signedBy",
  ],
  [
    "an unknown key",
    { scan: { withn: "7d" } },
    {},
    "slipway:promoteFrom.gates.scan.withn: unknown key; allowed: within, signedBy, kind; did you mean within?",
  ],
  [
    "a gate that is no name",
    { "No Name": {} },
    {},
    'slipway:promoteFrom.gates["No Name"]: got "No Name"; allowed: 1 to 63 lower-case letters',
  ],
  [
    "a list of mappings",
    [{ scan: {} }],
    {},
    'slipway:promoteFrom.gates[0]: got {"scan":{}}; allowed: 1 to 63 lower-case letters',
  ],
  [
    "a gate that is named twice",
    ["acceptance", "scan", "acceptance"],
    {},
    'slipway:promoteFrom.gates[2]: got "acceptance"; allowed: each gate once, and it is the item [0] already',
  ],
  ["a word", "scan", {}, 'slipway:promoteFrom.gates: got "scan"; allowed: a list of the gates'],
])("refuses %s", (_, gates, files, message) => {
  expect(() => gatesOf(gates, files)).toThrow(message);
});
