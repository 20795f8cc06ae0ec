// Proves what is looked for and what becomes of the answers; that the kubelet waits for the same is proved by the catalogue.
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { ConfigLook, lookupIn, type Lookup } from "../../provider/readiness/config-look.ts";
import { configOf, titleOf } from "../../provider/verdict/config.ts";
import type { Observed, Pod } from "../../provider/verdict/objects.ts";
import { judgeAtOnce } from "../../provider/verdict/rollout.ts";
import { ApiServer } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { complete, deployment, release, unreadyPod } from "../support/release-objects.ts";

afterEach(() => {
  jest.useRealTimers();
});

const key = { secretKeyRef: { name: "payment", key: "token" } };

function creating(spec: object = {}, waiting = "ContainerCreating"): Observed {
  const pod = unreadyPod("shop-new-1", "shop-new-uid", { state: { waiting: { reason: waiting } } });
  const containers = [{ name: "shop", env: [{ name: "TOKEN", valueFrom: key }] }];
  const counts = { readyReplicas: 0, availableReplicas: 0 };
  return {
    ...complete(),
    deployment: deployment("shop", {}, counts),
    pods: [{ ...pod, spec: { containers, ...spec } }],
  };
}

/** What is found missing of `creating()` after a few looks. */
async function looked(lookup: Lookup, observed = creating()): Promise<string[]> {
  jest.useFakeTimers();
  const end = new AbortController();
  const look = new ConfigLook(lookup, () => undefined, end.signal);
  for (let rest = 10; rest > 0; rest -= 1) {
    look.see(observed);
    await jest.advanceTimersByTimeAsync(4000);
  }
  const { absent = [] } = look.see(observed);
  end.abort();
  return absent.map(titleOf);
}

test("what a pod cannot start without is in its volumes and variables, but for what is optional", () => {
  const volumes = [
    { name: "a", secret: { secretName: "tls", items: [{ key: "tls.crt", path: "crt" }] } },
    { name: "b", configMap: { name: "files" } },
    { name: "c", secret: { secretName: "extra", optional: true } },
    { name: "d", projected: { sources: [{ configMap: { name: "roots" } }, {}] } },
    { name: "e", emptyDir: {} },
  ];
  const env = [
    { name: "TOKEN", valueFrom: key },
    { name: "HINT", valueFrom: { configMapKeyRef: { name: "hints", key: "h", optional: true } } },
    { name: "PLAIN", value: "1" },
  ];
  const containers = [{ name: "shop", env, envFrom: [{ secretRef: { name: "all" } }] }];
  const [pod] = creating({ volumes, containers }).pods;
  expect(configOf(pod as Pod).map(titleOf)).toEqual([
    'secret "tls"',
    'key "tls.crt" of secret "tls"',
    'configmap "files"',
    'configmap "roots"',
    'secret "payment"',
    'key "token" of secret "payment"',
    'secret "all"',
  ]);
});

test.each<[string, Awaited<ReturnType<Lookup>>, string[]]>([
  ["a Secret that is not there is missing", "missing", ['secret "payment"']],
  ["so is a key of it", ["other"], ['key "token" of secret "payment"']],
  ["one that has the key is not", ["token"], []],
  ["one that may not be read is nobody's fault", undefined, []],
])("%s", async (_case, found, missing) => {
  expect(await looked(() => Promise.resolve(found))).toEqual(missing);
});

test("one that comes within the grace is not missing, and is not asked for again", async () => {
  let looks = 0;
  expect(await looked(() => Promise.resolve(++looks === 1 ? "missing" : ["token"]))).toEqual([]);
  expect(looks).toBe(2);
});

test("a look without an answer ends nothing: the next one counts", async () => {
  let looks = 0;
  const lookup: Lookup = () =>
    ++looks === 2 || looks === 3
      ? Promise.reject(new Error("refused"))
      : Promise.resolve("missing");
  expect(await looked(lookup)).toEqual(['secret "payment"']);
  looks = 1;
  expect(await looked(lookup)).toEqual(['secret "payment"']);
});

