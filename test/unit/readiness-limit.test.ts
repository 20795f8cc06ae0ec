// Proves by a clock of the test's own how long a wait may take, from the engine's call on; provider-cluster.test.ts proves what ends it earlier.
import { setTimeout as sleep } from "node:timers/promises";

import { RESOURCES } from "../../contract/tokens.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { limitSeconds } from "../../provider/readiness/limit.ts";
import { Limit } from "../../provider/waiting/limit.ts";
import type { Properties } from "../../wire/plugin.ts";
import { type ApiObject, ApiServer } from "../support/api-server.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { HangingPlugin } from "../support/hanging-plugin.ts";
import { awaitedOf, objectOf } from "../support/kind-objects.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import { complete, release } from "../support/release-objects.ts";
import { until } from "../support/until.ts";

const WIDGET = { ...awaitedOf("example.com/v1", "Widget", { deadlineSeconds: 45 }) };
const EXTERNAL = { namespace: "shop-dev", name: "payment", manifestHash: "sha256:1" };
const SEALED = {
  ...EXTERNAL,
  digests: {},
  digestKey: "00",
  controller: { namespace: "kube-system", name: "sealed-secrets-controller" },
};

describe("the engine's create", () => {
  let server: ApiServer;
  let provider: SlipwayProvider;
  beforeEach(async () => {
    server = await ApiServer.start();
    server.kinds = [{ name: "widgets", kind: "Widget", namespaced: true }];
    provider = new SlipwayProvider();
    jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    provider.cancel();
    await server.stop();
  });
  afterAll(removeFolders);

  const create = (type: string, inputs: Properties, timeoutSeconds: number) => {
    const ignore = () => undefined;
    const log = { info: ignore, warn: ignore, error: ignore, status: ignore };
    const subject = { urn: "urn", type, name: "shop", log };
    return provider
      .create(subject, { inputs, preview: false, timeoutSeconds })
      .catch((error: unknown) => error);
  };
  /** The message of a failure, and after how many seconds it came. */
  const endOf = async (created: Promise<unknown>, begun: () => boolean) => {
    let failure: unknown;
    void created.then((error) => (failure = error));
    await until(begun);
    let seconds = 0;
    for (; failure === undefined && seconds < 1000; seconds += 1) {
      await jest.advanceTimersByTimeAsync(1000);
      // What was sent arrives, which takes no time by this clock.
      await sleep(1);
    }
    return { message: (failure as Error).message, seconds };
  };
  /** What comes over a real connection takes a moment, and a second of this clock with it. */
  const expectWithin = (seconds: number, limit: number) => {
    expect(seconds).toBeGreaterThanOrEqual(limit);
    expect(seconds).toBeLessThanOrEqual(limit + 3);
  };
  /** By this clock, requests are given up, too. */
  const timeRequests = () => {
    jest.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      const end = new AbortController();
      setTimeout(() => {
        end.abort(new DOMException("no answer in time", "TimeoutError"));
      }, milliseconds);
      return end.signal;
    });
  };
  const { Readiness, ObjectReadiness, SecretReadiness, ExternalSecretReadiness } = RESOURCES;
  const short = { ...release({ timeoutSeconds: 90 }) };

  test.each<[string, string, Properties, number, number]>([
    ["what the service says", Readiness, short, 0, 90],
    ["what the resource's customTimeouts say", Readiness, { ...release() }, 75, 75],
    ["the shorter one of both", Readiness, short, 60, 60],
    ["another kind of object its deadline", ObjectReadiness, WIDGET, 0, 45],
    ["another kind of object its customTimeouts", ObjectReadiness, WIDGET, 30, 30],
    ["a sealed Secret a minute", SecretReadiness, SEALED, 0, 60],
    ["a sealed Secret its customTimeouts", SecretReadiness, SEALED, 75, 75],
    ["an external Secret a minute", ExternalSecretReadiness, EXTERNAL, 0, 60],
  ])("gives what does not become ready %s", async (_case, type, inputs, customSeconds, limit) => {
    applyObserved(server, { ...complete(), endpointSlices: [] });
    server.apply("namespaces", { metadata: { name: "shop-dev", uid: "shop-dev" } });
    server.apply("widgets", objectOf({}, undefined) as ApiObject);
    for (const resource of ["sealedsecrets", "externalsecrets"]) {
      server.apply(resource, { metadata: { name: "payment", uid: "payment" } });
    }
    provider.configure({ ...kubeconfigOf(server.url) });
    const created = create(type, inputs, customSeconds);
    const { message, seconds } = await endOf(created, () => server.requests.length > 0);
    expect(message).toMatch(
      new RegExp(`(no-endpoints|not-observed|not seen it|no status yet).* after ${limit} s`),
    );
    expectWithin(seconds, limit);
  });

  const limits: readonly [string, Properties, number, number][] = [
    [Readiness, { ...release() }, 0, 60],
    [Readiness, { ...release() }, 1200, 60],
    [Readiness, short, 20, 20],
    [ObjectReadiness, WIDGET, 0, 45],
    [ObjectReadiness, WIDGET, 30, 30],
    [SecretReadiness, SEALED, 300, 60],
    [SecretReadiness, SEALED, 45, 45],
    [ExternalSecretReadiness, EXTERNAL, 0, 60],
  ];

  test.each(limits)(
    "gives a server that never answers a minute, and less where the limit is shorter (%s)",
    async (type, inputs, customSeconds, limit) => {
      timeRequests();
      server.hangs = true;
      provider.configure({ ...kubeconfigOf(server.url) });
      const created = create(type, inputs, customSeconds);
      const { message, seconds } = await endOf(created, () => server.requests.length > 0);
      expect(message).toMatch(/: cluster-unreachable\b/);
      expectWithin(seconds, limit);
    },
  );

  test.each(limits)(
    "gives a credential plugin no more than that, and names it (%s)",
    async (type, inputs, customSeconds, limit) => {
      timeRequests();
      const plugin = new HangingPlugin(folderWith({}));
      provider.configure({ ...kubeconfigOf(server.url, { user: plugin.user }) });
      const created = create(type, inputs, customSeconds);
      const { message, seconds } = await endOf(created, () => plugin.starts() > 0);
      expect(message).toMatch(/credential plugin ".*node" of user "test" does not answer/);
      expect(seconds).toBeLessThanOrEqual(limit + 1);
      expect(server.requests).toEqual([]);
    },
  );
});

