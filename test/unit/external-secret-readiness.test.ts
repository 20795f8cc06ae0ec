// Cannot prove what the controller really does: test/e2e/external-secrets.test.ts asks the real one.
import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { Cluster } from "../../provider/cluster.ts";
import { SecretReadiness } from "../../provider/secret-readiness.ts";
import {
  EXTERNAL_SECRET,
  type ExternalSecret,
  judgeExternalSecret,
} from "../../provider/secret-readiness/external.ts";
import { awaitedResource } from "../../provider/waiting/resource.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const inputs = { namespace: "shop", name: "payment", manifestHash: "sha256:1" };
const subject: Subject = {
  urn: "urn",
  type: RESOURCES.ExternalSecretReadiness,
  name: "payment",
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    status: () => undefined,
  },
};
const externalSecret = (status: string, generation = 2, message?: string): ExternalSecret => ({
  metadata: { generation: 2 },
  status: {
    syncedResourceVersion: `${generation}-abc`,
    conditions: [{ type: "Ready", status, ...(message !== undefined && { message }) }],
  },
});
const secretOf = (value: string) => ({ data: { KEY: Buffer.from(value).toString("base64") } });

interface Objects {
  externalSecret?: ExternalSecret;
  secret?: object;
  events?: readonly object[];
}

/** An API server whose objects may change. */
function apiWith(objects: Objects, patched: unknown[] = []): Api {
  const get = (path: string): Promise<unknown> => {
    if (path.endsWith("/events")) {
      return Promise.resolve({ items: objects.events ?? [] });
    }
    const found = path.includes("/externalsecrets/") ? objects.externalSecret : objects.secret;
    return found ? Promise.resolve(found) : Promise.reject(new ApiError(404, "not found"));
  };
  const patch = (_path: string, body: unknown): Promise<unknown> => {
    patched.push(body);
    return Promise.resolve({});
  };
  return { get, patch } as unknown as Api;
}
const readiness = (api: Api) => {
  const { signal } = new AbortController();
  const run = { cluster: () => new Cluster(api), context: () => "", signal };
  return awaitedResource(new SecretReadiness(EXTERNAL_SECRET, run), signal);
};
const create = async (api: Api, timeoutSeconds = 1): Promise<Properties> => {
  const args = { inputs, preview: false, timeoutSeconds };
  const { outputs } = await readiness(api).create(subject, args);
  return plain(outputs);
};
/** Outputs as the engine gives them back: without secret marks. */
const plain = (outputs: Properties): Properties => {
  const { value } = outputs["digestKey"] as { readonly value: string };
  return { ...outputs, digestKey: value };
};
const diff = (api: Api, oldOutputs: Properties, news: Properties = inputs) =>
  readiness(api).diff(subject, { id: "", oldInputs: inputs, oldOutputs, news, ignoreChanges: [] });

afterEach(() => {
  jest.useRealTimers();
});

test("that it is ready counts for its last change only, that it failed counts at once", () => {
  expect(judgeExternalSecret(externalSecret("True")).kind).toBe("ready");
  expect(judgeExternalSecret(externalSecret("True", 1)).kind).toBe("waiting");
  expect(judgeExternalSecret({ metadata: { generation: 2 } }).kind).toBe("waiting");
  expect(judgeExternalSecret(externalSecret("False", 1, "no such key"))).toEqual({
    kind: "failed",
    message: "no such key",
  });
});

test("other values of the Secret are a change by themselves, and are never told", async () => {
  const objects: Objects = { externalSecret: externalSecret("True"), secret: secretOf("one") };
  const api = apiWith(objects);
  const outputs = await create(api);
  expect(await diff(api, outputs)).toEqual({ changed: [], replaces: [] });

  objects.secret = secretOf("other");
  expect(await diff(api, outputs)).toEqual({ changed: ["digest"], replaces: [] });
  const update = { id: "", oldInputs: inputs, oldOutputs: outputs, news: inputs };
  const args = { ...update, preview: false, timeoutSeconds: 1, ignoreChanges: [] };
  const after = plain(await readiness(api).update(subject, args));
  expect(after["digest"]).not.toBe(outputs["digest"]);
  expect(JSON.stringify([outputs, after])).not.toMatch(/one|other|b25l|b3RoZXI/);
  expect(await diff(api, after)).toEqual({ changed: [], replaces: [] });
});

test("who may read no Secret sees no other values, and is told so", async () => {
  const forbidden = { get: () => Promise.reject(new ApiError(403, "forbidden")) };
  const told: string[] = [];
  const log = { ...subject.log, info: (line: string) => void told.push(line) };
  const oldOutputs = { ready: true, digest: "d", digestKey: "00" };
  const args = { id: "", oldInputs: inputs, oldOutputs, news: inputs, ignoreChanges: [] };
  const result = await readiness(forbidden as unknown as Api).diff({ ...subject, log }, args);
  expect(result).toEqual({ changed: [], replaces: [] });
  expect(told).toEqual([expect.stringContaining("may not read the Secret")]);
});

test("a store's value is looked at again until the API server answers", async () => {
  jest.useFakeTimers();
  const objects: Objects = { externalSecret: externalSecret("True"), secret: secretOf("one") };
  const api = apiWith(objects);
  const get = api.get.bind(api);
  let looks = 0;
  api.get = (...args) =>
    ++looks > 3 ? get(...args) : Promise.reject(new ApiError(500, "etcdserver: leader changed"));
  const created = create(api, 30);
  await jest.advanceTimersByTimeAsync(10_000);
  const outputs = await created;
  looks = 0;
  const same = diff(api, outputs);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await same).toEqual({ changed: [], replaces: [] });
});

test("a failure has the controller's newest words, stays a change, and is tried again", async () => {
  const patched: unknown[] = [];
  const events = [{ type: "Warning", message: "no such key team/payment", lastTimestamp: "2" }];
  const objects: Objects = { externalSecret: externalSecret("False", 1, "failed"), events };
  const api = apiWith(objects, patched);
  await expect(create(api)).rejects.toThrow(
    /^ExternalSecret shop\/payment is not ready: no such key team\/payment; fix it/,
  );
  const failed = { ...inputs, ready: false, digest: null, digestKey: "00" };
  expect((await diff(api, failed)).changed).toEqual(["ready"]);

  objects.externalSecret = externalSecret("True");
  objects.secret = secretOf("one");
  const update = { id: "", oldInputs: inputs, oldOutputs: failed, news: inputs };
  const args = { ...update, preview: false, timeoutSeconds: 1, ignoreChanges: [] };
  expect(await readiness(api).update(subject, args)).toMatchObject({ ready: true });
  expect(patched).toEqual([
    [expect.objectContaining({ op: "add" })],
    [expect.objectContaining({ op: "remove" })],
  ]);
});

test("a failure has the controller's words without what looks like a secret", async () => {
  const message =
    "cannot reach https://shop:hunter2@vault:8200: token: hvs.CAESIabcdefghijklmnopqrstu";
  const api = apiWith({ externalSecret: externalSecret("False", 1, message) });
  await expect(create(api)).rejects.toThrow(
    /is not ready: cannot reach https:\/\/shop:\*{3}@vault:8200: token: \*{3}; fix it/,
  );
});

test("another name is another resource", async () => {
  const api = apiWith({});
  const { replaces } = await diff(api, { ready: true }, { ...inputs, name: "other" });
  expect(replaces).toEqual(["name"]);
});
