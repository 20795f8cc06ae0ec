// Proves the rules on objects made by hand; that a cluster shows such objects is proved by test/e2e/other-kinds.
import type { Event, Pod } from "../../provider/verdict/objects.ts";
import { awaitedOf, eventOf, objectOf, observedOf, podOf, QUOTA } from "../support/kind-objects.ts";
import { expectNeverReady, expectVerdict, type VerdictCase } from "../support/verdict-case.ts";

const DAEMONS = awaitedOf("apps/v1", "DaemonSet");
const daemonStatus = {
  observedGeneration: 2,
  desiredNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
};
const TEMPLATE = { annotations: { "deprecated.daemonset.template.generation": "2" } };
const daemons = (status: object, pods: readonly Pod[], spec = {}, events: readonly Event[] = []) =>
  observedOf(objectOf(spec, { ...daemonStatus, ...status }, TEMPLATE), pods, events);
const SECOND = { "pod-template-generation": "2" };
const FIRST = { "pod-template-generation": "1" };
const pair = [podOf("thing-a", SECOND), podOf("thing-b", SECOND)];
const away: Pod = {
  ...podOf("thing-b", FIRST),
  status: {
    ...podOf("thing-b", FIRST).status,
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "ContainersReady", status: "True" },
      { type: "Ready", status: "False" },
    ],
  },
};
const lost = { updatedNumberScheduled: 1, numberAvailable: 1 };

const HELD_PORT =
  "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.";
const portless: Pod = {
  metadata: {
    ...{ name: "thing-c", uid: "thing-c-uid", labels: SECOND },
    ownerReferences: [
      {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        name: "thing",
        uid: "thing-uid",
        controller: true,
      },
    ],
  },
  spec: { containers: [] },
  status: {
    phase: "Pending",
    conditions: [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: HELD_PORT },
    ],
  },
};

const DAEMON_SETS: readonly VerdictCase[] = [
  [
    "is ready when each node has an available pod of the new template",
    daemons({}, pair),
    /^ready: 2\/2 ready$/,
    0,
  ],
  [
    "is ready where no node is asked for",
    daemons({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 }, []),
    /^ready/,
    0,
  ],
  [
    "waits for its generation to be observed",
    daemons({ observedGeneration: 1 }, pair),
    /^not-observed/,
    120,
  ],
  [
    "waits for nodes with a pod of the old template",
    daemons({ updatedNumberScheduled: 1 }, [podOf("thing-a", SECOND), podOf("thing-b", FIRST)]),
    /^not-ready: 1 of 2 nodes/,
    120,
  ],
  [
    "waits for a node that has just come",
    daemons({ desiredNumberScheduled: 3, updatedNumberScheduled: 3 }, pair),
    /^not-ready: the pods of 2 of 3 nodes/,
    120,
  ],
  [
    "waits for minReadySeconds",
    daemons({ numberAvailable: 1 }, pair),
    /^not-ready: the pods of 1 of 2/,
    120,
  ],
  [
    "fails for a pod of the new template without image",
    daemons({ numberAvailable: 1 }, [
      podOf("thing-a", SECOND),
      podOf("thing-b", SECOND, "no image"),
    ]),
    /^image-not-found/,
    0,
  ],
  [
    "names what makes room for a pod whose port of the node the old one has",
    daemons(lost, [podOf("thing-a", FIRST), portless]),
    /^unschedulable: .*free ports for the requested pod ports\.; a pod on the node has the port .*: if it is the one to be replaced, set maxSurge to 0 and maxUnavailable to 1 \(everyNode\); tolerate/,
    30,
  ],
  [
    "does not judge pods of the old template",
    daemons({ updatedNumberScheduled: 1, numberAvailable: 1 }, [
      podOf("thing-a", SECOND),
      podOf("thing-b", FIRST, "no image"),
    ]),
    /^not-ready: 1 of 2 nodes/,
    120,
  ],
  [
    "is not held up by a node that is away",
    daemons(lost, [podOf("thing-a", SECOND), away]),
    /^ready/,
    0,
  ],
  [
    "is held up by more nodes that are away than may be unavailable",
    daemons(lost, [podOf("thing-a", SECOND), away], {
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
    }),
    /^not-ready: 1 of 2 nodes have a pod of the new template; the node of thing-b is away$/,
    120,
  ],
  [
    "is ready with old pods that are left to be deleted by hand",
    daemons({ updatedNumberScheduled: 0 }, [podOf("thing-a", FIRST), podOf("thing-b", FIRST)], {
      updateStrategy: { type: "OnDelete" },
    }),
    /^ready/,
    0,
  ],
  [
    "fails when the quota takes no pod",
    daemons({ updatedNumberScheduled: 0, numberAvailable: 0 }, [], {}, [
      eventOf("FailedCreate", `Error creating: ${QUOTA}`, { type: "Warning" }),
    ]),
    /^quota-exceeded/,
    0,
  ],
  [
    "forgets a refusal after which a pod was made",
    daemons({ updatedNumberScheduled: 1, numberAvailable: 0 }, [], {}, [
      eventOf("FailedCreate", `Error creating: ${QUOTA}`, { type: "Warning" }),
      eventOf("SuccessfulCreate", "Created pod: thing-a", { at: "2026-01-01T00:00:01Z" }),
    ]),
    /^not-ready/,
    120,
  ],
];
test.each(DAEMON_SETS)("a DaemonSet %s", (...row) => {
  expectVerdict(DAEMONS, row);
});

test("a DaemonSet that is not ready is ready at no time", () => {
  expectNeverReady(DAEMONS, DAEMON_SETS);
});
