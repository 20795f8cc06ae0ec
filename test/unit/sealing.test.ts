// Cannot prove that the controller opens what is sealed, only that its steps in reverse do: test/e2e/credentials.test.ts asks the real one.
import { generateKeyPairSync, randomBytes } from "node:crypto";

import fc from "fast-check";

import {
  valueDigest,
  valuesDigest,
  labelOf,
  newDigestKey,
  type SealTarget,
  seal,
} from "../../provider/sealing.ts";
import { HIDDEN } from "../../contract/marks.ts";
import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { parseCertificate } from "../../provider/sealing/certificate.ts";
import type { Cluster } from "../../provider/cluster.ts";
import type { KnownSecrets } from "../../provider/known-secrets.ts";
import { SealedValues } from "../../provider/sealed-values.ts";
import { Controller } from "../../provider/sealing/controller.ts";
import { sealAnew, sealedOf } from "../../provider/sealing/reseal.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { removeFolders } from "../support/folder.ts";
import { certificateOf, open, throwawayKeys } from "../support/sealing.ts";

const { publicKey, privateKey } = throwawayKeys();
const strict: SealTarget = { namespace: "shop", name: "payment", scope: "strict" };
const places = fc.record({
  namespace: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
  name: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
  scope: fc.constantFrom("strict", "namespace-wide", "cluster-wide"),
}) satisfies fc.Arbitrary<SealTarget>;

afterAll(removeFolders);

describe("what is sealed", () => {
  test("opens to the same bytes, whatever their number and the scope", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), places, (bytes, place) => {
        const plaintext = Buffer.from(bytes);
        expect(open(seal(plaintext, publicKey, place), privateKey, labelOf(place))).toEqual(
          plaintext,
        );
      }),
      { numRuns: 60 },
    );
    const large = randomBytes(1 << 20);
    expect(open(seal(large, publicKey, strict), privateKey, "shop/payment")).toEqual(large);
  });

  test("opens nowhere else than its scope allows", () => {
    const value = Buffer.from("a value");
    const labels = ["shop/payment", "shop/other", "shop", "other", ""];
    const opened = (scope: SealTarget["scope"]) => {
      const sealed = seal(value, publicKey, { ...strict, scope });
      return labels.filter((label) => {
        try {
          return open(sealed, privateKey, label).equals(value);
        } catch {
          return false;
        }
      });
    };
    expect(opened("strict")).toEqual(["shop/payment"]);
    expect(opened("namespace-wide")).toEqual(["shop"]);
    expect(opened("cluster-wide")).toEqual([""]);
  });

  test("is never the same twice, and not to be opened after a change of any part", () => {
    const value = Buffer.from("a value");
    const one = seal(value, publicKey, strict);
    expect(seal(value, publicKey, strict)).not.toBe(one);
    for (const position of [1, 100, 260, Buffer.from(one, "base64").length - 1]) {
      const bytes = Buffer.from(one, "base64");
      bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
      expect(() => open(bytes.toString("base64"), privateKey, "shop/payment")).toThrow();
    }
  });
});

describe("with a copy of the state, which has placeholders for the values", () => {
  const place = { namespace: "shop", name: "payment", scope: "strict" } as const;
  const key = () => Promise.resolve(publicKey);

  test("nothing changes: no value can be compared, and what was sealed stays", async () => {
    const values = { password: "s3cret", keystore: "czNjcmV0" };
    const before = await sealAnew(undefined, { ...place, values, base64: ["keystore"] }, key);
    const copy = { ...before, digestKey: HIDDEN };
    const hidden = { password: HIDDEN, keystore: HIDDEN };
    expect(await sealAnew(copy, { ...place, values: hidden, base64: ["keystore"] }, key)).toEqual(
      copy,
    );
  });

  test("a key that is new shows, though its value is a placeholder for binary data", async () => {
    const before = await sealAnew(undefined, { ...place, values: {} }, key);
    const copy = { ...before, digestKey: HIDDEN };
    const values = { keystore: HIDDEN };
    const { digests } = await sealAnew(copy, { ...place, values, base64: ["keystore"] }, key);
    expect(Object.keys(digests)).toEqual(["keystore"]);
  });

  test("an up is refused: it would never seal a changed value again", async () => {
    const sealed = await sealAnew(undefined, { ...place, values: { password: "s3cret" } }, key);
    const inputs = { ...sealed, digestKey: HIDDEN, controller: { namespace: "n", name: "c" } };
    const run = {} as ConstructorParameters<typeof SealedValues>[0];
    const resource = new SealedValues(run, { learn: () => undefined } as never);
    const subject = { name: "payment" } as never;
    await expect(
      async () => await resource.create(subject, { inputs, preview: false } as never),
    ).rejects.toThrow(
      "the stack's state is a copy without its secrets, which only a preview may use; run pulumi up with the state itself",
    );
  });
});

