// Cannot prove that the controller, Kubernetes and Jenkins take what is made: test/e2e/credentials.test.ts asks the first two.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { ClusterProviders } from "../../components/cluster.ts";
import { Credential, type CredentialDefinition } from "../../components/credentials/credential.ts";
import { ExternalSecretReadiness } from "../../components/credentials/external-secret-readiness.ts";
import { secretTemplate } from "../../components/credentials/format.ts";
import {
  credentialsOf,
  filesOf,
  variablesOf,
} from "../../components/credentials/credential-use.ts";
import { Namespace } from "../../components/namespace.ts";
import { SealedValues } from "../../components/credentials/sealed-values.ts";
import { SecretReadiness } from "../../components/credentials/secret-readiness.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import { deploy, only, type Outputs, providerOf, valueOf } from "../support/engine.ts";
import { removeFolders } from "../support/folder.ts";
import { settingsOf, VALID } from "../support/stack-config.ts";
import { RESOURCES } from "../../contract/tokens.ts";

afterEach(removeFolders);

const controller = { namespace: "kube-system", name: "sealed-secrets-controller" };
const engine: Outputs = (type) => ({
  ...(type === RESOURCES.SealedValues && {
    encryptedData: { KEY: "AgB" },
    digests: { KEY: "d1" },
    digest: "d0",
    digestKey: "k",
  }),
  ...(type === RESOURCES.SecretReadiness && { ready: true }),
  ...(type === RESOURCES.ExternalSecretReadiness && { ready: true, digest: "of the store" }),
  ...(type === "random:index/randomPassword:RandomPassword" && { result: "made up" }),
});

const credential = (
  definition: CredentialDefinition,
  registry?: { readonly repository: string; readonly username?: string },
  given: (...providers: ClusterProviders) => pulumi.ProviderResource[] = (...providers) =>
    providers,
) =>
  deploy(
    (opts) => {
      const provider = new k8s.Provider("cluster");
      const slipway = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
      const namespace = new Namespace("store");
      const args = { definition, namespace, registry, sealing: { controller } };
      return new Credential("payment", args, { ...opts, providers: given(provider, slipway) });
    },
    { outputs: engine },
  );

describe("a credential", () => {
  test("takes each provider for what it is, in whichever order they are given", async () => {
    const swapped = (...given: ClusterProviders) => given.toReversed();
    const remote = { store: { name: "vault" }, keys: { KEY: { remote: { key: "payment" } } } };
    for (const [definition, kind] of [
      [{ keys: { KEY: { value: "x" } } }, SealedValues],
      [remote, ExternalSecretReadiness],
    ] as const) {
      const { declared } = await credential(definition, undefined, swapped);
      expect(providerOf(only(declared, kind))).toBeInstanceOf(SlipwayProvider);
      expect(providerOf(only(declared, k8s.apiextensions.CustomResource))).toBeInstanceOf(
        k8s.Provider,
      );
    }
  });

  test("hands every value over as a secret, and applies ciphertext", async () => {
    const { result, declared } = await credential({
      keys: { KEY: { value: "x" }, MADE: { random: { length: 9, alphabet: "ab" } } },
    });
    const sealed = only(declared, SealedValues);
    expect(sealed.inputs).toMatchObject({
      name: "payment",
      namespace: "store",
      scope: "strict",
      controller,
    });
    expect(sealed.secrets).toEqual(["values"]);
    expect(only(declared, random.RandomPassword).inputs).toMatchObject({
      length: 9,
      overrideSpecial: "ab",
      upper: false,
      lower: false,
      numeric: false,
    });
    expect(only(declared, k8s.apiextensions.CustomResource).inputs).toMatchObject({
      kind: "SealedSecret",
      metadata: { name: "payment", namespace: "store" },
      spec: { encryptedData: { KEY: "AgB" }, template: { type: "Opaque" } },
    });
    expect(only(declared, SecretReadiness).inputs).toMatchObject({ digests: { KEY: "d1" } });
    expect(result.keys).toEqual(["KEY", "MADE"]);
    expect(await valueOf(result.digest)).toBe("d0");
  });

  test("that pulls images knows the registry of the settings", async () => {
    const password = pulumi.secret("p4ss");
    const registry = { repository: "registry.example.com/team", username: "ci", password };
    const { declared } = await credential({ format: "dockerconfigjson", keys: {} }, registry);
    const { values } = only(declared, SealedValues).inputs as { values: object };
    const text = JSON.stringify(pulumi.runtime.unwrapRpcSecret(Object.values(values)[0]));
    const auth = Buffer.from("ci:p4ss").toString("base64");
    expect(JSON.parse(JSON.parse(text) as string)).toEqual({
      auths: { "registry.example.com": { username: "ci", password: "p4ss", auth } },
    });
  });

  test("for Jenkins has the labels and annotations of its plugin", () => {
    const jenkins = {
      description: "d",
      scope: "system",
      folders: ["a", "b/c"],
      keyBindings: { username: "user" },
    } as const;
    const form = { name: "n", namespace: "s", scope: "strict", jenkins } as const;
    expect(secretTemplate({ ...form, format: "usernamePassword" })).toEqual({
      type: "Opaque",
      labels: {
        "app.kubernetes.io/managed-by": "slipway",
        "jenkins.io/credentials-type": "usernamePassword",
        "jenkins.io/credentials-scope": "system",
      },
      annotations: {
        "jenkins.io/credentials-description": "d",
        "jenkins.io/credentials-store-locations": "['a', 'b/c']",
        "jenkins.io/credentials-keybinding-username": "user",
      },
    });
    expect(secretTemplate({ ...form, format: "opaque" }).annotations).toEqual({});
  });
});

