// Cannot prove that a cluster says these things: test/e2e/volumes.test.ts shows the containers, and docs/failures.md the claims.
import { ApiError } from "../../provider/cluster/api-error.ts";
import { assess } from "../../provider/verdict/assessment.ts";
import { judgeConfig } from "../../provider/verdict/config.ts";
import { evidenceOf } from "../../provider/verdict/evidence.ts";
import type { Container, Event, Observed, Pod } from "../../provider/verdict/objects.ts";
import { judgePod, proofOf, unreadyStatuses } from "../../provider/verdict/pod.ts";
import { Rollout } from "../../provider/verdict/rollout.ts";
import { trailOfRelease } from "../../provider/verdict/trail.ts";
import { claimsAtWork } from "../../provider/waiting/claim-look.ts";
import { GraceLook } from "../../provider/waiting/grace-look.ts";
import {
  complete,
  digest,
  IMAGE,
  readyPod,
  release,
  unreadyPod,
} from "../support/release-objects.ts";

const OTHER = `registry.example.com/runner@${digest("d")}`;
const CLAIMED = [{ name: "data", persistentVolumeClaim: { claimName: "shop-data" } }];

const unscheduled = (message: string): Pod =>
  withSpec(
    unreadyPod("shop-new-1", "shop-new-uid", {}, [
      { type: "PodScheduled", status: "False", message },
    ]),
    { volumes: CLAIMED },
  );

function withSpec(pod: Pod, spec: object): Pod {
  return { ...pod, spec: { containers: [], ...pod.spec, ...spec } };
}

const event = (reason: string, message: string, uid = "shop-new-1-uid"): Event => ({
  metadata: { name: reason },
  involvedObject: { kind: "Pod", uid },
  type: "Warning",
  reason,
  message,
  lastTimestamp: "2026-01-01T00:00:00Z",
});

const observedWith = (pod: Pod, warnings: readonly Event[] = []): Observed => ({
  ...complete(),
  pods: [pod],
  warnings,
});

