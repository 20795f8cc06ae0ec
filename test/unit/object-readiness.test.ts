// Proves what the provider answers to the engine's calls about objects of other kinds; what the engine makes of it is proved in test/e2e.
import type { ObjectRecord } from "../../contract/object-readiness.ts";
import type { Pod } from "../../provider/verdict/objects.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { PartialFailure, type Properties, type Subject } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { type ApiObject, ApiServer } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { awaitedOf, objectOf, podOf } from "../support/kind-objects.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { until } from "../support/until.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const INPUTS: Properties = { ...awaitedOf("example.com/v1", "Widget", { deadlineSeconds: 60 }) };
const READY = { observedGeneration: 2, conditions: [{ type: "Ready", status: "True" }] };
const STALLED = {
  observedGeneration: 2,
  conditions: [{ type: "Stalled", status: "True", reason: "Broken" }],
};

let warnings: string[];
let subject: Subject;
beforeEach(() => {
  warnings = [];
  subject = {
    urn: "urn:pulumi:dev::shop::slipway:index:ObjectReadiness::gadget",
    type: RESOURCES.ObjectReadiness,
    name: "gadget",
    log: {
      info: () => undefined,
      warn: (message) => warnings.push(message),
      error: () => undefined,
      status: () => undefined,
    },
  };
});

describe("check", () => {
  const check = async (news: Properties) => {
    const args = { olds: {}, news: { ...INPUTS, ...news }, randomSeed: Buffer.alloc(0) };
    const { failures = [] } = await new SlipwayProvider().check(subject, args);
    return failures.map(({ reason }) => reason);
  };

  test.each<[string, Properties]>([
    ["no rules", {}],
    ["rules by conditions", { rules: { ready: { type: "Ready" }, failedSeconds: 3 } }],
    ["rules by paths", { rules: { ready: { path: "{.status.phase}", value: "Bound" } } }],
    ["what a preview does not know yet", { uid: UNKNOWN, generation: UNKNOWN, rules: UNKNOWN }],
    ["a Deployment with rules", { kind: "Deployment", rules: { ready: { type: "Available" } } }],
  ])("takes %s", async (_case, news) => {
    expect(await check(news)).toEqual([]);
  });

  test.each<[string, Properties, RegExp]>([
    [
      "a path that is none",
      { rules: { ready: { path: "$[" } } },
      /^rules\.ready\.path: must be a JSONPath.*got "\$\["$/,
    ],
    [
      "a path that is code",
      { rules: { ready: { path: "$.[(1+1)]" } } },
      /^rules\.ready\.path: must be a JSONPath/,
    ],
    [
      "an unknown status",
      { rules: { failed: { type: "Ready", status: "no" } } },
      /^rules\.failed\.status: must be "True", "False" or "Unknown", got "no"$/,
    ],
    [
      "a Deployment",
      { apiVersion: "apps/v1", kind: "Deployment" },
      /^kind: .*got "Deployment"; use a Release/,
    ],
    [
      "a deadline of nothing",
      { deadlineSeconds: 0 },
      /^deadlineSeconds: must be at least 1, got 0$/,
    ],
  ])("refuses %s", async (_case, news, reason) => {
    const failures = await check(news);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(reason);
  });
});

describe("diff", () => {
  const diff = (news: Properties, record: Properties = { verdict: "ready" }) =>
    new SlipwayProvider().diff(subject, {
      id: "shop-dev/Widget/thing",
      oldInputs: INPUTS,
      oldOutputs: { ...INPUTS, record },
      news: { ...INPUTS, ...news },
      ignoreChanges: [],
    });

  test("nothing changed and ready is no change, and a failure is one", async () => {
    expect(await diff({})).toEqual({ changed: [], replaces: [] });
    expect(await diff({}, { verdict: "failed" })).toEqual({ changed: ["record"], replaces: [] });
  });

  test("another generation is judged again, another object in its own place", async () => {
    expect(await diff({ generation: 3 })).toEqual({ changed: ["generation"], replaces: [] });
    expect(await diff({ name: "other" })).toEqual({ changed: ["name"], replaces: ["name"] });
  });
});

