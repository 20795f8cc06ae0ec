// Proves that bad luck of the pods is forgiven; that of the cluster itself is another story's: test/platform.
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { CATALOGUE } from "../../bench/catalogue/catalogue.ts";
import { buildImages } from "../../bench/catalogue/images.ts";
import { putFaults } from "../../bench/catalogue/faults.ts";
import { Stage } from "../../bench/catalogue/stage.ts";
import { Witness } from "../../bench/catalogue/witness.ts";
import { cluster } from "../../testbed/cluster.ts";
import { EVENT, POD } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

const NAMES = [
  "slow-start",
  "crash-once",
  "registry-down-20-s",
  "room-after-10-s",
  "cache-warm-long",
] as const;
type Name = (typeof NAMES)[number];

/** One pod each: the five of them start at once. */
const PLAIN = {
  port: 8080,
  replicas: 1,
  health: "/healthz",
  ready: "/readyz",
  drainSeconds: 0,
  stopSeconds: 2,
  settleSeconds: 0,
  resources: { requests: { cpu: "10m", memory: "32Mi" } },
};

let project: Project;
let stage: Stage;
let pods: Readonly<Record<Name, V1Pod>>;
let events: readonly CoreV1Event[];
let output: string;

beforeAll(async () => {
  project = await Project.create("no-false-alarm");
  const witness = Witness.start(project.namespace, false);
  stage = new Stage(project.namespace, await buildImages(), witness, project.folder);
  await deploy();
  events = await cluster.list(EVENT, project.namespace);
  const all = await cluster.list(POD, project.namespace);
  pods = Object.fromEntries(
    all.map((pod) => [pod.metadata?.labels?.["app.kubernetes.io/name"], pod]),
  ) as typeof pods;
});
afterAll(async () => {
  await project.dispose();
  await stage.clear();
});

test("five releases with bad luck are ready at the end of one up, which names no failure", async () => {
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  const verdicts = Object.entries(releases).map(([name, { verdict }]) => [name, verdict]);
  expect(Object.fromEntries(verdicts)).toEqual(
    Object.fromEntries(NAMES.map((name) => [name, "ready"])),
  );
  expect(output).not.toMatch(new RegExp(`(${NAMES.join("|")}): [a-z-]+ after \\d+ s`));
});

test("one of them listened only after 20 s, and was not restarted", () => {
  const { status } = pods["slow-start"];
  const [container] = status?.containerStatuses ?? [];
  const startedAt = Number(container?.state?.running?.startedAt);
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  // The API server keeps whole seconds.
  expect(Number(ready?.lastTransitionTime) - startedAt).toBeGreaterThanOrEqual(19_000);
  expect(container?.restartCount).toBe(0);
});

test("one of them had crashed once", () => {
  const [container] = pods["crash-once"].status?.containerStatuses ?? [];
  expect(container).toMatchObject({
    restartCount: 1,
    lastState: { terminated: { exitCode: 1 } },
  });
});

test("the image of one of them could not be pulled, and then could", () => {
  expect(messages("registry-down-20-s", "Failed")).toContainEqual(
    expect.stringMatching(/Failed to pull image .*EOF/),
  );
  expect(messages("registry-down-20-s", "Pulled")).toHaveLength(1);
});

test("one of them had no node to go to, and then one", () => {
  expect(messages("room-after-10-s", "FailedScheduling")).toContainEqual(
    expect.stringMatching(/didn't match Pod's node affinity\/selector/),
  );
  expect(messages("room-after-10-s", "Scheduled")).toHaveLength(1);
});

test("one of them answered its probe with 503 more often than its settings allow", () => {
  const refusals = of("cache-warm-long", "Unhealthy").filter(({ message }) =>
    message?.includes("statuscode: 503"),
  );
  const count = refusals.reduce((sum, event) => sum + (event.count ?? 1), 0);
  const probe = pods["cache-warm-long"].spec?.containers[0]?.readinessProbe;
  expect(count).toBeGreaterThan(probe?.failureThreshold ?? Infinity);
});

/** All services in one up, with what happens to each meanwhile. */
async function deploy(): Promise<void> {
  const entries = CATALOGUE.filter(({ name }) => NAMES.includes(name as Name));
  expect(entries).toHaveLength(NAMES.length);
  const faults = entries.flatMap(({ name, fault }) =>
    fault === undefined ? [] : [[name, fault(stage.images, project.namespace)] as const],
  );
  await putFaults(project, Object.fromEntries(faults));
  const services = entries.map(async ({ name, settings, prepare }) => {
    const prepared = await prepare?.(stage);
    const own = { image: stage.images.shop, ...settings, ...prepared?.service };
    return [name, { ...PLAIN, ...own }] as const;
  });
  await project.settings({ services: Object.fromEntries(await Promise.all(services)) });
  const luck = entries.map(({ meanwhile }) => meanwhile?.(stage));
  [{ output }] = await Promise.all([succeed(project.up()), ...luck]);
}

function of(name: Name, reason: string): CoreV1Event[] {
  return events.filter(
    (event) => event.reason === reason && event.involvedObject.name?.startsWith(`${name}-`),
  );
}

function messages(name: Name, reason: string): (string | undefined)[] {
  return of(name, reason).map(({ message }) => message);
}
