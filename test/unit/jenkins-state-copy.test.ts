// Proves what is taken out of a state and of settings; that the engine takes what is left is proved by test/e2e/jenkins-scripts.
import { SECRET, SIGNATURE } from "../../wire/signature.ts";
import { withSalt, withoutSecrets } from "../../jenkins/scripts/state-copy.ts";
import { withoutSecureSettings } from "../../jenkins/scripts/settings-copy.ts";

const HIDDEN = { [SIGNATURE]: SECRET, plaintext: '"hidden"' };

function state(inputs: unknown) {
  const secrets_providers = { type: "passphrase", state: { salt: "v1:salt" } };
  return { version: 3, deployment: { secrets_providers, resources: [{ urn: "urn", inputs }] } };
}

test("each secret becomes a placeholder, however deep it is, encrypted or in clear", () => {
  const encrypted = { [SIGNATURE]: SECRET, ciphertext: "v1:abc" };
  const clear = { [SIGNATURE]: SECRET, plaintext: '"canary"' };
  const copy = withoutSecrets(state({ a: encrypted, b: [{ c: clear }], d: "kept" }));
  expect(copy).toEqual({
    version: 3,
    deployment: {
      resources: [{ urn: "urn", inputs: { a: HIDDEN, b: [{ c: HIDDEN }], d: "kept" } }],
    },
  });
});

test("what the engine marks and is no secret stays", () => {
  const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "kept" };
  expect(JSON.stringify(withoutSecrets(state({ asset })))).toContain('"text":"kept"');
});

test("the copy gets the salt of the stack that it becomes", () => {
  expect(withSalt(withoutSecrets(state({})), "v1:other")).toMatchObject({
    deployment: { secrets_providers: { type: "passphrase", state: { salt: "v1:other" } } },
  });
});

test("what is no state, and settings without a salt, are refused", () => {
  expect(() => withoutSecrets({ deployment: null })).toThrow(
    "allowed: what pulumi stack export prints",
  );
  expect(() => withSalt({}, "v1:salt")).toThrow("allowed: a copy of a state");
  expect(() => withSalt(state({}), undefined)).toThrow(
    "the stack's settings have no encryptionsalt",
  );
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
    "# The stack of the team.\nconfig:\n  slipway:namespace: shop\n  slipway:nested:\n    inner: hidden\n",
  );
});
