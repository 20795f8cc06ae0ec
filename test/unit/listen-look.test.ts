// Proves when a log is read and what becomes of it; that real programs say where they listen is proved by the catalogue.
import { ListenLook } from "../../provider/readiness/listen-look.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { complete, deployment, release, unreadyPod } from "../support/release-objects.ts";

const REFUSED =
  'Startup probe failed: Get "http://10.1.0.7:8080/healthz": dial tcp 10.1.0.7:8080: connect: connection refused';

function starting(message = REFUSED): Observed {
  const status = { state: { running: {} }, started: false };
  const pod = unreadyPod("shop-new-1", "shop-new-uid", status);
  const startupProbe = { httpGet: { path: "/healthz", port: 8080 } };
  return {
    ...complete(),
    deployment: deployment("shop", {}, { readyReplicas: 0, availableReplicas: 0 }),
    pods: [{ ...pod, spec: { containers: [{ name: "shop", startupProbe }] } }],
    warnings: [
      {
        metadata: { name: "e" },
        involvedObject: { uid: "shop-new-1-uid", fieldPath: "spec.containers{shop}" },
        reason: "Unhealthy",
        message,
      },
    ],
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** What is found in each of these seconds, the log being so at each of them; and at which of them it was read. */
async function watched(
  seconds: number,
  lineAt: (second: number) => string,
  { observed = starting(), logs = true } = {},
) {
  const end = new AbortController();
  const reads: number[] = [];
  let now = 0;
  let wakes = 0;
  const log = (source: {
    readonly pod: string;
    readonly container: string;
    readonly previous: boolean;
  }) => {
    reads.push(now);
    return Promise.resolve({ ...source, lines: lineAt(now).split("\n") });
  };
  const wait = { wake: () => (wakes += 1), signal: end.signal };
  const look = new ListenLook(release({ logs }), log, wait);
  const found: number[] = [];
  for (; now <= seconds; now += 1) {
    if ((look.see(observed).elsewhere ?? []).length > 0) {
      found.push(now);
    }
    await jest.advanceTimersByTimeAsync(1000);
  }
  end.abort();
  await jest.advanceTimersByTimeAsync(0);
  return { reads, found, wakes };
}

test("a container that is refused and listens elsewhere is found so, and looked at again", async () => {
  const { reads, found, wakes } = await watched(10, () => "listening on :3000");
  expect(reads).toEqual([1, 5, 9]);
  expect(found).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(wakes).toBe(1);
});

test("what a later look does not find again is forgotten", async () => {
  const line = (second: number) =>
    second < 4 ? "admin api listening on :3000" : "listening on :3000";
  expect((await watched(4, line)).found).toEqual([]);
  const both = (second: number) => (second < 4 ? "listening on :3000" : "listening on :8080");
  expect((await watched(10, both)).found).toEqual([2, 3, 4, 5]);
});

test("a process that goes on to tell of its start is about to listen", async () => {
  const migrating = (second: number) => `grpc listening on :9090\nmigration ${second} done`;
  expect((await watched(30, migrating)).found.filter((second) => second > 5)).toEqual([]);
});

test("one that has started since, and tells nothing more, listens elsewhere", async () => {
  const slow = (second: number) => `listening on :3000${second < 6 ? "" : "\nstarted"}`;
  const { found } = await watched(60, slow);
  expect(found).not.toContain(10);
  expect(found).toContain(30);
});

test("a slow start is read ever more seldom", async () => {
  expect((await watched(65, () => "loading")).reads).toEqual([1, 5, 13, 29, 61]);
});

test.each([
  ["whose logs are not to be read", { logs: false }],
  [
    "that answers",
    { observed: starting("Startup probe failed: HTTP probe failed with statuscode: 404") },
  ],
  ["that is ready", { observed: complete() }],
])("no log is read of a container %s", async (_case, more) => {
  expect((await watched(20, () => "listening on :3000", more)).reads).toEqual([]);
});
