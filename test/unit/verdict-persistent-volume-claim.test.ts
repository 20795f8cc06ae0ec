// Proves the rules on objects made by hand; that a cluster shows such objects is proved by test/e2e/other-kinds.
import type { Event, Pod } from "../../provider/verdict/objects.ts";
import { awaitedOf, eventOf, objectOf, observedOf, podOf } from "../support/kind-objects.ts";
import { expectNeverReady, expectVerdict, type VerdictCase } from "../support/verdict-case.ts";

const CLAIM = { ...awaitedOf("v1", "PersistentVolumeClaim"), generation: 0 };
const claim = (status: object, events: readonly Event[] = [], pods: readonly Pod[] = []) =>
  observedOf(
    objectOf({ volumeName: "pv-1", resources: { requests: { storage: "2Gi" } } }, status),
    pods,
    events,
  );
const at = (seconds: number) => `2026-01-01T00:00:${seconds}Z`.replace(/:(\d)Z/, ":0$1Z");
const growing = (events: readonly Event[]) =>
  claim(
    {
      phase: "Bound",
      capacity: { storage: "1Gi" },
      conditions: [{ type: "Resizing", status: "True" }],
    },
    events,
  );
const FIRST_CONSUMER = eventOf(
  "WaitForFirstConsumer",
  "waiting for first consumer to be created before binding",
);

const CLAIMS: readonly VerdictCase[] = [
  [
    "is ready when bound",
    claim({ phase: "Bound", capacity: { storage: "2Gi" } }),
    /^ready: bound to pv-1$/,
    0,
  ],
  [
    "is ready while it waits for a first consumer that nobody is",
    claim({ phase: "Pending" }, [FIRST_CONSUMER]),
    /^ready: it is bound when its first pod comes$/,
    0,
  ],
  [
    "is awaited while it waits for a consumer that is there",
    claim({ phase: "Pending" }, [FIRST_CONSUMER], [podOf("thing-1", {})]),
    /^not-ready: pod thing-1 waits for it$/,
    120,
  ],
  [
    "fails when no volume and no class will ever serve it",
    claim({ phase: "Pending" }, [
      eventOf(
        "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set",
      ),
    ]),
    /^volume-unbound: no persistent volumes available/,
    30,
  ],
  [
    "fails in the provisioner's words",
    claim({ phase: "Pending" }, [
      eventOf("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found', {
        type: "Warning",
      }),
    ]),
    /^volume-unbound: storageclass.storage.k8s.io "fast" not found$/,
    30,
  ],
  [
    "may take as long as its provisioner takes",
    claim({ phase: "Pending" }, [
      eventOf("ProvisioningFailed", "try again", { type: "Warning" }),
      eventOf("ExternalProvisioning", "Waiting for a volume to be created", {
        at: "2026-01-01T00:00:01Z",
      }),
    ]),
    /^volume-unbound: Waiting for a volume to be created$/,
    120,
  ],
  [
    "says that nothing has happened to it",
    claim({ phase: "Pending" }),
    /^volume-unbound: nothing has happened/,
    120,
  ],
  [
    "fails when its volume is gone",
    claim({ phase: "Lost" }),
    /^volume-lost: its volume pv-1 and the data on it are gone$/,
    0,
  ],
  [
    "waits while it grows",
    claim({
      phase: "Bound",
      capacity: { storage: "1Gi" },
      conditions: [{ type: "Resizing", status: "True" }],
    }),
    /^not-ready: it grows from 1Gi to 2Gi$/,
    120,
  ],
  [
    "waits for the resizer's first look at what it asks for now",
    claim({ phase: "Bound", capacity: { storage: "1Gi" } }),
    /^not-ready: it grows from 1Gi to 2Gi$/,
    120,
  ],
  [
    "waits while its node grows the file system",
    claim({
      phase: "Bound",
      capacity: { storage: "1Gi" },
      allocatedResourceStatuses: { storage: "NodeResizeInProgress" },
    }),
    /^not-ready: it grows from 1Gi to 2Gi$/,
    120,
  ],
  [
    "is ready when its volume is larger than it asks for, in whatever unit",
    claim({ phase: "Bound", capacity: { storage: "2200M" } }),
    /^ready: bound to pv-1$/,
    0,
  ],
  [
    "is ready when the resizer has left the rest to the node that mounts it",
    claim({
      phase: "Bound",
      capacity: { storage: "1Gi" },
      allocatedResourceStatuses: { storage: "NodeResizePending" },
    }),
    /^ready: bound to pv-1; its file system grows to 2Gi when a pod mounts it$/,
    0,
  ],
  [
    "that asks for more than the growth that waits for a pod is not ready",
    claim({
      phase: "Bound",
      capacity: { storage: "1Gi" },
      allocatedResources: { storage: "1536Mi" },
      conditions: [{ type: "FileSystemResizePending", status: "True" }],
    }),
    /^not-ready: it grows from 1Gi to 2Gi$/,
    120,
  ],
  [
    "is ready when only its file system is still to grow",
    claim({ phase: "Bound", conditions: [{ type: "FileSystemResizePending", status: "True" }] }),
    /^ready: bound to pv-1; its file system grows/,
    0,
  ],
  [
    "fails when it cannot grow",
    claim(
      { phase: "Bound", allocatedResourceStatuses: { storage: "ControllerResizeInfeasible" } },
      [eventOf("VolumeResizeFailed", "no space", { type: "Warning" })],
    ),
    /^resize-failed: no space$/,
    0,
  ],
  [
    "fails in the words of the controller that cannot make it grow, after its time",
    growing([eventOf("VolumeResizeFailed", "quota of the array is used up", { type: "Warning" })]),
    /^resize-failed: it grows from 1Gi to 2Gi: quota of the array is used up$/,
    30,
  ],
  [
    "fails at once where its controller has said that for as long",
    growing([{ ...eventOf("VolumeResizeFailed", "no", { at: at(40) }), firstTimestamp: at(0) }]),
    /^resize-failed: it grows from 1Gi to 2Gi: no$/,
    0,
  ],
  [
    "is awaited while its controller tries again",
    growing([
      eventOf("VolumeResizeFailed", "no", { at: at(40) }),
      eventOf("Resizing", "External resizer is resizing volume pv-1", { at: at(41) }),
    ]),
    /^not-ready: it grows from 1Gi to 2Gi$/,
    120,
  ],
];
test.each(CLAIMS)("a volume claim %s", (...row) => {
  expectVerdict(CLAIM, row);
});

test("a volume claim that is not ready is ready at no time", () => {
  expectNeverReady(CLAIM, CLAIMS);
});
