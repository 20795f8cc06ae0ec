// Cannot prove what the controller really does: test/e2e/credentials.test.ts asks the real one.
import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { valueDigest } from "../../provider/sealing.ts";
import { Cluster } from "../../provider/cluster.ts";
import { SecretReadiness } from "../../provider/secret-readiness.ts";
import { SEALED_SECRET } from "../../provider/secret-readiness/sealed.ts";
import { awaitedResource } from "../../provider/waiting/resource.ts";
import {
  judgeSealedSecret,
  judgeSecret,
  type SealedSecret,
} from "../../provider/secret-readiness/finding.ts";
import { PartialFailure, type Subject } from "../../wire/plugin.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const digestKey = "00".repeat(32);
const value = Buffer.from("a value");
const inputs = {
  namespace: "shop",
  name: "payment",
  manifestHash: "sha256:1",
  digests: { KEY: valueDigest(value, "KEY", digestKey) },
  digestKey,
  controller: { namespace: "kube-system", name: "sealed-secrets-controller" },
};
const sealedSecret = (status: string, observedGeneration = 2, message?: string): SealedSecret => ({
  metadata: { generation: 2 },
  status: {
    observedGeneration,
    conditions: [{ type: "Synced", status, ...(message !== undefined && { message }) }],
  },
});
const secret = { data: { KEY: value.toString("base64") } };
const subject: Subject = {
  urn: "urn",
  type: RESOURCES.SecretReadiness,
  name: "payment",
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    status: () => undefined,
  },
};

/** An API server that has these objects, by the end of their path. */
function apiWith(objects: Readonly<Record<string, unknown>>, patched: unknown[] = []): Api {
  const get = (path: string): Promise<unknown> => {
    const found = Object.entries(objects).find(([end]) => path.endsWith(end));
    return found ? Promise.resolve(found[1]) : Promise.reject(new ApiError(404, "not found"));
  };
  const patch = (_path: string, body: unknown): Promise<unknown> => {
    patched.push(body);
    return Promise.resolve({});
  };
  return { get, patch } as unknown as Api;
}
const readiness = (api: Api, signal = new AbortController().signal) => {
  const run = { cluster: () => new Cluster(api), context: () => "", signal };
  return awaitedResource(new SecretReadiness(SEALED_SECRET, run), signal);
};
const create = (api: Api, timeoutSeconds = 5) =>
  readiness(api).create(subject, { inputs, preview: false, timeoutSeconds });

afterEach(() => {
  jest.useRealTimers();
});

test("only what the controller says of this generation counts", () => {
  expect(judgeSealedSecret(sealedSecret("True")).kind).toBe("ready");
  expect(judgeSealedSecret(sealedSecret("True", 1)).kind).toBe("waiting");
  expect(judgeSealedSecret(sealedSecret("False", 1, "of before")).kind).toBe("waiting");
  expect(judgeSealedSecret({ metadata: { generation: 2 } }).kind).toBe("waiting");
  expect(judgeSealedSecret(sealedSecret("False", 2, "no key"))).toEqual({
    kind: "failed",
    message: "no key",
  });
});

test("a Secret is ready with the sealed values only, and a report has none of them", () => {
  expect(judgeSecret(secret, inputs).kind).toBe("ready");
  expect(judgeSecret(undefined, inputs).kind).toBe("waiting");
  const other = judgeSecret({ data: { KEY: Buffer.from("other").toString("base64") } }, inputs);
  expect(other).toEqual({
    kind: "waiting",
    message: "its Secret has not the sealed value of KEY",
  });
});

test("an unsealed Secret ends the wait, with the digests' key marked as a secret", async () => {
  const api = apiWith({ "sealedsecrets/payment": sealedSecret("True"), "secrets/payment": secret });
  const { id, outputs } = await create(api);
  expect(id).toBe("shop/payment");
  expect(outputs["ready"]).toBe(true);
  expect(JSON.stringify(outputs["digestKey"])).toContain("1b47061264138c4ac30d75fd1eb44270");
});