describe("a credential of a store", () => {
  const store = { name: "vault", kind: "ClusterSecretStore" } as const;

  test("becomes an ExternalSecret that names what the store has, and is awaited", async () => {
    const { result, declared } = await credential({
      store,
      refreshInterval: "15m",
      keys: { KEY: { remote: { key: "team/payment", property: "key", version: "3" } } },
    });
    const { inputs } = only(declared, k8s.apiextensions.CustomResource);
    expect(inputs).toMatchObject({
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "payment", namespace: "store" },
      spec: {
        secretStoreRef: store,
        refreshInterval: "15m",
        target: { name: "payment", template: { type: "Opaque" } },
        data: [
          {
            secretKey: "KEY",
            remoteRef: { key: "team/payment", property: "key", version: "3" },
          },
        ],
      },
    });
    expect(only(declared, ExternalSecretReadiness).inputs).toMatchObject({
      name: "payment",
      namespace: "store",
    });
    expect(result.keys).toEqual(["KEY"]);
    expect(await valueOf(result.digest)).toBe("of the store");
  });

  test("takes what is no secret as it is written, also where it looks like a template", async () => {
    const { declared } = await credential({
      format: "usernamePassword",
      store,
      keys: { username: { value: '{{ "x" }}' }, password: { remote: { key: "p" } } },
    });
    const { inputs } = only(declared, k8s.apiextensions.CustomResource);
    expect(inputs).toMatchObject({
      spec: {
        target: {
          template: { mergePolicy: "Merge", data: { username: '{{ "{{ \\"x\\" }}" }}' } },
        },
      },
    });
  });

  test("that pulls images is a template of the registry's login", async () => {
    const registry = { repository: "docker.io/team", username: "ci" };
    const { result, declared } = await credential(
      { format: "dockerconfigjson", store, keys: { password: { remote: { key: "p" } } } },
      registry,
    );
    const { inputs } = only(declared, k8s.apiextensions.CustomResource);
    const text =
      '{{ dict "auths" (dict "https://index.docker.io/v1/" (dict "username" "ci" "password" .password "auth" (printf "%s:%s" "ci" .password | b64enc))) | toJson }}';
    expect(inputs).toMatchObject({
      spec: {
        target: {
          template: { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": text } },
        },
      },
    });
    expect(result.keys).toEqual([".dockerconfigjson"]);
  });
});