const BARE = release();
delete (BARE as { settleSeconds?: number }).settleSeconds;

test.each([
  ["ten minutes", release(), 0, 600],
  [
    "five times the progress deadline where that is more",
    release({ deadlineSeconds: 300 }),
    0,
    1500,
  ],
  ["five times as long with the time in which pods settle", release({ settleSeconds: 30 }), 0, 750],
  ["the same where that time is the default", BARE, 0, 650],
  ["what the service says", release({ timeoutSeconds: 90 }), 0, 90],
  ["what the resource's customTimeouts say", release(), 1200, 1200],
  ["the shorter one of both", release({ timeoutSeconds: 90 }), 60, 60],
])("a wait may take %s", (_case, inputs, customSeconds, seconds) => {
  expect(limitSeconds(inputs, customSeconds)).toBe(seconds);
});

describe("a limit", () => {
  const interruption = new AbortController();
  let limit: Limit;
  beforeEach(() => {
    jest.useFakeTimers();
    limit = new Limit(performance.now() + 600_000, interruption.signal);
  });
  afterEach(() => {
    limit.close();
    jest.useRealTimers();
  });

  test("ends what never comes, and not before its time", async () => {
    let come: unknown = "nothing yet";
    const never = limit.within(new Promise(() => undefined)).then((found) => (come = found));
    await jest.advanceTimersByTimeAsync(599_000);
    expect([come, limit.signal.aborted]).toEqual(["nothing yet", false]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(await never).toBeUndefined();
    expect(limit.signal.aborted).toBe(true);
  });

  test("gives what comes in time, and its failure", async () => {
    expect(await limit.within(Promise.resolve("here"))).toBe("here");
    await expect(limit.within(Promise.reject(new Error("no context")))).rejects.toThrow(
      "no context",
    );
  });

  test("is over with an interruption", async () => {
    const never = limit.within(new Promise(() => undefined));
    interruption.abort();
    expect(await never).toBeUndefined();
  });
});