describe("on a server", () => {
  let server: ApiServer;
  let provider: SlipwayProvider;
  beforeEach(async () => {
    server = await ApiServer.start();
    server.kinds = [{ name: "widgets", kind: "Widget", namespaced: true }];
    provider = new SlipwayProvider();
    provider.configure({ ...kubeconfigOf(server.url) });
  });
  afterEach(async () => {
    provider.cancel();
    await server.stop();
    removeFolders();
  });

  const show = (status?: object) => {
    server.apply("widgets", objectOf({}, status) as Parameters<ApiServer["apply"]>[1]);
  };
  const create = (news: Properties = {}) =>
    provider.create(subject, { inputs: { ...INPUTS, ...news }, preview: false, timeoutSeconds: 0 });
  const failure = async (news: Properties = {}) => {
    const error: unknown = await create(news).catch((reason: unknown) => reason);
    if (!(error instanceof PartialFailure)) {
      throw new Error(`it did not fail: ${String(error)}`);
    }
    return error;
  };
  const read = async (outputs: Properties) => {
    const found = await provider.read(subject, { id: "id", outputs, inputs: INPUTS });
    return found?.outputs["record"] as ObjectRecord;
  };

  test("an object that becomes ready while it is awaited is ready", async () => {
    show();
    const created = create();
    show(READY);
    expect((await created).outputs).toMatchObject({
      ...INPUTS,
      record: {
        version: 1,
        verdict: "ready",
        reason: null,
        message: "Ready is True",
        evidence: null,
      },
    });
  });

  test("a failure is kept with its evidence, and told with the next command", async () => {
    show(STALLED);
    const { message, outputs } = await failure();
    expect(message).toMatch(
      /^gadget: stalled after \d+ s: Stalled is True \(Broken\) \(widget thing\)\nnext: kubectl --context test --namespace shop-dev describe widget thing$/,
    );
    expect(outputs).toMatchObject({
      record: { verdict: "failed", reason: "stalled", evidence: { object: "widget thing" } },
    });
  });

  test("the wait ends at the deadline", async () => {
    show();
    expect((await failure({ deadlineSeconds: 2 })).message).toMatch(
      /^gadget: not-observed after \d+ s: it has no status/,
    );
  });

  test("a missing right is told with all that is missing", async () => {
    server.faults.set("list widgets", 403);
    show(READY);
    const { message } = await failure();
    expect(message).toMatch(
      /^gadget: forbidden after \d+ s: ci may not list widgets\.example\.com in namespace shop-dev/,
    );
  });

  test("a look without waiting tells what broke later, and leaves the rest as it was", async () => {
    show(READY);
    const { outputs } = await create();
    expect(await read(outputs)).toEqual(outputs["record"]);
    show(STALLED);
    expect(await read(outputs)).toMatchObject({ verdict: "failed", reason: "stalled" });
    expect(warnings).toEqual([expect.stringMatching(/^gadget: stalled: Stalled is True/)]);
  });

  test("rights that only make the report poorer are told beside the verdict", async () => {
    for (const act of ["list events", "watch events"]) {
      server.faults.set(act, 403);
    }
    show(STALLED);
    expect((await failure()).message).toMatch(
      /^gadget: stalled .*\nci may not list and watch events, so this report lacks what they are for\n/,
    );
  });

  test("a missing right ends the wait before anything is refused for lack of it", async () => {
    server.faults.set("get widgets", 403);
    show();
    const { message } = await failure();
    expect(message).toMatch(
      /^gadget: forbidden after \d+ s: ci may not get widgets\.example\.com in namespace shop-dev/,
    );
    expect(message).toContain("create role slipway-verdict --verb=get");
  });

  test("the progress tells of an API server that does not answer", async () => {
    show();
    const told: string[] = [];
    const log = { ...subject.log, status: (text: string) => void told.push(text) };
    const args = { inputs: INPUTS, preview: false, timeoutSeconds: 0 };
    const created = provider.create({ ...subject, log }, args);
    await until(() => server.watching.includes("widgets"));
    await server.stop();
    await until(() => told.some((text) => text.includes("; no answer from the API server: ")));
    await server.resume();
    show(READY);
    expect((await created).outputs).toMatchObject({ record: { verdict: "ready" } });
  });

  test("objects of a namespace share its watches of pods and events", async () => {
    const names = ["one", "two", "three"];
    const apply = (status: object) => {
      for (const name of names) {
        const metadata = { name, uid: `${name}-uid`, generation: 2 };
        server.apply("statefulsets", { metadata, spec: { replicas: 0 }, status } as ApiObject);
      }
    };
    server.kinds = [{ name: "statefulsets", kind: "StatefulSet", namespaced: true }];
    apply({ observedGeneration: 1 });
    const created = names.map((name) =>
      create({ ...awaitedOf("apps/v1", "StatefulSet"), name, uid: `${name}-uid` }),
    );
    const all = ["events", "events", "events", "pods", ...names.map(() => "statefulsets")];
    await until(() => server.watching.length === all.length);
    expect(server.watching).toEqual(all);
    apply({ observedGeneration: 2, updateRevision: "a", currentRevision: "a" });
    for (const { outputs } of await Promise.all(created)) {
      expect(outputs).toMatchObject({ record: { verdict: "ready" } });
    }
  });

  test.each([
    ["a dependency, and is waited for", "connect ECONNREFUSED 10.96.0.12:5432", "ready"],
    ["anything else, and fails at once", "no such table", "crash-loop"],
  ])("a pod of a StatefulSet ends because of %s", async (_case, line, end) => {
    const labels = { "controller-revision-hash": "new" };
    const revisions = { observedGeneration: 2, updateRevision: "new", currentRevision: "new" };
    const counts = { replicas: 1, updatedReplicas: 1 };
    const apply = (status: object, pod: Pod) => {
      server.apply("pods", pod as ApiObject);
      const shown = objectOf({ replicas: 1 }, { ...revisions, ...counts, ...status });
      server.apply("statefulsets", shown as ApiObject);
    };
    server.kinds = [{ name: "statefulsets", kind: "StatefulSet", namespaced: true }];
    server.logs.set("thing-0/shop/previous", `${line}\n`);
    const crashed = {
      restartCount: 2,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 1, reason: "Error" } },
    };
    apply({}, podOf("thing-0", labels, crashed));
    const created = create({ ...awaitedOf("apps/v1", "StatefulSet") }).then(
      ({ outputs }) => outputs,
      (error: unknown) => (error as PartialFailure).outputs,
    );
    await until(() => server.requests.includes("get pods/log"));
    if (end === "ready") {
      apply({ readyReplicas: 1, availableReplicas: 1 }, podOf("thing-0", labels));
    }
    const { record } = (await created) as { readonly record: ObjectRecord };
    expect(record.reason ?? record.verdict).toBe(end);
  });

  test("an interrupted wait says so, and is a failure to be judged again", async () => {
    show();
    const failed = failure();
    await until(() => server.watching.length > 0);
    provider.cancel();
    expect((await failed).outputs).toMatchObject({ record: { reason: "interrupted" } });
  });
});
