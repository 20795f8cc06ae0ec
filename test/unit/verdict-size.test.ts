// Proves that what is judged takes time and room by its size, and not by the square of it; what a whole run takes, with the
// engine and the plugins in it, is the bench's to tell.
import { LISTED_PODS } from "../../contract/release-record.ts";
import { recordOf } from "../../provider/readiness/record.ts";
import type { Event, Observed, Pod } from "../../provider/verdict/objects.ts";
import { outgoingOf } from "../../provider/verdict/room.ts";
import { Rollout } from "../../provider/verdict/rollout.ts";
import { FACTOR, growthOver } from "../support/growth.ts";
import {
  complete,
  deployment,
  endpointSlice,
  IMAGE,
  readyPod,
  release,
  replicaSet,
  unreadyPod,
} from "../support/release-objects.ts";

const OWNER = "shop-new-uid";
const LITTLE = 250;
const SIZES = [LITTLE, FACTOR * LITTLE] as const;

const names = (count: number) => Array.from({ length: count }, (_, index) => `shop-new-${index}`);
const readyPods = (count: number) => names(count).map((name) => readyPod(name, OWNER));

/** A pod's probe has failed, and its image was there before. */
const eventOn = ({ metadata }: Pod, reason: string): Event => ({
  metadata: { name: `${metadata?.name ?? ""}-${reason}` },
  involvedObject: {
    uid: metadata?.uid ?? "",
    fieldPath: "spec.containers{shop}",
  },
  reason,
  message: "Readiness probe failed: HTTP probe failed with statuscode: 503",
  lastTimestamp: "2026-01-01T00:00:00Z",
  firstTimestamp: "2026-01-01T00:00:00Z",
});

/** A release of so many pods, each with an event of its own. */
function observed(pods: readonly Pod[]): Observed {
  const count = pods.length;
  const spec = { replicas: count };
  const status = {
    replicas: count,
    updatedReplicas: count,
    readyReplicas: count,
    availableReplicas: count,
  };
  return {
    ...complete(),
    deployment: deployment("shop", spec, status),
    replicaSets: [replicaSet("shop", "new", "2", count)],
    pods,
    service: {
      metadata: { name: "shop", uid: "shop-svc" },
      spec: { selector: {}, ports: [{ port: 80 }] },
    },
    endpointSlices: [{ ...endpointSlice("shop", pods), ports: [{ port: 8080 }] }],
    warnings: pods.map((pod) => eventOn(pod, "Unhealthy")),
    pulls: pods.map((pod) => eventOn(pod, "Pulled")),
    clusterTime: Date.parse("2026-01-01T00:01:00Z"),
  };
}

test.each([
  ["that are ready", (count: number) => readyPods(count)],
  [
    "that are not",
    (count: number) =>
      names(count).map((name) => unreadyPod(name, OWNER, { started: true, state: { running: {} } })),
  ],
])("judges pods %s in a time that grows with their number", (_, podsOf) => {
  const judge = (count: number) => {
    const rollout = new Rollout(release({ settleSeconds: 10 }), 0);
    const pods = podsOf(count);
    for (const now of [0, 1000, 2000]) {
      rollout.judge(observed(pods), now);
    }
  };
  expect(growthOver(SIZES, judge)).toBeLessThan(3 * FACTOR);
});

test("records a release in a time that grows with its pods", () => {
  const record = (count: number) => {
    const pods = readyPods(count);
    const proved = pods.map(({ metadata }) => ({ name: metadata?.name ?? "", imageID: IMAGE }));
    const verdict = { kind: "ready", replicaSet: "shop-new", pods: proved } as const;
    const times = { startedAt: "2026-01-01T00:00:00Z", seconds: 1 };
    recordOf(release(), { verdict, observed: observed(pods) }, times, undefined);
  };
  expect(growthOver(SIZES, record)).toBeLessThan(3 * FACTOR);
});

test("finds what leaves a namespace in a time that grows with what is in it", () => {
  const look = (count: number) => {
    const services = Array.from({ length: count }, (_, index) => `service-${index}`);
    outgoingOf({
      deployments: services.map((name) => deployment(name)),
      replicaSets: services.flatMap((name) => [
        replicaSet(name, "old", "1", 0),
        replicaSet(name, "new", "2", 1),
      ]),
      pods: services.map((name) => readyPod(`${name}-new-1`, `${name}-new-uid`)),
    });
  };
  expect(growthOver(SIZES, look)).toBeLessThan(3 * FACTOR);
});

test("a record lists the pods that became ready last, by name, and counts the others", () => {
  const count = LISTED_PODS + 3;
  const at = (index: number) => new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
  const pods = readyPods(count).map((pod, index): Pod => {
    const conditions = [{ type: "Ready", status: "True", lastTransitionTime: at(count - index) }];
    return { ...pod, status: { ...pod.status, conditions } };
  });
  const proved = pods.map(({ metadata }) => ({ name: metadata?.name ?? "", imageID: IMAGE }));
  const verdict = { kind: "ready", replicaSet: "shop-new", pods: proved } as const;
  const times = { startedAt: at(0), seconds: 1 };
  const judged = (some: typeof proved) =>
    recordOf(
      release(),
      { verdict: { ...verdict, pods: some }, observed: observed(pods) },
      times,
      undefined,
    );
  const { pods: listed, otherPods } = judged(proved);
  expect(listed.map(({ name }) => name)).toEqual(names(LISTED_PODS));
  expect(otherPods).toBe(3);
  expect(judged(proved.slice(0, LISTED_PODS))).not.toHaveProperty("otherPods");
});

test("a message names a few of the pods that get no traffic, and counts the others", () => {
  const pods = readyPods(2000);
  const unrouted = { ...observed(pods), endpointSlices: [] };
  const verdict = new Rollout(release(), 0).judge(unrouted, 0);
  expect(verdict.kind === "progressing" && verdict.text).toMatch(
    /no ready endpoint for shop-new-0, shop-new-1, shop-new-2 and 1997 more; the service selects/,
  );
});
