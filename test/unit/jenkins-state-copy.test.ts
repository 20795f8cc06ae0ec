// Proves what is taken out of a state and of settings; that the engine takes what is left is proved by test/e2e/jenkins-scripts.
import { HIDDEN } from "../../contract/marks.ts";
import { SECRET, SIGNATURE } from "../../wire/signature.ts";
import { planCopy, stateCopy, withSalt } from "../../jenkins/scripts/state-copy.ts";
import { stacksRead, withoutSecureSettings } from "../../jenkins/scripts/settings-copy.ts";

const HIDDEN_SECRET = { [SIGNATURE]: SECRET, plaintext: `"${HIDDEN}"` };
const ENCRYPTED = { [SIGNATURE]: SECRET, ciphertext: "v1:abc" };

/** Stands in every text that the cluster or a program has said. */
const SEEN = "canary of a log";

function state(...resources: object[]) {
  const secrets_providers = { type: "passphrase", state: { salt: "v1:salt" } };
  return { version: 3, deployment: { secrets_providers, resources } };
}

/** What is left of a resource. */
function copyOf(resource: object): unknown {
  const { deployment } = stateCopy(state(resource)) as ReturnType<typeof state>;
  return deployment.resources[0];
}

test("each secret becomes a placeholder, however deep it is, encrypted or in clear", () => {
  const clear = { [SIGNATURE]: SECRET, plaintext: '"canary"' };
  const inputs = { a: ENCRYPTED, b: [{ c: clear }], d: "kept" };
  expect(stateCopy(state({ urn: "urn", inputs }))).toEqual({
    version: 3,
    deployment: {
      resources: [
        { urn: "urn", inputs: { a: HIDDEN_SECRET, b: [{ c: HIDDEN_SECRET }], d: "kept" } },
      ],
    },
  });
});

test("what the engine marks and is no secret stays", () => {
  const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "kept" };
  expect(JSON.stringify(copyOf({ urn: "urn", inputs: { asset } }))).toContain('"text":"kept"');
});

describe("what was seen in the cluster is in no copy", () => {
  const evidence = { message: SEEN, containers: [{ log: [SEEN], exitMessage: SEEN }] };
  const record = { version: 1, digest: "sha256:1", verdict: "failed", reason: "crash-loop" };
  const left = { ...record, evidence: null };

  test.each([
    ["a Readiness", "slipway:index:Readiness"],
    ["the component around it", "slipway:index:Release"],
    ["a component of somebody's program", "shop:index:Shop"],
  ])("in the release of %s", (_, type) => {
    const release = { ...record, evidence, warnings: [SEEN] };
    expect(copyOf({ urn: "urn", type, outputs: { release } })).toEqual({
      urn: "urn",
      type,
      outputs: { release: { ...left, warnings: [] } },
    });
  });

  test("in the record of an object, whose message says what was found", () => {
    const outputs = { record: { ...record, message: SEEN, evidence } };
    expect(copyOf({ urn: "urn", outputs })).toEqual({
      urn: "urn",
      outputs: { record: { ...left, message: "not in this copy" } },
    });
  });

  test("in the outputs of the stack", () => {
    const outputs = { releases: { shop: { ...record, evidence } }, history: { shop: [record] } };
    expect(copyOf({ urn: "urn", type: "pulumi:pulumi:Stack", outputs })).toEqual({
      urn: "urn",
      type: "pulumi:pulumi:Stack",
      outputs: { releases: { shop: left }, history: { shop: [record] } },
    });
  });

  test("in what failed last, of which only the number counts: the engine updates what failed", () => {
    expect(copyOf({ urn: "urn", initErrors: [SEEN, SEEN] })).toEqual({
      urn: "urn",
      initErrors: ["not in this copy", "not in this copy"],
    });
  });

  test("in the conditions of an object", () => {
    const condition = { type: "Progressing", status: "False", reason: "Timeout", message: SEEN };
    expect(copyOf({ urn: "urn", outputs: { status: { conditions: [condition] } } })).toEqual({
      urn: "urn",
      outputs: {
        status: { conditions: [{ ...condition, message: "not in this copy" }] },
      },
    });
  });

  test("in an operation that was not finished", () => {
    const { deployment } = state();
    const resource = { urn: "urn", outputs: { release: { ...record, evidence } } };
    const pending = { ...deployment, pending_operations: [{ type: "updating", resource }] };
    expect(JSON.stringify(stateCopy({ version: 3, deployment: pending }))).not.toContain(SEEN);
  });
});

test("a plan's secrets are placeholders that need no key", () => {
  const plan = { resourcePlans: { urn: { state: { key: ENCRYPTED }, goal: { type: "t" } } } };
  expect(planCopy(plan)).toEqual({
    resourcePlans: { urn: { state: { key: HIDDEN_SECRET }, goal: { type: "t" } } },
  });
});

test("the copy gets the salt of the stack that it becomes", () => {
  expect(withSalt(stateCopy(state()), "v1:other")).toMatchObject({
    deployment: { secrets_providers: { type: "passphrase", state: { salt: "v1:other" } } },
  });
});

test("what is no state, and settings without a salt, are refused", () => {
  expect(() => stateCopy({ deployment: null })).toThrow("allowed: what pulumi stack export prints");
  expect(() => withSalt({}, "v1:salt")).toThrow("allowed: a copy of a state");
  expect(() => withSalt(state(), undefined)).toThrow("the stack's settings have no encryptionsalt");
});

test("settings lose what is encrypted and how, and keep everything else, comments among it", () => {
  const { text, keys } = withoutSecureSettings(`# The stack of the team.
config:
  slipway:namespace: shop
  slipway:dbPassword:
    secure: v1:abc
  slipway:nested:
    inner: { secure: v1:def }
encryptionsalt: v1:salt
`);
  expect(keys).toEqual(["slipway:dbPassword"]);
  expect(text).toBe(
    `# The stack of the team.\nconfig:\n  slipway:namespace: shop\n  slipway:nested:\n    inner: ${HIDDEN}\n`,
  );
});

test.each([
  ["slipway:promoteFrom: dev", ["dev"]],
  ["slipway:promoteFrom: { stack: organization/slipway/dev, soak: 1h }", ["dev"]],
  ['slipway:promoteFrom: ""', []],
  [
    "slipway:credentials: { db: { keys: { password: { stack: base, output: password } } } }",
    ["base"],
  ],
  [
    "slipway:promoteFrom: dev\n  slipway:credentials: { db: { keys: { a: { stack: dev, output: x } } } }",
    ["dev"],
  ],
  ["slipway:namespace: shop", []],
])("the stacks whose outputs are read: %s", (config, stacks) => {
  expect(stacksRead(`config:\n  ${config}\n`)).toEqual(stacks);
});
