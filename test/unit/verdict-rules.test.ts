// Proves the rules on objects made by hand; that a cluster shows such objects is proved by the recorded ones and by test/e2e.
import fc from "fast-check";
import { assess } from "../../provider/verdict/assessment.ts";
import { newReplicaSet } from "../../provider/verdict/revision.ts";
import { digestOf } from "../../contract/image-reference.ts";
import { type Observed, type Pod, uidOf } from "../../provider/verdict/objects.ts";
import { stageOf } from "../../provider/verdict/pod.ts";
import { judgeAtOnce } from "../../provider/verdict/rollout.ts";
import {
  complete,
  deployment,
  digest,
  endpointSlice,
  IMAGE,
  readyPod,
  release,
  replicaSet,
  unreadyPod,
} from "../support/release-objects.ts";
import { play } from "../support/timeline.ts";

const RELEASE = release();
const INGRESS = { name: "shop", awaitAddress: true };

function ingress(spec: object, status: object): NonNullable<Observed["ingress"]> {
  return { metadata: { name: "shop", uid: "shop-ingress-uid" }, spec, status };
}

function reasons(observed: Partial<Observed>, inputs = RELEASE): string[] {
  return assess(inputs, { ...complete(), ...observed }).findings.map(({ reason }) => reason);
}

function withPods(pods: readonly Pod[]): Partial<Observed> {
  return { pods, endpointSlices: [endpointSlice("shop", pods)] };
}

test("a complete rollout is ready, and its pods are the proof", () => {
  expect(judgeAtOnce(RELEASE, complete())).toEqual({
    kind: "ready",
    replicaSet: "shop-new",
    pods: [
      { name: "shop-new-1", imageID: IMAGE },
      { name: "shop-new-2", imageID: IMAGE },
    ],
  });
});

