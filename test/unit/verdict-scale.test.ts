// Proves that the number of pods that was asked for is part of the verdict; test/e2e proves that a hand is seen.
import { ScaleLook } from "../../provider/readiness/scale-look.ts";
import type { Deployment, Observed } from "../../provider/verdict/objects.ts";
import { Rollout } from "../../provider/verdict/rollout.ts";
import { scalerOf } from "../../provider/verdict/scale.ts";
import { complete, deployment, endpointSlice, IMAGE, release } from "../support/release-objects.ts";

const RELEASE = release();
const TEMPLATE = { spec: { containers: [{ name: "shop", image: IMAGE }] } };

/** All that is wanted is there: this many pods, by this generation. */
function scaledTo(replicas: number, generation: number): Observed {
  const counts = {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  };
  const base = deployment(
    "shop",
    { replicas, template: TEMPLATE },
    { ...counts, observedGeneration: generation },
  );
  const pods = complete().pods.slice(0, replicas);
  return {
    ...complete(),
    deployment: { ...base, metadata: { ...base.metadata, generation } },
    pods,
    endpointSlices: [endpointSlice("shop", pods)],
  };
}

const APPLIED: Observed = { ...scaledTo(2, 2), endpointSlices: [] };

function writtenBy(
  manager: string,
  subresource?: string,
  time = "2026-01-01T00:00:10Z",
): Deployment {
  const own = {
    manager: "pulumi-kubernetes-1",
    time: "2026-01-01T00:00:00Z",
    fieldsV1: { "f:spec": { "f:template": {} } },
  };
  const theirs = {
    manager,
    time,
    ...(subresource && { subresource }),
    fieldsV1: { "f:spec": { "f:replicas": {} } },
  };
  const base = deployment("shop");
  return { ...base, metadata: { ...base.metadata, managedFields: [own, theirs] } };
}

/** What is said in the end of a release that is seen so one after the other, and was scaled by this one. */
async function verdictOn(
  seen: readonly Observed[],
  by: Deployment | undefined = writtenBy("kubectl", "scale"),
) {
  const rollout = new Rollout(RELEASE, 0);
  const look = new ScaleLook(RELEASE, rollout.scale, () => Promise.resolve(by));
  for (const [index, observed] of seen.entries()) {
    for (let again = 0; again < 2; again += 1) {
      const present = rollout.judge(observed, index * 1000);
      const verdict = (await look.see(present, observed)) ?? present;
      if (verdict.kind !== "progressing") {
        return verdict;
      }
    }
  }
  return undefined;
}

test.each([0, 1])(
  "scaled from 2 to %s by hand is a failure that names the hand",
  async (replicas) => {
    expect(await verdictOn([APPLIED, scaledTo(replicas, 3)])).toEqual({
      kind: "failed",
      reason: "scaled",
      object: "deployment shop",
      message: `somebody (kubectl) has scaled the deployment from 2 to ${replicas} since it was applied; pulumi up --refresh puts that back`,
    });
  },
);

test("the hand is somebody where the API server does not say", async () => {
  const look = new ScaleLook(RELEASE, new Rollout(RELEASE, 0).scale, () =>
    Promise.resolve(undefined),
  );
  expect(
    await look.see({ kind: "ready", replicaSet: "", pods: [] }, scaledTo(1, 3)),
  ).toBeUndefined();
  const rollout = new Rollout(RELEASE, 0);
  rollout.judge(APPLIED, 0);
  expect(rollout.judge(scaledTo(1, 3), 1000)).toMatchObject({
    reason: "scaled",
    message: expect.stringContaining("somebody has scaled") as string,
  });
});

test.each(["kube-controller-manager", "keda-operator", "vertical-pod-autoscaler"])(
  "the number of %s counts as asked for",
  async (manager) => {
    expect(await verdictOn([APPLIED, scaledTo(1, 3)], writtenBy(manager, "scale"))).toMatchObject({
      kind: "ready",
      pods: [{ name: "shop-new-1" }],
    });
  },
);

test("less than the autoscaler's number is a hand's", () => {
  const rollout = new Rollout(RELEASE, 0);
  rollout.judge(APPLIED, 0);
  rollout.scale.accept(3);
  expect(rollout.judge(scaledTo(2, 4), 1000)).toMatchObject({ reason: "scaled" });
});

test("more pods than were asked for are ready, with a remark", async () => {
  const one = { ...scaledTo(1, 2), endpointSlices: [] };
  expect(await verdictOn([one, scaledTo(2, 3)])).toMatchObject({
    kind: "ready",
    notes: ["somebody (kubectl) has scaled the deployment from 1 to 2 since it was applied"],
  });
});

test("scaled before the first look is a failure without pods, and a remark with some", async () => {
  expect(await verdictOn([scaledTo(0, 3)])).toMatchObject({ kind: "failed", reason: "scaled" });
  expect(await verdictOn([scaledTo(1, 3)])).toMatchObject({
    kind: "ready",
    notes: ["somebody (kubectl) has scaled the deployment to 1 since it was applied"],
  });
});

test("scaled to none before the first look is a failure, though the API server does not note who did it", async () => {
  const own = { manager: "pulumi-kubernetes-1", fieldsV1: { "f:spec": { "f:template": {} } } };
  const base = deployment("shop", { replicas: 0 });
  const by = (fields: object) => ({
    ...base,
    metadata: { ...base.metadata, managedFields: [{ ...own, fieldsV1: { "f:spec": fields } }] },
  });
  expect(await verdictOn([scaledTo(0, 3)], by({ "f:template": {} }))).toMatchObject({
    kind: "failed",
    reason: "scaled",
    message:
      "somebody has scaled the deployment to 0 since it was applied; pulumi up --refresh puts that back",
  });
  expect(await verdictOn([scaledTo(0, 3)], by({ "f:replicas": {} }))).toMatchObject({
    kind: "ready",
  });
});

test("no pods are ready where none were asked for", async () => {
  expect(await verdictOn([scaledTo(0, 2)])).toMatchObject({ kind: "ready", pods: [] });
});

test("a number that was put back in time is no one's", async () => {
  expect(await verdictOn([APPLIED, scaledTo(2, 4)])).toEqual({
    kind: "ready",
    replicaSet: "shop-new",
    pods: complete().pods.map(({ metadata }) => ({ name: metadata?.name, imageID: IMAGE })),
  });
});

test("the provider's own number is nobody else's", () => {
  expect(scalerOf(writtenBy("pulumi-kubernetes-2"))).toBeUndefined();
  expect(scalerOf(writtenBy("kube-controller-manager", "status"))).toBeUndefined();
  expect(scalerOf(deployment("shop"))).toBeUndefined();
});