describe("a digest", () => {
  const digestKey = newDigestKey();

  test("tells values and keys apart, and needs its key", () => {
    const digest = valueDigest(Buffer.from("1234"), "pin", digestKey);
    expect(valueDigest(Buffer.from("1234"), "pin", digestKey)).toBe(digest);
    expect(valueDigest(Buffer.from("1235"), "pin", digestKey)).not.toBe(digest);
    expect(valueDigest(Buffer.from("1234"), "pin2", digestKey)).not.toBe(digest);
    expect(valueDigest(Buffer.from("1234"), "pin", newDigestKey())).not.toBe(digest);
    expect(valueDigest(Buffer.from("2x"), "a1:", digestKey)).not.toBe(
      valueDigest(Buffer.from(":2x"), "a1", digestKey),
    );
  });

  test("of all values does not depend on their order", () => {
    expect(valuesDigest({ a: "1", b: "2" })).toBe(valuesDigest({ b: "2", a: "1" }));
    expect(valuesDigest({ a: "1", b: "2" })).not.toBe(valuesDigest({ a: "2", b: "1" }));
  });
});

describe("sealing anew", () => {
  const key = () => Promise.resolve(publicKey);
  const none = () => Promise.reject(new Error("the certificate was asked for"));
  const inputs = (values: Readonly<Record<string, string>>, change: Partial<SealTarget> = {}) => ({
    ...strict,
    ...change,
    values,
  });
  const opened = (sealed: Awaited<ReturnType<typeof sealAnew>>, name: string) =>
    open(sealed.encryptedData[name] ?? "", privateKey, labelOf(sealed)).toString();

  test("keeps everything where nothing changed, and asks for no certificate", async () => {
    const first = await sealAnew(undefined, inputs({ user: "shop", password: "p1" }), key);
    // What the state gives back.
    const stored = sealedOf(JSON.parse(JSON.stringify(first)) as object as Record<string, unknown>);
    expect(await sealAnew(stored, inputs({ password: "p1", user: "shop" }), none)).toEqual(first);
  });

  test("seals the one value that changed, adds new ones and drops old ones", async () => {
    const first = await sealAnew(
      undefined,
      inputs({ user: "shop", password: "p1", old: "x" }),
      key,
    );
    const next = await sealAnew(first, inputs({ user: "shop", password: "p2", more: "y" }), key);
    expect(Object.keys(next.encryptedData).sort()).toEqual(["more", "password", "user"]);
    expect(next.encryptedData["user"]).toBe(first.encryptedData["user"]);
    expect(next.encryptedData["password"]).not.toBe(first.encryptedData["password"]);
    expect([opened(next, "password"), opened(next, "more")]).toEqual(["p2", "y"]);
  });

  test.each<Partial<SealTarget>>([
    { namespace: "other" },
    { name: "other" },
    { scope: "namespace-wide" },
  ])("seals everything where %j makes another Secret of it", async (change) => {
    const first = await sealAnew(undefined, inputs({ password: "p1" }), key);
    const next = await sealAnew(first, inputs({ password: "p1" }, change), key);
    expect(next.encryptedData).not.toEqual(first.encryptedData);
    expect(next.digests).toEqual(first.digests);
    expect(opened(next, "password")).toBe("p1");
  });

  test("takes the bytes of a value that is base64, and tells what is none without showing it", async () => {
    const binary = { ...inputs({ file: "AP8Q\n/w==", text: "AP8Q" }), base64: ["file"] };
    const sealed = await sealAnew(undefined, binary, key);
    const bytes = open(sealed.encryptedData["file"] ?? "", privateKey, labelOf(sealed));
    expect(bytes).toEqual(Buffer.from([0, 255, 16, 255]));
    expect(opened(sealed, "text")).toBe("AP8Q");

    const wrong = { ...inputs({ file: "hunter-2" }), base64: ["file"] };
    const refusal = await sealAnew(undefined, wrong, key).catch(String);
    expect(refusal).toMatch(/values\.file: is not base64/);
    expect(refusal).not.toContain("hunter");
  });

  test("names what it may not seal, and keeps what is sealed already", async () => {
    let asked = 0;
    const refused = () => {
      asked += 1;
      return Promise.resolve(undefined);
    };
    const first = await sealAnew(undefined, inputs({ user: "shop" }), key);
    const next = await sealAnew(first, inputs({ user: "shop", a: "1", b: "2" }), refused);
    expect(next.encryptedData).toEqual(first.encryptedData);
    expect(Object.keys(next.digests)).toEqual(["user", "a", "b"]);
    expect(next.unsealed).toEqual(["a", "b"]);
    expect(asked).toBe(1);
  });

  test("leaves a value unknown that a preview does not know", async () => {
    const next = await sealAnew(undefined, inputs({ password: UNKNOWN }), none);
    expect(next).toMatchObject({
      encryptedData: { password: UNKNOWN },
      digests: { password: UNKNOWN },
    });
  });
});