test.each<[string, Partial<Observed>, string]>([
  ["the Deployment is gone", { deployment: undefined }, "deployment-missing"],
  [
    "another Deployment has taken its name",
    {
      deployment: {
        ...deployment("shop"),
        metadata: { name: "shop", uid: "other", generation: 2 },
      },
    },
    "deployment-missing",
  ],
  [
    "the Deployment is being deleted",
    {
      deployment: {
        ...deployment("shop"),
        metadata: { ...deployment("shop").metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
      },
    },
    "deployment-missing",
  ],
  [
    "the release's generation is not observed",
    { deployment: deployment("shop", {}, { observedGeneration: 1 }) },
    "not-observed",
  ],
  [
    "the watch still shows the generation before",
    {
      deployment: {
        ...deployment("shop", {}, { observedGeneration: 1 }),
        metadata: { name: "shop", uid: "shop-uid", generation: 1 },
      },
    },
    "not-observed",
  ],
  [
    "a generation after the release's is not observed",
    {
      deployment: {
        ...deployment("shop"),
        metadata: { ...deployment("shop").metadata, generation: 3 },
      },
    },
    "not-observed",
  ],
  [
    "the progress deadline is exceeded",
    {
      deployment: deployment(
        "shop",
        {},
        {
          conditions: [
            {
              type: "Progressing",
              status: "False",
              reason: "ProgressDeadlineExceeded",
              message: "…",
            },
          ],
        },
      ),
    },
    "progress-deadline",
  ],
  [
    "a pod is still of the old template",
    { deployment: deployment("shop", {}, { updatedReplicas: 1 }) },
    "not-ready",
  ],
  [
    "a pod is not ready for long enough",
    { deployment: deployment("shop", {}, { availableReplicas: 1 }) },
    "not-ready",
  ],
  ["an old pod still serves", { deployment: deployment("shop", {}, { replicas: 3 }) }, "old-pods"],
  [
    "the ReplicaSet is not seen yet",
    { replicaSets: [replicaSet("shop", "old", "1", 2)] },
    "not-ready",
  ],
  [
    "a pod is counted but not seen",
    withPods([readyPod("shop-new-1", "shop-new-uid")]),
    "not-ready",
  ],
  [
    "a pod is seen but not ready",
    withPods([readyPod("shop-new-1", "shop-new-uid"), unreadyPod("shop-new-2", "shop-new-uid")]),
    "not-ready",
  ],
  ["there is no Service", { service: undefined }, "no-endpoints"],
  ["no EndpointSlice has the pods", { endpointSlices: [] }, "no-endpoints"],
  [
    "an endpoint is not ready",
    { endpointSlices: [endpointSlice("shop", complete().pods, false)] },
    "no-endpoints",
  ],
  [
    "one pod is not routed to",
    { endpointSlices: [endpointSlice("shop", complete().pods.slice(1))] },
    "no-endpoints",
  ],
])("not ready: %s", (_case, observed, reason) => {
  expect(reasons(observed)[0]).toBe(reason);
});

test("a Service that Argo Rollouts leads to the pods of a switch never has those of a Deployment, and the way round it is told", () => {
  const selector = { "rollouts-pod-template-hash": "old" };
  const service = { metadata: { name: "shop", uid: "shop-svc" }, spec: { selector } };
  const observed = { ...complete(), service, endpointSlices: [] };
  expect(assess(RELEASE, observed).findings[0]).toMatchObject({
    reason: "no-endpoints",
    message:
      "no ready endpoint for shop-new-1, shop-new-2; the service selects rollouts-pod-template-hash=old, by which Argo Rollouts leads it to the pods of a switch; set steps: [50], and remove steps with the release after it",
    tolerance: 3,
  });
});

test("endpoints in several slices count together", () => {
  const [one, two] = complete().pods.map((pod) => endpointSlice("shop", [pod]));
  expect(reasons({ endpointSlices: one && two ? [one, two] : [] })).toEqual([]);
});

test("pods of an old ReplicaSet are not judged", () => {
  const crashed = unreadyPod("shop-old-1", "shop-old-uid", {
    state: { waiting: { reason: "CrashLoopBackOff" } },
  });
  expect(reasons({ pods: [...complete().pods, crashed] })).toEqual([]);
});

test("a pod that is being deleted is neither proof nor trouble", () => {
  const leaving = unreadyPod("shop-new-0", "shop-new-uid");
  const pods = [
    ...complete().pods,
    { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
  ];
  expect(reasons({ pods })).toEqual([]);
});

test("a pod that its node has given up is neither proof nor trouble", () => {
  const evicted = unreadyPod("shop-new-0", "shop-new-uid", {
    restartCount: 5,
    state: { terminated: { exitCode: 137, reason: "Error" } },
  });
  const pods = [...complete().pods, { ...evicted, status: { ...evicted.status, phase: "Failed" } }];
  expect(reasons({ pods })).toEqual([]);
});

test("a Deployment scaled to zero is ready without pods and endpoints", () => {
  const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
  const observed = {
    deployment: deployment("shop", { replicas: 0 }, none),
    pods: [],
    endpointSlices: [],
  };
  expect(judgeAtOnce(RELEASE, { ...complete(), ...observed })).toMatchObject({
    kind: "ready",
    pods: [],
  });
});

describe("the running image", () => {
  const running = (imageID: string, image = IMAGE): Partial<Observed> =>
    withPods(
      complete().pods.map((pod) => {
        const [status] = pod.status?.containerStatuses ?? [];
        return {
          ...pod,
          spec: { containers: [{ name: "shop", image }] },
          status: { ...pod.status, containerStatuses: status ? [{ ...status, imageID }] : [] },
        };
      }),
    );

  test.each([
    ["containerd", IMAGE],
    ["the Docker shim", `docker-pullable://${IMAGE}`],
    ["a pull through a mirror", `mirror.example.com/cache/shop@${digest("a")}`],
  ])("is proved by what %s reports", (_runtime, imageID) => {
    expect(reasons(running(imageID))).toEqual([]);
  });

  test("is proved by the pod's pinned digest, where the node has the image under another one, too", () => {
    const other = `registry.example.com/other@${digest("c")}`;
    const observed = { ...complete(), ...running(other) };
    expect(judgeAtOnce(RELEASE, observed)).toMatchObject({
      kind: "ready",
      pods: [
        { name: "shop-new-1", imageID: other },
        { name: "shop-new-2", imageID: other },
      ],
    });
  });

  test("is not proved by the node's digest where the pod is pinned to another one", () => {
    const foreign = `registry.example.com/shop@${digest("c")}`;
    expect(reasons(running(IMAGE, foreign))).toContain("wrong-digest");
  });

  test("is not proved where the pod names a tag", () => {
    expect(reasons(running(IMAGE, "registry.example.com/shop:1"))).toContain("wrong-digest");
  });

  test("is not proved when a webhook put another image into the pod", () => {
    const foreign = `registry.example.com/other@${digest("c")}`;
    expect(reasons(running(foreign, foreign))).toContain("wrong-digest");
  });

  test("is awaited while the node reports none", () => {
    expect(reasons(running(""))).toContain("not-ready");
    expect(reasons(running(""))).not.toContain("wrong-digest");
  });

  test("is judged by the released container, not by one that a mesh put beside it", () => {
    const pods = complete().pods.map((pod) => ({
      ...pod,
      spec: { containers: [...(pod.spec?.containers ?? []), { name: "proxy", image: "mesh:1" }] },
    }));
    expect(reasons(withPods(pods))).toEqual([]);
  });

  test("a digest is found wherever it stands, and never in a longer number", () => {
    const hex = fc.string({
      unit: fc.constantFrom(...Array.from("0123456789abcdef")),
      minLength: 64,
      maxLength: 64,
    });
    fc.assert(
      fc.property(
        hex,
        fc.constantFrom("docker-pullable://", "", "localhost:5000/"),
        (value, prefix) => {
          expect(digestOf(`${prefix}shop@sha256:${value}`)).toBe(`sha256:${value}`);
          expect(digestOf(`shop@sha256:${value}0`)).toBeUndefined();
        },
      ),
    );
  });
});

describe("the Ingress", () => {
  const inputs = release({ ingress: INGRESS });

  test.each([{ ip: "192.0.2.1" }, { hostname: "lb.example.com" }])(
    "is ready with %j",
    (address) => {
      const observed = { ingress: ingress({}, { loadBalancer: { ingress: [address] } }) };
      expect(reasons(observed, inputs)).toEqual([]);
    },
  );

  test.each<[string, Observed["ingress"]]>([
    ["no address", ingress({ ingressClassName: "nobody" }, { loadBalancer: {} })],
    ["an empty address", ingress({}, { loadBalancer: { ingress: [{}] } })],
    ["no Ingress", undefined],
  ])("is not ready with %s", (_case, object) => {
    expect(reasons({ ingress: object }, inputs)).toEqual(["ingress-no-address"]);
  });

  test("is not waited for where its class publishes no address", () => {
    const silent = release({ ingress: { ...INGRESS, awaitAddress: false } });
    expect(reasons({ ingress: ingress({}, {}) }, silent)).toEqual([]);
  });
});

test.each<[string, Pod]>([
  [
    "unscheduled",
    unreadyPod("a", "r", {}, [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }]),
  ],
  [
    "creating",
    unreadyPod("a", "r", { state: { waiting: { reason: "ContainerCreating" } } }, [
      { type: "PodReadyToStartContainers", status: "False" },
    ]),
  ],
  ["pulling", unreadyPod("a", "r", { state: { waiting: { reason: "ContainerCreating" } } })],
  [
    "initializing",
    unreadyPod("a", "r", { state: { waiting: { reason: "PodInitializing" } } }, [
      { type: "Initialized", status: "False" },
    ]),
  ],
  ["starting", unreadyPod("a", "r", { state: { running: {} } })],
  [
    "ImagePullBackOff",
    unreadyPod("a", "r", { state: { waiting: { reason: "ImagePullBackOff" } } }),
  ],
  ["ready", readyPod("a", "r")],
])("a pod is %s", (stage, pod) => {
  expect(stageOf(pod)).toBe(stage);
});

test("whoever watches is told how many pods are ready, and where the others are", () => {
  const pods = [
    readyPod("shop-new-1", "shop-new-uid"),
    unreadyPod("shop-new-2", "shop-new-uid", {
      state: { waiting: { reason: "ContainerCreating" } },
    }),
  ];
  expect(assess(RELEASE, { ...complete(), ...withPods(pods) }).text).toBe("1/2 ready, 1 pulling");
  expect(assess(RELEASE, { ...complete(), service: undefined }).text).toBe(
    "2/2 ready, service shop does not exist",
  );
});

describe("the Service's ports", () => {
  const spec = {
    selector: complete().service?.spec?.selector ?? {},
    ports: [{ name: "http", port: 80, targetPort: "web" }],
  };
  const routed = (ports: { name: string; port: number }[]): Observed => ({
    ...complete(),
    service: { ...complete().service, spec },
    pods: complete().pods.map((pod) => ({
      ...pod,
      spec: {
        containers: (pod.spec?.containers ?? []).map((container) => ({
          ...container,
          ports: [{ name: "http", containerPort: 8080 }],
        })),
      },
    })),
    endpointSlices: complete().endpointSlices.map((slice) => ({ ...slice, ports })),
  });

  test("must lead to a port of the pods", () => {
    expect(judgeAtOnce(RELEASE, routed([{ name: "http", port: 8080 }])).kind).toBe("ready");
    expect(judgeAtOnce(RELEASE, routed([]))).toMatchObject({
      reason: "no-endpoints",
      object: "service shop",
      message:
        "port http (80) maps to targetPort web, which shop-new-1 does not have; its ports are http (8080)",
    });
  });
});

test("an image without a command is none that the node could ever run", () => {
  const message =
    'failed to generate container "6b69" spec: failed to generate spec: no command specified';
  const waiting = { reason: "CreateContainerError", message };
  const pods = ["shop-new-1", "shop-new-2"].map((name) =>
    unreadyPod(name, "shop-new-uid", { state: { waiting } }),
  );
  expect(assess(RELEASE, { ...complete(), ...withPods(pods) }).findings[0]).toMatchObject({
    reason: "image-unusable",
    tolerance: 0,
    message: expect.stringContaining(
      `has no command to run, like what is no container image: ${message}`,
    ) as string,
  });
});

describe("a rollout whose last revision is still that of the old pods", () => {
  const template = (greeting: string, hash?: string) => ({
    metadata: { labels: { app: "shop", ...(hash && { "pod-template-hash": hash }) } },
    spec: { containers: [{ name: "shop", env: [{ name: "GREETING", value: greeting }] }] },
  });
  const changed = (greeting: string, type: string): Observed => {
    const observed = complete();
    const replicaSets = observed.replicaSets.map((set) => ({
      ...set,
      spec: { ...set.spec, template: template(greeting, "abc") },
    })) as Observed["replicaSets"];
    const spec = { strategy: { type }, template: template("new") };
    return { ...observed, replicaSets, deployment: deployment("shop", spec) };
  };

  test.each([
    ["the old pods go first", "Recreate"],
    ["their number changes with the template", "RollingUpdate"],
  ])("has no replica set where %s", (_why, type) => {
    expect(newReplicaSet(changed("old", type))).toBeUndefined();
    expect(newReplicaSet(changed("new", type))?.metadata?.name).toBe("shop-new");
  });

  test("is not replaced by its own replica set", () => {
    const observed = changed("old", "RollingUpdate");
    const { spec = {}, metadata } = observed.deployment ?? {};
    const annotations = { "deployment.kubernetes.io/revision": "1" };
    const status = { updatedReplicas: 0 };
    const before = {
      ...deployment("shop", spec, status),
      metadata: { ...metadata, annotations },
    };
    const { verdict } = play(
      [
        [0, { ...observed, deployment: before }],
        [1, complete()],
      ],
      RELEASE,
    );
    expect(verdict).toMatchObject({ kind: "ready", replicaSet: "shop-new" });
  });
});

describe("a kubelet that has not yet read the Secrets when it creates a container", () => {
  const waiting = {
    reason: "CreateContainerConfigError",
    message: "failed to sync secret cache: timed out waiting for the condition",
  };
  const pod = unreadyPod("shop-new-1", "shop-new-uid", { state: { waiting } });
  const failed = (message: string, lastTimestamp: string, container = "shop") => ({
    metadata: { name: `${message}.${lastTimestamp}` },
    type: "Warning",
    reason: "Failed",
    message,
    lastTimestamp,
    involvedObject: { uid: uidOf(pod), fieldPath: `spec.containers{${container}}` },
  });
  const found = (...warnings: ReturnType<typeof failed>[]) =>
    assess(RELEASE, { ...complete(), ...withPods([pod]), warnings }).findings[0];
  const unread = failed("Error: failed to sync secret cache: timed out", "2026-11-29T17:17:17Z");

  test("is given the rollout's time", () => {
    expect(found(unread)).toMatchObject({ reason: "container-invalid", tolerance: Infinity });
  });

  test.each(["2026-11-29T17:17:17Z", "2026-11-29T17:17:18Z"])(
    "is believed at once what it reports missing by an event, long before its status has it: %s",
    (time) => {
      expect(found(unread, failed('Error: secret "payment" not found', time))).toMatchObject({
        reason: "config-missing",
        message: 'secret "payment" not found',
        container: "shop",
      });
    },
  );

  test("is not held to what it reported before, or of another container", () => {
    const before = failed('Error: secret "payment" not found', "2026-11-29T17:17:10Z");
    const other = failed('Error: secret "x" not found', "2026-11-29T17:17:18Z", "proxy");
    expect(found(before, unread, other)).toMatchObject({ reason: "container-invalid" });
  });
});

test.each([
  'container has runAsNonRoot and image will run as root (pod: "shop-1", container: shop)',
  "container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root",
  "container's runAsUser breaks non-root policy",
])("a user that the pod forbids does not change by waiting: %s", (message) => {
  const waiting = { reason: "CreateContainerConfigError", message };
  const pod = unreadyPod("shop-new-1", "shop-new-uid", { state: { waiting } });
  expect(assess(RELEASE, { ...complete(), ...withPods([pod]) }).findings[0]).toMatchObject({
    reason: "container-invalid",
    tolerance: 0,
  });
});