describe("a claim without a volume", () => {
  test.each([
    "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
    "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind.",
  ])("is named where the scheduler does not: %s", (message) => {
    const [found] = judgePod(release(), unscheduled(message), []);
    expect(found).toMatchObject({ reason: "volume-unbound" });
    expect(found?.message).toBe(`${message.replace(/\.$/, "")}; claims of the pod: shop-data`);
  });

  test("is not named twice", () => {
    const message = 'persistentvolumeclaim "shop-data" not found';
    expect(judgePod(release(), unscheduled(message), [])[0]?.message).toBe(message);
  });

  const claim = {
    metadata: { name: "shop-data", uid: "claim" },
    spec: { storageClassName: "fast" },
  };
  const api = (latest: Event, object: unknown = claim) => ({
    get: (path: string) => {
      if (path.endsWith("/events")) {
        return Promise.resolve({ items: [latest] });
      }
      return object === undefined
        ? Promise.reject(new ApiError(404, "not found"))
        : Promise.resolve(object);
    },
  });

  /** When it fails, and with what notes. */
  async function failsAt(latest: Event, object?: unknown) {
    const inputs = release();
    const observed = observedWith(unscheduled("pod has unbound immediate PersistentVolumeClaims"));
    const rollout = new Rollout(inputs, 0);
    const { signal } = new AbortController();
    const look = new GraceLook(inputs, {
      log: () => Promise.reject(new Error("nothing has crashed")),
      owner: () => Promise.reject(new Error("nothing is missing")),
      claims: (pod) => claimsAtWork(api(latest, object), "shop-dev", pod, signal),
    });
    for (let now = 1000; ;) {
      const verdict = rollout.judge(look.see(observed), now);
      if (verdict.kind === "progressing") {
        now = verdict.wakeAt;
      } else if (verdict.kind !== "failed" || !(await look.look(verdict, observed))) {
        return { at: now / 1000, notes: verdict.kind === "failed" ? verdict.notes : [] };
      }
    }
  }

  test("fails the release with its controller's words", async () => {
    const { at, notes } = await failsAt(
      event("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found', "claim"),
    );
    expect(at).toBe(31);
    expect(notes).toEqual([
      'claim shop-data (class fast) is Pending: storageclass.storage.k8s.io "fast" not found',
    ]);
  });

  test("gets the deadline while its volume is being made", async () => {
    const { at, notes } = await failsAt(
      event("ExternalProvisioning", "Waiting for a volume to be created", "claim"),
    );
    expect(at).toBeGreaterThan(100);
    expect(notes?.[0]).toContain("Waiting for a volume");
  });
});

describe("a volume that the node does not mount", () => {
  const pulling = withSpec(
    unreadyPod("shop-new-1", "shop-new-uid", {
      state: { waiting: { reason: "ContainerCreating" } },
    }),
    { volumes: CLAIMED },
  );
  const sandbox = { type: "PodReadyToStartContainers", status: "False" };
  const creating: Pod = {
    ...pulling,
    status: {
      ...pulling.status,
      conditions: [{ type: "PodScheduled", status: "True" }, sandbox],
    },
  };
  const found = (...events: Event[]) => judgePod(release(), creating, events)[0];

  test("is named with its claim, in the controller's words", () => {
    const message =
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) shop-old-1';
    expect(found(event("FailedAttachVolume", message))).toMatchObject({
      reason: "volume-not-mounted",
      message: `${message}; claims of the pod: shop-data`,
    });
  });

  test("gets a minute while other pods use it, and the deadline while it is being detached", () => {
    const error = (words: string) =>
      event("FailedAttachVolume", `Multi-Attach error for volume "pvc-1" Volume is ${words}`);
    const used = error("already used by pod(s) shop-old-1 and 1 pod(s) in different namespaces");
    expect(found(used)).not.toHaveProperty("tolerance");
    const left = error("already exclusively attached to one node and can't be attached to another");
    expect(found(left)).toMatchObject({ reason: "volume-not-mounted", tolerance: Infinity });
  });

  test("has been mounted once the sandbox is there, however long the image is pulled after that", () => {
    const mounted = { ...sandbox, status: "True" };
    const pod = { ...creating, status: { ...creating.status, conditions: [mounted] } };
    const stale = event("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1"');
    expect(judgePod(release(), pod, [stale]).map(({ reason }) => reason)).not.toContain(
      "volume-not-mounted",
    );
  });

  test("is no finding while only the kubelet's cache is late, nor once its containers run", () => {
    const late = event("FailedMount", "failed to sync configmap cache: timed out waiting");
    expect(found(late)?.reason).not.toBe("volume-not-mounted");
    const running = withSpec(
      unreadyPod("shop-new-1", "shop-new-uid", { state: { running: { startedAt: "" } } }),
      { volumes: CLAIMED },
    );
    const stale = event("FailedMount", "mount failed: exit status 32");
    expect(judgePod(release(), running, [stale]).map(({ reason }) => reason)).not.toContain(
      "volume-not-mounted",
    );
  });

  test("of a Secret that is missing is still a missing Secret", () => {
    const message = 'MountVolume.SetUp failed for volume "v" : secret "nope" not found';
    expect(found(event("FailedMount", message))).toMatchObject({ reason: "config-missing" });
  });
});

describe("what is optional", () => {
  const pod = (spec: object): Pod =>
    withSpec(
      unreadyPod("shop-new-1", "shop-new-uid", {
        state: { waiting: { reason: "ContainerCreating" } },
      }),
      spec,
    );
  const absent = [
    { kind: "secret", name: "s", key: undefined },
    { kind: "configmap", name: "c", key: undefined },
  ] as const;

  test("is no failure where it is missing, in variables and folders", () => {
    const spec = (optional: boolean) => ({
      containers: [{ name: "shop", envFrom: [{ secretRef: { name: "s", optional } }] }],
      initContainers: [{ name: "wait", envFrom: [{ configMapRef: { name: "c", optional } }] }],
      volumes: [{ name: "f", secret: { secretName: "s", optional } }],
    });
    expect(judgeConfig(pod(spec(true)), absent)).toEqual([]);
    expect(judgeConfig(pod(spec(false)), absent)).toMatchObject([
      { reason: "config-missing", message: 'secret "s" not found' },
    ]);
  });
});

describe("containers beside the released one", () => {
  const sidecar: Container = { name: "runner", image: OTHER, restartPolicy: "Always" };
  const own: Container = { name: "shop", image: IMAGE };
  const withSidecar = (present: Container = sidecar, main: Container = own): Pod =>
    withSpec(readyPod("shop-new-1", "shop-new-uid"), {
      containers: [main],
      initContainers: [present],
    });
  const template = { spec: { containers: [own], initContainers: [sidecar] } };
  const swapped = `registry.example.com/runner@${digest("e")}`;

  test("prove nothing, and must run what the template names by digest", () => {
    expect(proofOf(withSidecar(), release(), template)).toMatchObject({ name: "shop-new-1" });
    expect(proofOf(withSidecar({ ...sidecar, image: swapped }), release(), template)).toMatchObject(
      {
        reason: "wrong-digest",
        message: `container runner runs ${swapped}, not ${OTHER}`,
      },
    );
  });

  test("are not taken for the released one because they run its image", () => {
    const main = { ...own, image: swapped };
    const pod = withSpec(readyPod("shop-new-1", "shop-new-uid"), {
      containers: [main, { name: "beside", image: IMAGE }],
    });
    expect(proofOf(pod, release())).toMatchObject({
      reason: "wrong-digest",
      message: `container shop runs ${swapped}, not ${IMAGE}`,
    });
  });

  const ended = { exitCode: 0, reason: "Completed", finishedAt: "2026-01-01T00:00:00Z" };
  const stopped = (restartPolicy?: string): Pod => {
    const pod = unreadyPod("shop-new-1", "shop-new-uid", {
      state: { waiting: { reason: "PodInitializing" } },
    });
    const status = {
      name: "runner",
      ready: false,
      restartCount: 2,
      image: OTHER,
      imageID: OTHER,
      state: { terminated: ended },
    };
    return {
      ...withSpec(pod, {
        initContainers: [{ name: "runner", image: OTHER, ...(restartPolicy && { restartPolicy }) }],
      }),
      status: { ...pod.status, initContainerStatuses: [status] },
    };
  };

  test("that are to run fail the release when they end, even without an error; those that are to end do not", () => {
    expect(judgePod(release(), stopped("Always"), [])).toMatchObject([
      { reason: "crash-loop", container: "runner" },
    ]);
    expect(judgePod(release(), stopped(), [])).not.toContainEqual(
      expect.objectContaining({ container: "runner" }),
    );
    expect(unreadyStatuses(stopped("Always")).map(({ name }) => name)).toEqual(["runner", "shop"]);
    expect(unreadyStatuses(stopped()).map(({ name }) => name)).toEqual(["shop"]);
  });

  test("have their own logs in the evidence", () => {
    const observed = observedWith(stopped("Always"));
    const [finding] = assess(release(), observed).findings.filter(
      ({ container }) => container === "runner",
    );
    if (finding === undefined) {
      throw new Error("expected a finding");
    }
    const logs = [
      { pod: "shop-new-1", container: "runner", previous: false, lines: ["of the runner"] },
    ];
    const trail = trailOfRelease(release(), observed, finding);
    const evidence = evidenceOf({ finding, trail, logs, context: "dev" });
    expect(evidence.container).toBe("runner");
    expect(evidence.containers.map(({ container, log }) => [container, log])).toEqual([
      ["runner", ["of the runner"]],
      ["shop", []],
    ]);
  });
});