describe("the controller", () => {
  const place = { namespace: "kube-system", name: "sealed-secrets-controller" };
  const CERTIFICATE = "/v1/cert.pem";

  /** An API server whose proxy leads to a port of this name only. */
  function controllerAt(port: string, service?: unknown) {
    const asked: string[] = [];
    const answer = (path: string): Promise<string> => {
      asked.push(path.replace(/.*\/services\//, ""));
      if (path.includes(`:${port}/proxy`)) {
        return Promise.resolve("pem");
      }
      return Promise.reject(new ApiError(503, "no endpoints available for service"));
    };
    const get = (path: string): Promise<unknown> => {
      if (!path.includes("/services/")) {
        return Promise.resolve({});
      }
      return service === undefined
        ? Promise.reject(new ApiError(403, "forbidden"))
        : Promise.resolve(service);
    };
    const api = { text: answer, post: answer, get } as unknown as Api;
    return { asked, controller: new Controller(api, place, new AbortController().signal) };
  }
  const withPorts = (...ports: object[]) => ({ spec: { ports } });

  test.each([
    ["called http, as the chart has it", "http", undefined, 1],
    ["without a name, as its own manifest has it", "", withPorts({ port: 8080 }), 2],
    ["without a name, where nobody may look at the Service", "", undefined, 2],
    ["of another name", "web", withPorts({ name: "web" }, { name: "metrics" }), 2],
  ])("is reached at a port %s", async (_, port, service, requests) => {
    const { asked, controller } = controllerAt(port, service);
    expect(await controller.certificate()).toBe("pem");
    expect(await controller.opens({})).toBe(true);
    expect(asked).toHaveLength(requests + 1);
    expect(asked[requests - 1]).toBe(`http:sealed-secrets-controller:${port}/proxy${CERTIFICATE}`);
  });

  test("that is not running is said to be so, in the API server's words", async () => {
    const { controller } = controllerAt("none", withPorts({ name: "http" }));
    await expect(controller.certificate()).rejects.toThrow(
      /no endpoints available for service; set/,
    );
    expect(await controller.opens({})).toBeUndefined();
  });
});

describe("sealed values of an identity that is refused the certificate", () => {
  const place = { namespace: "kube-system", name: "sealed-secrets-controller" };
  const news = { ...strict, controller: place, values: { password: "p1" } };
  const given = { olds: {}, news, randomSeed: Buffer.alloc(0) };
  const said: string[] = [];
  const ignore = (): void => undefined;
  const log = {
    warn: ignore,
    error: ignore,
    status: ignore,
    info: (text: string) => said.push(text),
  };
  const subject = { urn: "u", type: "t", name: "payment", log };

  /** By the status that the API server answers with: the provider's resource. */
  function resourceOf(status: number): SealedValues {
    const refuse = () => Promise.reject(new ApiError(status, "is not allowed"));
    const api = { text: refuse, post: refuse, get: () => Promise.resolve({}) } as unknown as Api;
    const cluster = () => ({ api }) as unknown as Cluster;
    return new SealedValues(
      { cluster, signal: new AbortController().signal } as never,
      {
        learn: ignore,
      } as unknown as KnownSecrets,
    );
  }

  /** The inputs as the engine gives them back: without the mark of a secret. */
  async function checked(resource: SealedValues) {
    const { inputs } = await resource.check(subject, given);
    return { ...inputs, digestKey: "ab" };
  }

  test.each([
    ["no right to it", 403],
    ["a policy against it", 422],
  ])("are unknown in a preview, and end a run with the reason: %s", async (_, status) => {
    said.length = 0;
    const resource = resourceOf(status);
    const inputs = await checked(resource);
    expect(said).toEqual([
      expect.stringMatching(
        /^credential payment is not sealed here: .*is not allowed; (allow services\/proxy.*|)(or |)set slipway:sealing\.certificate/,
      ),
    ]);
    const args = { inputs, timeoutSeconds: 1 };
    const { outputs } = await resource.create(subject, { ...args, preview: true });
    expect(outputs["encryptedData"]).toEqual({ password: UNKNOWN });
    expect(JSON.stringify([inputs, outputs])).not.toContain("p1");
    await expect(resource.create(subject, { ...args, preview: false })).rejects.toThrow(
      /the sealing certificate is unavailable from the controller .*: is not allowed/,
    );
  });

  test("show which keys change", async () => {
    const resource = resourceOf(403);
    const inputs = await checked(resource);
    const args = { oldInputs: {}, oldOutputs: {}, news: inputs };
    expect(await resource.diff(subject, args as never)).toEqual({
      changed: ['encryptedData["password"]'],
    });
  });

  test("fail at once where the controller does not answer", async () => {
    await expect(resourceOf(503).check(subject, given)).rejects.toThrow(
      /unavailable from the controller/,
    );
  });
});

describe("a controller that is asked to widen what it seals again", () => {
  const place = { namespace: "kube-system", name: "sealed-secrets-controller" };
  const wide = { "sealedsecrets.bitnami.com/cluster-wide": "true" };
  const sealedSecret = { metadata: { name: "payment", namespace: "shop" }, spec: {} };
  const asked: unknown[] = [];
  const keeps = (answer: unknown) => {
    const post = (_path: string, body: unknown) => {
      asked.push(body);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    const api = { post } as unknown as Api;
    return new Controller(api, place, new AbortController().signal).keepsScope(sealedSecret);
  };

  test("is found too old if it does, and not if it keeps the scope", async () => {
    expect(await keeps({ metadata: { annotations: wide } })).toBe(false);
    expect(await keeps({ metadata: {} })).toBe(true);
    expect(asked[0]).toMatchObject({
      metadata: { name: "payment", namespace: "shop" },
      spec: { template: { metadata: { annotations: wide } } },
    });
  });

  test.each([
    ["refuses", new ApiError(422, "only the deploy lane")],
    ["fails", new ApiError(500, "inconsistent")],
    ["answers something else", "no SealedSecret"],
  ])("is not judged where it %s", async (_, answer) => {
    expect(await keeps(answer)).toBeUndefined();
  });
});

describe("a certificate", () => {
  test("gives the key that values are sealed with", async () => {
    const key = parseCertificate(await certificateOf(privateKey), "somewhere");
    expect(open(seal(Buffer.from("x"), key, strict), privateKey, "shop/payment").toString()).toBe(
      "x",
    );
  });

  test.each([
    ["no text at all", ""],
    ["a key", publicKey.export({ type: "spki", format: "pem" }).toString()],
    ["a broken one", "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n"],
  ])("that cannot be read is refused: %s", (_, pem) => {
    expect(() => parseCertificate(pem, "somewhere")).toThrow(
      /^the sealing certificate of somewhere cannot be read; allowed: .*kubeseal --fetch-cert/,
    );
  });

  test("is refused once it has expired, before it is valid, and with another kind of key", async () => {
    const pem = await certificateOf(privateKey);
    const day = 24 * 3600 * 1000;
    const at = (days: number) => new Date(Date.now() + days * day);
    expect(() => parseCertificate(pem, "somewhere", at(3))).toThrow(/somewhere expired on 20/);
    expect(() => parseCertificate(pem, "somewhere", at(-1))).toThrow(/valid only from 20.*clock/);
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const ec = await certificateOf(other);
    expect(() => parseCertificate(ec, "somewhere")).toThrow(/type ec; allowed: rsa/);
  });
});