test("a refusal ends it within seconds, in the words of the last event, and is kept as a failure", async () => {
  const items = [
    { type: "Warning", message: "the last", lastTimestamp: "2026-01-01T00:00:02Z" },
    { type: "Warning", message: "the first", lastTimestamp: "2026-01-01T00:00:01Z" },
  ];
  const api = apiWith({
    "sealedsecrets/payment": sealedSecret("False", 2, "stale"),
    "/events": { items },
  });
  jest.useFakeTimers();
  const failed = create(api, 60).catch((reason: unknown) => reason);
  await jest.advanceTimersByTimeAsync(4000);
  const error = await failed;
  expect(error).toBeInstanceOf(PartialFailure);
  expect((error as PartialFailure).message).toMatch(
    /^SealedSecret shop\/payment is not unsealed: the last; .*kubectl -n kube-system logs/,
  );
  expect((error as PartialFailure).outputs["ready"]).toBe(false);
});

describe("an API server that does not answer for a while", () => {
  const objects = { "sealedsecrets/payment": sealedSecret("True"), "secrets/payment": secret };
  const refused = () => Promise.reject(new TypeError("fetch failed: ECONNREFUSED"));
  const update = (api: Api, signal = new AbortController().signal) =>
    readiness(api, signal).update(subject, {
      ...{ id: "i", oldInputs: inputs, news: inputs, ignoreChanges: [] },
      ...{ oldOutputs: { ...inputs, ready: false }, preview: false, timeoutSeconds: 30 },
    });
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test.each([
    ["refuses connections", refused],
    ["answers 503", () => Promise.reject(new ApiError(503, "busy"))],
  ])("is waited for while it %s", async (_case, fault) => {
    const api = apiWith(objects);
    const get = api.get.bind(api);
    api.get = fault;
    const created = create(api, 30);
    await jest.advanceTimersByTimeAsync(20_000);
    api.get = get;
    await jest.advanceTimersByTimeAsync(1000);
    expect((await created).outputs["ready"]).toBe(true);
  });

  test("is asked again for the controller's next try, and the object is as before", async () => {
    const patched: unknown[] = [];
    const api = apiWith(objects, patched);
    const patch = api.patch.bind(api);
    let patches = 0;
    api.patch = (...args) => (++patches % 2 === 1 ? refused() : patch(...args));
    const updated = update(api);
    await jest.advanceTimersByTimeAsync(5000);
    expect(await updated).toMatchObject({ ready: true });
    expect(patched).toMatchObject([[{ op: "add" }], [{ op: "remove" }]]);
  });

  test("is told of when the time is over, and the Secret is not called broken", async () => {
    const failed = create({ ...apiWith(objects), get: refused }, 30).catch(
      (error: unknown) => error,
    );
    await jest.advanceTimersByTimeAsync(31_000);
    expect((await failed) as PartialFailure).toMatchObject({
      message:
        "SealedSecret shop/payment: cluster-unreachable: the API server does not answer: fetch failed: ECONNREFUSED",
      outputs: { ready: false },
    });
  });

  test("holds up no interruption, which is told as such", async () => {
    const interruption = new AbortController();
    const failed = update({ ...apiWith(objects), get: refused }, interruption.signal).catch(
      (error: unknown) => error,
    );
    await jest.advanceTimersByTimeAsync(1000);
    interruption.abort();
    await jest.advanceTimersByTimeAsync(10);
    expect(((await failed) as PartialFailure).message).toMatch(
      /^SealedSecret shop\/payment: interrupted: the run was interrupted before its verdict/,
    );
  });

  test("is waited for by a look without waiting, too", async () => {
    const api = apiWith(objects);
    const get = api.get.bind(api);
    api.get = refused;
    const read = readiness(api).read(subject, { id: "i", inputs, outputs: inputs });
    await jest.advanceTimersByTimeAsync(10_000);
    api.get = get;
    await jest.advanceTimersByTimeAsync(1000);
    expect((await read)?.outputs["ready"]).toBe(true);
  });
});