test("nothing is asked of pods that get on", async () => {
  let looks = 0;
  const lookup = () => Promise.resolve(++looks > 0 ? ("missing" as const) : undefined);
  expect(await looked(lookup, complete())).toEqual([]);
  expect(await looked(lookup, creating({}, "CrashLoopBackOff"))).toEqual([]);
  expect(looks).toBe(0);
});

test("the wait is told of it, and what is missing is the verdict", async () => {
  jest.useFakeTimers();
  const end = new AbortController();
  const observed = creating();
  let told = 0;
  const look = new ConfigLook(
    () => Promise.resolve("missing"),
    () => (told += 1),
    end.signal,
  );
  look.see(observed);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(told).toBe(1);
  expect(judgeAtOnce(release(), look.see(observed))).toMatchObject({
    kind: "failed",
    reason: "config-missing",
    object: "pod shop-new-1",
    message: 'secret "payment" not found',
  });
  end.abort();
});

describe("on an API server", () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await ApiServer.start();
    server.apply("secrets", {
      metadata: { name: "payment", uid: "s" },
      data: { token: "aHVudGVyMg==" },
    } as never);
  });
  afterAll(async () => {
    await server.stop();
    removeFolders();
  });
  const find = (name: string) =>
    lookupIn(new KubeconfigApi(kubeconfigOf(server.url)), "shop-dev")(
      { kind: "secret", name },
      new AbortController().signal,
    );

  test("of a Secret its keys are known and nothing more", async () => {
    expect(await find("payment")).toEqual(["token"]);
  });

  test("one that is not there is told from one that may not be read", async () => {
    expect(await find("nowhere")).toBe("missing");
    server.faults.set("get secrets", 403);
    expect(await find("payment")).toBeUndefined();
    server.faults.set("get secrets", 503);
    await expect(find("payment")).rejects.toThrow("secrets is forbidden");
  });
});

describe("a key that is mounted as a file", () => {
  const volumes = [
    { name: "a", secret: { secretName: "payment" } },
    { name: "b", configMap: { name: "features", optional: true } },
    { name: "c", secret: { secretName: "tls", items: [{ key: "tls.crt", path: "crt" }] } },
  ];
  const volumeMounts = [
    { name: "a", mountPath: "/etc/token", subPath: "token" },
    { name: "b", mountPath: "/etc/colour", subPath: "colour" },
    { name: "c", mountPath: "/etc/crt", subPath: "crt" },
  ];
  const started = (): Observed => {
    const observed = complete();
    const pods = observed.pods.map((pod) => {
      const containers = (pod.spec?.containers ?? []).map((each) => ({ ...each, volumeMounts }));
      return { ...pod, spec: { ...pod.spec, volumes, containers } };
    });
    return { ...observed, pods };
  };
  const lookOf = (lookup: Lookup) =>
    new ConfigLook(lookup, () => undefined, new AbortController().signal);

  test.each<[string, Awaited<ReturnType<Lookup>>]>([
    ["is there", ["token"]],
    ["may not be read", undefined],
  ])("that %s keeps no release from being ready", async (_case, found) => {
    const look = lookOf(() => Promise.resolve(found));
    expect(await look.lacksFiles(started())).toBe(false);
    expect(judgeAtOnce(release(), look.see(started()))).toMatchObject({ kind: "ready" });
  });

  test("fails a release whose pods are ready without it", async () => {
    const asked: string[] = [];
    const look = lookOf(({ name }) => {
      asked.push(name);
      return Promise.resolve(["password"]);
    });
    expect(await look.lacksFiles(started())).toBe(true);
    expect(asked).toEqual(["payment"]);
    expect(judgeAtOnce(release(), look.see(started()))).toMatchObject({
      kind: "failed",
      reason: "config-missing",
      message: 'key "token" of secret "payment" not found',
    });
    expect(await look.lacksFiles(started())).toBe(false);
  });

  test("is looked for once a container has started, and not before", async () => {
    const look = lookOf(() => Promise.resolve(["password"]));
    expect(
      await look.lacksFiles(creating({ volumes, containers: [{ name: "shop", volumeMounts }] })),
    ).toBe(false);
    expect(await look.lacksFiles(started())).toBe(true);
  });

  test("is not known to be missing where nobody answers", async () => {
    const look = lookOf(() => Promise.reject(new Error("refused")));
    expect(await look.lacksFiles(started())).toBe(false);
  });
});
