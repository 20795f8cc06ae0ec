// Proves when a rollback is tried, and what is said of it; that it works is proved against an API server and in test/e2e.
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ROLLED_BACK } from "../../contract/marks.ts";
import { markOf } from "../../provider/rollback/mark.ts";
import { planRollback } from "../../provider/rollback/plan.ts";
import { called, outlook } from "../../provider/release-words.ts";
import { planSchedule } from "../../provider/scheduled/restore.ts";
import type { Reason } from "../../provider/verdict/reasons.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { deployment, digest, IMAGE, readyPod, release } from "../support/release-objects.ts";
import { EARLIER, EARLIER_TEMPLATE, failing } from "../support/rollback-objects.ts";

describe("a CronJob's release that fails", () => {
  const SCHEDULED = { ...EARLIER, kind: "CronJob", replicaSet: "shop-1" } as const;
  const TEMPLATE = { spec: { template: { spec: { containers: [] } } } };
  const deployment = { name: "shop", uid: "shop-uid", generation: 2, kind: "CronJob" } as const;
  const live = { spec: { schedule: "@daily", jobTemplate: {} } };
  const plan = (
    stored: Partial<Parameters<typeof planSchedule>[2]> = {},
    reason: Reason = "job-failed",
    inputs: Partial<ReadinessInputs> = {},
    jobTemplate: object = {},
  ) =>
    planSchedule(
      release({ deployment, ...inputs }),
      { reason, object: "job shop-2", message: "" },
      { lastReady: SCHEDULED, lastReadyTemplate: JSON.stringify(TEMPLATE), ...stored },
      { ...live, spec: { ...live.spec, jobTemplate } },
    );

  test("makes way for the last one that was ready", () => {
    expect(plan()).toMatchObject({ to: SCHEDULED, template: TEMPLATE });
    expect(plan({}, "crash-loop")).toMatchObject({ to: SCHEDULED, template: TEMPLATE });
  });

  test("is left alone, without a word, where another template would not help", () => {
    expect(plan({}, "interrupted")).toMatchObject({ why: undefined });
  });

  test("stays where there is nothing to restore, or it must not be", () => {
    const target = `the last release that was ready, ${called(EARLIER, release())},`;
    expect([
      plan({ lastReady: null }),
      plan({}, "job-failed", { rollback: false }),
      plan({ lastReady: EARLIER }),
      plan({}, "job-failed", {}, TEMPLATE),
    ]).toMatchObject([
      {
        why: "not rolled back: no release was ready before; this one is left in place for you to examine",
      },
      { why: "not rolled back: rollback is false; the release is left in place" },
      {
        why: "not rolled back: the last release that was ready was a deployment, which is deleted only after a release of this kind is ready",
      },
      { why: `not rolled back: ${target} has the same template` },
    ]);
  });

  test("stays where its earlier template was too long for the state", () => {
    const inputs = release({ deployment });
    const finding = { reason: "job-failed", object: "", message: "" } as const;
    expect(planSchedule(inputs, finding, { lastReady: SCHEDULED }, live)).toMatchObject({
      why: `not rolled back: the state does not have the template of the last release that was ready, ${called(EARLIER, inputs)}, which is too long`,
    });
  });
});