test("a right that is missing is told, and no broken Secret", async () => {
  const get = () => Promise.reject(new ApiError(403, 'secrets "payment" is forbidden'));
  await expect(create({ ...apiWith({}), get })).rejects.toThrow(
    /^SealedSecret shop\/payment: forbidden: this identity may not get .* in namespace shop: secrets "payment" is forbidden/,
  );
});

describe("of a controller that writes no status", () => {
  const silent = { metadata: { generation: 1, uid: "u1" } };
  const ownedBy = (uid: string) => ({
    ...secret,
    metadata: { ownerReferences: [{ kind: "SealedSecret", uid }] },
  });

  test("the Secret's content is the proof", async () => {
    for (const made of [secret, ownedBy("u1")]) {
      const api = apiWith({ "sealedsecrets/payment": silent, "secrets/payment": made });
      expect((await create(api, 1)).outputs["ready"]).toBe(true);
    }
  });

  test("another content is none, nor is the Secret of an earlier SealedSecret, which goes with it", async () => {
    const other = { data: { KEY: Buffer.from("old").toString("base64") } };
    const of = (made: unknown) =>
      apiWith({ "sealedsecrets/payment": silent, "secrets/payment": made });
    await expect(create(of(other), 1)).rejects.toThrow(
      /its Secret has not the sealed value of KEY after 1 s/,
    );
    await expect(create(of(ownedBy("u0")), 1)).rejects.toThrow(/has not seen it yet after 1 s/);
  });

  test("its event says why there is no Secret", async () => {
    const items = [{ type: "Warning", message: "no key could decrypt secret" }];
    const api = apiWith({ "sealedsecrets/payment": silent, "/events": { items } });
    await expect(create(api, 1)).rejects.toThrow(/: no key could decrypt secret after 1 s/);
  });
});

test("a controller that says nothing ends it at the limit", async () => {
  const api = apiWith({ "sealedsecrets/payment": { metadata: { generation: 1 } } });
  jest.useFakeTimers();
  const ended = expect(create(api, 1)).rejects.toThrow(/has not seen it yet after 1 s/);
  await jest.advanceTimersByTimeAsync(1100);
  await ended;
});

test("what was not ready is a change, and has the controller try once more", async () => {
  const patched: unknown[] = [];
  const objects = { "sealedsecrets/payment": sealedSecret("True"), "secrets/payment": secret };
  const resource = readiness(apiWith(objects, patched));
  const oldOutputs = { ...inputs, ready: false };
  const args = { id: "i", oldInputs: inputs, news: inputs, ignoreChanges: [] };
  expect(await resource.diff(subject, { ...args, oldOutputs })).toMatchObject({
    changed: ["ready"],
  });
  const ready = { ...args, oldOutputs: { ...inputs, ready: true } };
  expect(await resource.diff(subject, ready)).toMatchObject({ changed: [] });

  const run = { preview: false, timeoutSeconds: 5 };
  await resource.update(subject, { ...ready, ...run });
  expect(patched).toHaveLength(0);
  await resource.update(subject, { ...args, oldOutputs, ...run });
  expect(patched).toMatchObject([[{ op: "add" }], [{ op: "remove" }]]);
});

test("a refresh after an up that failed looks for the values of that up, and keeps them secret", async () => {
  const before = { ...inputs, digests: { KEY: "of before" } };
  const api = apiWith({ "sealedsecrets/payment": sealedSecret("True"), "secrets/payment": secret });
  const outputs = { ...inputs, ready: false };
  const found = await readiness(api).read(subject, { id: "i", inputs: before, outputs });
  expect(found?.outputs["ready"]).toBe(true);
  expect(found?.inputs).toMatchObject({ digests: inputs.digests });
  expect(JSON.stringify(found?.inputs?.["digestKey"])).toContain(
    "1b47061264138c4ac30d75fd1eb44270",
  );
});