test("a service gets the keys of its credentials as variables, and single ones where it wants them", () => {
  const service = {
    port: 80,
    credentials: ["payment"],
    env: { A: "mine", TOKEN: { credential: "other", key: "t" } },
    files: { "/f": { credential: "payment", key: "B" }, "/g": { secret: "s", key: "k" } },
  };
  expect(variablesOf(service, { payment: ["A", "B"] }).env).toEqual({
    A: "mine",
    B: { secret: "payment", key: "B" },
    TOKEN: { secret: "other", key: "t" },
  });
  expect(filesOf(service)).toMatchObject({
    files: { "/f": { secret: "payment", key: "B" }, "/g": { secret: "s", key: "k" } },
  });
  expect(credentialsOf(service)).toEqual(["other", "payment"]);
});

describe("settings of credentials", () => {
  const faultsOf = (settings: object, secrets: Readonly<Record<string, string>> = {}): string => {
    try {
      settingsOf({ ...VALID, ...settings, ...secrets }, { secretKeys: Object.keys(secrets) });
    } catch (error) {
      if (!pulumi.RunError.isInstance(error)) {
        throw error;
      }
      return error.message;
    }
    return "";
  };
  const payment = (credential: object) => ({ credentials: { payment: credential } });
  const service = (change: object) => ({
    services: { shop: { ...VALID.services.shop, ...change } },
  });

  test("take a secret setting, and keep it one", async () => {
    const { credentials } = settingsOf(
      { ...VALID, ...payment({ keys: { KEY: { setting: "key" } } }), key: "hunter2" },
      { secretKeys: ["key"] },
    );
    const source = credentials["payment"]?.keys["KEY"];
    if (source === undefined || !("value" in source)) {
      throw new Error("there is no value");
    }
    expect(await pulumi.isSecret(pulumi.output(source.value))).toBe(true);
    expect(await valueOf(pulumi.output(source.value))).toBe("hunter2");
  });

  test("take a file that is no text as base64", () => {
    const keys = { filename: "key.bin", data: { setting: "key", encoding: "base64" } };
    const { credentials } = settingsOf(
      { ...VALID, ...payment({ format: "secretFile", keys }), key: "AP8=\n" },
      { secretKeys: ["key"] },
    );
    expect(credentials["payment"]?.keys["data"]).toMatchObject({ encoding: "base64" });
  });

  test.each<[string, object, Readonly<Record<string, string>>, RegExp]>([
    [
      "a setting that is missing",
      payment({ keys: { A: { setting: "key" } } }),
      {},
      /payment\.keys\.A\.setting: slipway:key is missing; run pulumi config set --secret slipway:key/,
    ],
    [
      "a setting in clear",
      { ...payment({ keys: { A: { setting: "key" } } }), key: "hunter2" },
      {},
      /slipway:key holds a value in clear/,
    ],
    [
      "a value in clear",
      payment({ keys: { A: "hunter2" } }),
      {},
      /payment\.keys\.A: got a string in clear/,
    ],
    [
      "a setting that means something else",
      payment({ keys: { A: { setting: "namespace" } } }),
      {},
      /means something else/,
    ],
    [
      "a file that is not base64",
      payment({
        format: "secretFile",
        keys: { filename: "f", data: { setting: "key", encoding: "base64" } },
      }),
      { key: "hunter2" },
      /keys\.data\.setting: slipway:key is not base64; run base64 FILE/,
    ],
    [
      "two limits of Jenkins at once",
      payment({
        format: "secretText",
        keys: { text: { random: { length: 9 } } },
        jenkins: { scope: "global", folders: ["shop"] },
      }),
      {},
      /payment\.jenkins\.scope: got "global"; allowed: only without folders/,
    ],
    ["no keys", payment({}), {}, /payment\.keys: missing/],
    ...[5, { a: 1 }, true, ["token"]].map(
      (output): [string, object, Record<string, string>, RegExp] => [
        `an output of another stack that is ${JSON.stringify(output)}`,
        payment({ keys: { A: { stack: "organization/ledger/prod", output } } }),
        {},
        /^slipway:\S*payment\.keys\.A: got \{.*\}; allowed: .*\{stack, output\} of another stack.*$/,
      ],
    ),
    [
      "another stack without a name",
      payment({ keys: { A: { stack: "", output: "token" } } }),
      {},
      /^slipway:\S*payment\.keys\.A\.stack: missing; allowed: the name of a stack such as organization\/ledger\/prod$/,
    ],
    [
      "an empty value",
      payment({ keys: { A: "" } }),
      {},
      /payment\.keys\.A: missing; allowed: a string that is not empty/,
    ],
    [
      "a store's value without a store",
      payment({ keys: { A: { remote: { key: "a" } } } }),
      {},
      /payment\.keys\.A: a store's value; allowed: with backend: external-secrets only/,
    ],
    [
      "a store that nothing is had from",
      payment({ store: { name: "vault" }, keys: { A: { random: { length: 9 } } } }),
      {},
      /payment\.store: allowed: with backend: external-secrets only/,
    ],
    [
      "a store's credential without the store, with a scope of sealing and a secret of the stack",
      payment({
        backend: "external-secrets",
        scope: "strict",
        keys: { A: { setting: "key" } },
      }),
      { key: "hunter2" },
      /keys\.A: allowed: \{remote[^]*payment\.scope: got "strict"[^]*payment\.store: missing/,
    ],
    [
      "an interval that is longer than any",
      payment({
        backend: "external-secrets",
        store: { name: "vault" },
        refreshInterval: "8784h1s",
        keys: { A: { remote: { key: "a" } } },
      }),
      {},
      /payment\.refreshInterval: got "8784h1s"; allowed: at most 366 days, which are 8784h$/,
    ],
    [
      "a pull secret of a store whose password is the stack's",
      {
        ...payment({
          backend: "external-secrets",
          store: { name: "vault" },
          format: "dockerconfigjson",
        }),
        registry: { repository: "registry.example.com/team", username: "ci" },
      },
      { registryPassword: "hunter2" },
      /payment\.keys\.password: missing; allowed: \{remote/,
    ],
    [
      "a key that the format does not have",
      payment({ format: "secretText", keys: { txet: { setting: "key" } } }),
      { key: "hunter2" },
      /keys\.txet: unknown key; allowed: text[^]*keys\.text: missing|keys\.text: missing[^]*keys\.txet: unknown key; allowed: text/,
    ],
    [
      "a format that does not exist",
      payment({ format: "kubeconfig", keys: {} }),
      {},
      /payment\.format: got "kubeconfig"; allowed: opaque/,
    ],
    [
      "a pull secret of no registry",
      { ...payment({ format: "dockerconfigjson" }) },
      {},
      /payment\.keys\.username: missing/,
    ],
    ["a secret that nothing names", {}, { stray: "hunter2" }, /slipway:stray: got a secret/],
    [
      "a credential that does not exist",
      service({ credentials: ["paymnt"] }),
      {},
      /shop\.credentials: paymnt: unknown key/,
    ],
    [
      "a key that does not exist",
      {
        ...payment({ keys: { A: { random: { length: 9 } } } }),
        ...service({ env: { X: { credential: "payment", key: "B" } } }),
      },
      {},
      /env\.X\.key: B: unknown key; allowed: A/,
    ],
    [
      "a key that is no variable",
      {
        ...payment({ keys: { "a.b": { random: { length: 9 } } } }),
        ...service({ credentials: ["payment"] }),
      },
      {},
      /its key a\.b cannot be the name of an environment variable/,
    ],
    [
      "a credential of another namespace",
      {
        ...payment({ namespace: "jenkins", keys: { A: { random: { length: 9 } } } }),
        ...service({ credentials: ["payment"] }),
      },
      {},
      /is in the namespace jenkins/,
    ],
  ])("refuse %s, and repeat no secret", (_, settings, secrets, message) => {
    const faults = faultsOf(settings, secrets);
    expect(faults).toMatch(message);
    expect(faults).not.toContain("hunter2");
  });
});