describe("a release that fails", () => {
  const plan = (
    reason: Reason,
    stored: Parameters<typeof planRollback>[2] = { lastReady: EARLIER },
  ) =>
    planRollback(release(), { reason, object: "deployment shop", message: "" }, stored, failing());

  test.each<Reason>([
    "image-not-found",
    "crash-loop",
    "not-ready",
    "progress-deadline",
    "quota-exceeded",
    "wrong-digest",
    "no-endpoints",
  ])("by %s makes way for the last one that was ready", (reason) => {
    expect(plan(reason)).toMatchObject({
      kind: "restore",
      to: EARLIER,
      template: EARLIER_TEMPLATE,
    });
  });

  test.each<Reason>([
    "interrupted",
    "superseded",
    "paused",
    "forbidden",
    "cluster-unreachable",
    "deployment-missing",
    "namespace-terminating",
    "ingress-no-address",
    "service-no-address",
    "route-not-accepted",
  ])("by %s is left alone, without a word", (reason) => {
    expect(plan(reason)).toEqual({ kind: "stay", why: undefined });
  });

  test("stays where none was ready before", () => {
    expect(plan("crash-loop", { lastReady: null })).toEqual({
      kind: "stay",
      why: "not rolled back: no release was ready before; this one is left in place for you to examine",
    });
  });

  test("by an eviction stays where the earlier release's pods are evicted as well", () => {
    const observed = failing();
    const lost = {
      ...readyPod("shop-old-3", "shop-old-uid"),
      status: { phase: "Failed", reason: "Evicted", message: "The node was low on resource" },
    };
    const finding = { reason: "evicted", object: "pod shop-new-1", message: "" } as const;
    expect(planRollback(release(), finding, { lastReady: EARLIER }, observed).kind).toBe("restore");
    expect(
      planRollback(
        release(),
        finding,
        { lastReady: EARLIER },
        { ...observed, pods: [...observed.pods, lost] },
      ),
    ).toMatchObject({
      kind: "stay",
      why: expect.stringContaining("are evicted as well") as string,
    });
  });

  test("stays where the settings say so", () => {
    const inputs = { ...release(), rollback: false };
    const finding = { reason: "crash-loop", object: "pod shop-new-1", message: "" } as const;
    expect(planRollback(inputs, finding, { lastReady: EARLIER }, failing())).toMatchObject({
      kind: "stay",
      why: expect.stringContaining("rollback is false") as string,
    });
  });

  test("stays where the last ready one has the same pods", () => {
    expect(plan("not-ready", { lastReady: { ...EARLIER, replicaSet: "shop-new" } })).toMatchObject({
      kind: "stay",
      why: expect.stringMatching(
        /sha256:e{12} \(commit 4567def\), has the same pod template/,
      ) as string,
    });
  });

  test("stays where the pod template of the last ready one is gone", () => {
    const lastReady = { ...EARLIER, replicaSet: "shop-lost" };
    expect(plan("not-ready", { lastReady })).toMatchObject({
      kind: "stay",
      why: expect.stringMatching(/replica set shop-lost, which kept .* is gone/) as string,
    });
  });

  test("stays where the Deployment was replaced by one that selects other pods", () => {
    const observed = failing();
    const { deployment } = observed;
    const spec = { ...deployment?.spec, selector: { matchLabels: { app: "other" } } };
    const finding = { reason: "crash-loop", object: "pod shop-new-1", message: "" } as const;
    const replaced = { ...observed, deployment: { ...deployment, spec } } as typeof observed;
    expect(planRollback(release(), finding, { lastReady: EARLIER }, replaced)).toMatchObject({
      kind: "stay",
      why: expect.stringMatching(
        /the pods of .* have other labels than the deployment selects/,
      ) as string,
    });
  });

  test("makes way for the last ready one by the template that the state keeps, where its ReplicaSet is gone", () => {
    const lastReady = { ...EARLIER, replicaSet: "shop-lost" };
    const lastReadyTemplate = JSON.stringify(EARLIER_TEMPLATE);
    expect(plan("not-ready", { lastReady, lastReadyTemplate })).toEqual({
      kind: "restore",
      to: lastReady,
      template: EARLIER_TEMPLATE,
    });
  });
});

