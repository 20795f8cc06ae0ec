// Proves what is begun and told of releases that Argo Rollouts has not measured itself, on objects made by hand; that the real one shows such
// objects is proved by test/e2e/steps.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { PrometheusError } from "../../provider/prometheus.ts";
import { type Before, FirstWatch } from "../../provider/readiness/first-watch.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import {
  analysisRun,
  argoRollout,
  GOOD_ANALYSIS as GOOD,
  metric,
  observedRollout,
  partlyMeasured,
  rolloutRelease,
} from "../support/rollout-objects.ts";

const RELEASE = rolloutRelease();
const DONE = "2026-01-01T00:05:00Z";
const ATTEMPT = "slipway/attempt";
/** Of a service that was never released. */
const NEVER: Before = { lastReady: null };

describe("a first release", () => {
  const ready = { kind: "ready", replicaSet: "shop-new", pods: [] } as const;
  const { signal } = new AbortController();
  const apiOf = (post: () => Promise<unknown>) => {
    const posted: unknown[] = [];
    const api = {
      get: () => Promise.resolve({ spec: { metrics: [{ name: "errors" }] } }),
      post: (path: string, body: unknown) => {
        posted.push([path, body]);
        return post();
      },
    };
    return { api: api as unknown as ConstructorParameters<typeof FirstWatch>[0], posted };
  };

  test("is measured once it is up, by the same queries", async () => {
    const { api, posted } = apiOf(() => Promise.resolve({}));
    const first = observedRollout(argoRollout(), [], { first: true });
    expect(await new FirstWatch(api, RELEASE, NEVER).see(ready, first, signal)).toMatchObject({
      kind: "progressing",
    });
    expect(posted).toEqual([
      [
        "/apis/argoproj.io/v1alpha1/namespaces/shop-dev/analysisruns",
        expect.objectContaining({
          kind: "AnalysisRun",
          spec: { metrics: [{ name: "errors" }], args: [{ name: "hash", value: "new" }] },
        }),
      ],
    ]);
  });

  describe("whose monitor is new", () => {
    const scrape = { monitor: "shop", port: "http", waitSeconds: 1 };
    const monitoring = { prometheus: "http://prometheus:9090", namespace: "monitoring", scrape };
    const watched = { ...RELEASE, monitoring } as typeof RELEASE;
    const born = (observed: Observed): Observed => ({
      ...observed,
      pods: observed.pods.map((pod) => ({
        ...pod,
        metadata: { ...pod.metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
      })),
    });
    const first = born(observedRollout(argoRollout(), [], { first: true }));
    const scraped = (...names: readonly string[]) => ({
      query: () =>
        Promise.resolve(names.map((pod) => ({ labels: { pod }, value: Date.now() / 1000 }))),
    });

    test("is measured once Prometheus scrapes each of its pods", async () => {
      const { api, posted } = apiOf(() => Promise.resolve({}));
      const some = new FirstWatch(api, watched, NEVER, scraped("shop-new-1"));
      expect(await some.see(ready, first, signal)).toMatchObject({
        kind: "progressing",
        text: "Prometheus has not scraped each pod of the first release yet",
      });
      expect(posted).toEqual([]);
      const all = new FirstWatch(api, watched, NEVER, scraped("shop-new-1", "shop-new-2"));
      await all.see(ready, first, signal);
      expect(posted).toHaveLength(1);
    });

    test("is measured all the same once the time for its scrape is over, and if nobody answers", async () => {
      const { api, posted } = apiOf(() => Promise.resolve({}));
      const now = jest.spyOn(performance, "now").mockReturnValue(1000);
      const late = new FirstWatch(api, watched, NEVER, scraped());
      await late.see(ready, first, signal);
      expect(posted).toEqual([]);
      now.mockReturnValue(2001);
      await late.see(ready, first, signal);
      expect(posted).toHaveLength(1);
      const silent = { query: () => Promise.reject(new PrometheusError("does not answer")) };
      await new FirstWatch(api, watched, NEVER, silent).see(ready, first, signal);
      expect(posted).toHaveLength(2);
    });
  });

  test("is measured once, whoever has begun it", async () => {
    const { api, posted } = apiOf(() => Promise.reject(new ApiError(409, "exists")));
    const first = observedRollout(argoRollout(), [], { first: true });
    const watch = new FirstWatch(api, RELEASE, NEVER);
    expect(await watch.see(ready, first, signal)).toMatchObject({ kind: "progressing" });
    const measured = observedRollout(argoRollout(), [analysisRun(undefined, GOOD)], {
      first: true,
    });
    expect(await watch.see(ready, measured, signal)).toBeUndefined();
    expect(posted).toHaveLength(1);
  });

  test("is not ready where nothing may be measured of it", async () => {
    const { api } = apiOf(() => Promise.reject(new ApiError(403, "nobody may create it")));
    const first = observedRollout(argoRollout(), [], { first: true });
    expect(await new FirstWatch(api, RELEASE, NEVER).see(ready, first, signal)).toEqual({
      kind: "failed",
      reason: "not-measured",
      object: "rollout shop",
      message:
        "the first release could not be measured: nobody may create it; allow get on analysistemplates and create on analysisruns of argoproj.io",
    });
  });

  test("is not ready where somebody has deleted what says how", async () => {
    const api = {
      get: () => Promise.reject(new ApiError(404, "none")),
    } as unknown as ConstructorParameters<typeof FirstWatch>[0];
    const first = observedRollout(argoRollout(), [], { first: true });
    expect(await new FirstWatch(api, RELEASE, NEVER).see(ready, first, signal)).toMatchObject({
      reason: "not-measured",
      message:
        "the first release could not be measured: analysistemplate shop does not exist; run pulumi up --refresh",
    });
  });

  describe("after others", () => {
    const proved = {
      ...{ commit: null, image: "", digest: "", manifestHash: "", replicaSet: "shop-old" },
      kind: "Rollout",
    } as const;
    const see = async (before: Before, runs: Parameters<typeof observedRollout>[1] = []) => {
      const { api, posted } = apiOf(() => Promise.resolve({}));
      const watch = new FirstWatch(api, RELEASE, before);
      const verdict = await watch.see(ready, observedRollout(argoRollout(), runs), signal);
      return { verdict, posted };
    };

    test("that a Rollout never delivered is measured, too", async () => {
      expect((await see(NEVER)).posted).toHaveLength(1);
      const deployment = { ...proved, kind: "Deployment" } as const;
      expect((await see({ lastReady: deployment })).posted).toHaveLength(1);
    });

    test("of which one was ready is told of as not measured: somebody has skipped all steps", async () => {
      const { verdict, posted } = await see({ lastReady: proved });
      expect(verdict).toMatchObject({
        kind: "ready",
        notes: [expect.stringMatching(/^none of its steps was measured: they were skipped/)],
      });
      expect(posted).toEqual([]);
    });

    const SOME =
      "1 of its 2 measured steps were skipped, as by kubectl argo rollouts promote: nothing was measured there to the end";

    test.each<[string, Parameters<typeof observedRollout>[1]]>([
      ["skips", [analysisRun(1, GOOD)]],
      ["ends before its time", [analysisRun(1, GOOD), partlyMeasured("Step", 3)]],
    ])("is told of where somebody %s one of its steps", async (_what, runs) => {
      const { verdict } = await see({ lastReady: proved }, runs);
      expect(verdict).toEqual({ ...ready, notes: [SOME] });
    });

    test("is told of where somebody ends what is measured after a switch", async () => {
      const runs = [partlyMeasured("PostPromotion")];
      const blueGreen = observedRollout(argoRollout({}, { strategy: { blueGreen: {} } }), runs);
      const { api } = apiOf(() => Promise.resolve({}));
      const watch = new FirstWatch(api, RELEASE, { lastReady: proved });
      expect(await watch.see(ready, blueGreen, signal)).toMatchObject({
        notes: [
          "what was measured of it was ended before its time, as by kubectl argo rollouts promote: errors 0 (1)",
        ],
      });
    });

    test("whose pods were proved by other steps says nothing of these, and keeps what was told then", async () => {
      const known = { ...proved, replicaSet: "shop-new" };
      const runs = [analysisRun(1, GOOD)];
      expect((await see({ lastReady: known }, runs)).verdict).toBeUndefined();
      const release = { warnings: ["another", SOME] } as unknown as ReleaseRecord;
      const { verdict } = await see({ lastReady: known, release }, runs);
      expect(verdict).toEqual({ ...ready, notes: [SOME] });
    });

    test("is left alone where its steps were measured, or where its pods were proved before", async () => {
      const steps = [analysisRun(1, GOOD), analysisRun(3, GOOD)];
      const known = { lastReady: { ...proved, replicaSet: "shop-new" } };
      for (const each of [await see({ lastReady: proved }, steps), await see(known)]) {
        expect(each).toEqual({ verdict: undefined, posted: [] });
      }
    });
  });

  describe("whose measurement has failed", () => {
    const failed = (attempt: string) => {
      const run = analysisRun(undefined, {
        phase: "Failed",
        completedAt: DONE,
        metricResults: [metric("requests", "Failed", 3)],
      });
      return { ...run, metadata: { ...run.metadata, annotations: { [ATTEMPT]: attempt } } };
    };
    const recordOf = (reason: string) =>
      ({ startedAt: "2026-01-01T00:00:00Z", reason }) as unknown as ReleaseRecord;
    const observed = (run: ReturnType<typeof failed>) =>
      observedRollout(argoRollout(), [run], { first: true });
    const attemptOf = async (before: Before): Promise<string> => {
      const { api, posted } = apiOf(() => Promise.resolve({}));
      const first = observedRollout(argoRollout(), [], { first: true });
      await new FirstWatch(api, RELEASE, before).see(ready, first, signal);
      const [[, run]] = posted as [[string, { metadata: { annotations: object } }]];
      return Object.values(run.metadata.annotations)[0] as string;
    };

    test("is measured anew by the next up: what was told once is over", async () => {
      const earlier = await attemptOf(NEVER);
      const before = { ...NEVER, release: recordOf("no-traffic") };
      const { api, posted } = apiOf(() => Promise.resolve({}));
      const watch = new FirstWatch(api, RELEASE, before);
      expect(watch.of(observed(failed(earlier))).analysisRuns).toEqual([]);
      await watch.see(ready, observed(failed(earlier)), signal);
      expect(posted).toHaveLength(1);
      expect(await attemptOf(before)).not.toBe(earlier);
    });

    test("is not, where it is of this attempt, or where a run was interrupted", async () => {
      const { api } = apiOf(() => Promise.resolve({}));
      const own = observed(failed(await attemptOf(NEVER)));
      expect(new FirstWatch(api, RELEASE, NEVER).of(own).analysisRuns).toHaveLength(1);
      const before = { ...NEVER, release: recordOf("interrupted") };
      expect(new FirstWatch(api, RELEASE, before).of(own).analysisRuns).toHaveLength(1);
    });
  });
});