describe("the mark", () => {
  const marked = (value: string, uid = "shop-uid") => ({
    ...deployment("shop"),
    metadata: { name: "shop", uid, annotations: { [ROLLED_BACK]: value } },
  });

  test("tells which generation failed, and why", () => {
    const mark = { generation: 2, reason: "crash-loop" };
    expect(markOf(release(), marked(JSON.stringify(mark)))).toEqual(mark);
  });

  test.each([
    ["of another generation", marked('{"generation":1,"reason":"crash-loop"}')],
    ["of another Deployment", marked('{"generation":2,"reason":"crash-loop"}', "other")],
    ["that somebody scribbled", marked("yes")],
    ["that is no object", marked("null")],
    ["that is none", deployment("shop")],
  ])("%s says nothing of this release", (_case, live) => {
    expect(markOf(release(), live)).toBeUndefined();
  });
});

describe("a release is called by", () => {
  const one = { commit: "0123456789abcdef", image: IMAGE, manifestHash: digest("b") };

  test("its digest and commit", () => {
    expect(called(one)).toBe("sha256:aaaaaaaaaaaa (commit 0123456789ab)");
    expect(called({ ...one, commit: null })).toBe("sha256:aaaaaaaaaaaa");
  });

  test("its manifests too, beside another of the same digest", () => {
    expect(called(one, { ...one, manifestHash: digest("c") })).toBe(
      "sha256:aaaaaaaaaaaa (commit 0123456789ab, manifests sha256:bbbbbbbbbbbb)",
    );
  });
});

describe("a preview after a failure", () => {
  const inputs: Omit<ReadinessInputs, "group"> = release();
  const failed = {
    ...inputs,
    version: 1,
    commit: "0123abc",
    digest: digest("a"),
    verdict: "failed",
    reason: "crash-loop",
    generation: 2,
    replicaSet: "shop-new",
    pods: [],
    startedAt: "2026-01-01T00:00:00.000Z",
    seconds: 3,
    previous: null,
    warnings: [],
    running: { ...EARLIER, verdict: "ready", reason: null, pods: [] },
    evidence: null,
  } satisfies ReleaseRecord;
  const fate =
    "shop: sha256:aaaaaaaaaaaa (commit 0123abc) failed with crash-loop, and sha256:eeeeeeeeeeee (commit 4567def) runs instead and is ready; ";

  test("says that the same would be refused, and what helps", () => {
    expect(outlook("shop", failed, { ...release() })).toBe(
      `${fate}the program asks for it again, which pulumi up refuses: change it, or retry with pulumi up --refresh`,
    );
  });

  test("says that it would be tried again by other rules for its verdict", () => {
    expect(outlook("shop", failed, { ...release() }, true)).toBe(
      `${fate}the program asks for it again, with other rules for its verdict`,
    );
  });

  test("says that what was applied anew would be tried again", () => {
    const applied = { name: "shop", uid: "shop-uid", generation: 4 };
    expect(outlook("shop", failed, { ...release({ deployment: applied }) })).toBe(
      `${fate}the program asks for it again`,
    );
  });

  test("names another release that the program asks for", () => {
    const image = `registry.example.com/shop@${digest("c")}`;
    expect(outlook("shop", failed, { ...release({ image, commit: "89abcde" }) })).toBe(
      `${fate}the program asks for sha256:cccccccccccc (commit 89abcde)`,
    );
  });

  test("does not know an image that is still to be built", () => {
    expect(outlook("shop", failed, { ...release(), image: UNKNOWN })).toBe(
      `${fate}the program asks for an image that is not built yet`,
    );
  });

  test("says that a release which was not rolled back is still there", () => {
    expect(outlook("shop", { ...failed, running: null }, { ...release() })).toBe(
      "shop: sha256:aaaaaaaaaaaa (commit 0123abc) failed with crash-loop, and was left as it is; the program asks for it again",
    );
  });

  test("says so when what runs is not ready either", () => {
    const running = { ...failed.running, verdict: "failed", reason: "config-missing" } as const;
    expect(outlook("shop", { ...failed, running }, { ...release() })).toContain(
      "(commit 4567def) runs instead but is config-missing; ",
    );
  });
});
