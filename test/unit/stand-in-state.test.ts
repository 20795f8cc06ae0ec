// Pure rules; how a plugin's diffs and states are taken by the engine and by the official plugin is proved in test/plugins.
import { liveInputs } from "../../tools/offline/kubernetes/live-inputs.ts";
import { normalized } from "../../tools/offline/kubernetes/normal-form.ts";
import { diffObject } from "../../tools/offline/kubernetes/object-diff.ts";
import {
  asObject,
  AUTONAMED,
  type KubernetesObject,
} from "../../tools/offline/kubernetes/object.ts";
import { markingSecrets } from "../../tools/offline/kubernetes/secret-marks.ts";
import { outputsOf } from "../../tools/offline/kubernetes/state.ts";
import { type Plugin, PartialFailure, type Properties } from "../../wire/plugin.ts";
import { secret } from "../../wire/struct.ts";
import { UNKNOWN } from "../../wire/unknown.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SECRET = "kubernetes:core/v1:Secret";
const strict = { enableSecretMutable: false, enableConfigMapMutable: false };
const mutable = { enableSecretMutable: true, enableConfigMapMutable: true };

/** Of an object that a stand-in of before left in the state, without its inputs in its outputs. */
const change = (oldInputs: Properties, news: Properties) => ({
  ...{ oldInputs, news, oldOutputs: { ...oldInputs, status: {} } },
  ignoreChanges: [] as string[],
});

describe("replacement", () => {
  const deployment = (name: string, app: string, replicas: number) => ({
    metadata: { name, namespace: "shop" },
    spec: { replicas, selector: { matchLabels: { app } } },
  });

  test.each([
    ["another number of replicas", deployment("a", "a", 2), [], false],
    ["another selector", deployment("a", "b", 1), ["spec.selector.matchLabels.app"], true],
    ["another name", deployment("b", "a", 1), ["metadata.name"], false],
  ])("of a Deployment with %s", (_case, news, replaces, deleteBeforeReplace) => {
    const diff = diffObject(DEPLOYMENT, change(deployment("a", "a", 1), news), strict);
    expect(diff.changed).not.toEqual([]);
    expect({ replaces: diff.replaces, deleteBeforeReplace: diff.deleteBeforeReplace }).toEqual({
      replaces,
      deleteBeforeReplace,
    });
  });

  const secret = (value: string, more: object = {}) => ({
    metadata: { name: "login" },
    data: { value },
    ...more,
  });
  test.each([
    ["by default", secret("1"), strict, ["data.value"]],
    ["where Secrets may change", secret("1"), mutable, []],
    [
      "where it says that it is immutable",
      secret("1", { immutable: true }),
      mutable,
      ["data.value"],
    ],
  ])("of a Secret %s", (_case, olds, provider, replaces) => {
    const diff = diffObject(SECRET, change(olds, { ...olds, data: { value: "2" } }), provider);
    expect(diff.replaces).toEqual(replaces);
  });

  test("of an object with a made-up name needs no deletion first", () => {
    const metadata = { name: "login-1", annotations: { [AUTONAMED]: "true" } };
    const olds = { metadata, data: {} };
    const diff = diffObject(SECRET, change(olds, { metadata, data: { a: "1" } }), strict);
    expect(diff.deleteBeforeReplace).toBe(false);
  });
});

describe("the fields that replace a", () => {
  const volume = (size: string, mode: string) => ({
    metadata: { name: "data" },
    spec: { accessModes: [mode], resources: { requests: { storage: size } } },
  });
  const pod = (containers: readonly object[]) => ({
    metadata: { name: "once" },
    spec: { containers },
  });
  const app = { name: "app", image: "a" };
  test.each([
    [
      "PersistentVolumeClaim that grows",
      "core/v1:PersistentVolumeClaim",
      volume("1Gi", "A"),
      volume("2Gi", "A"),
      [],
    ],
    [
      "PersistentVolumeClaim of another mode",
      "core/v1:PersistentVolumeClaim",
      volume("1Gi", "A"),
      volume("1Gi", "B"),
      ["spec.accessModes[0]"],
    ],
    [
      "Pod with another image",
      "core/v1:Pod",
      pod([app]),
      pod([{ ...app, image: "b" }]),
      ["spec.containers[0].image"],
    ],
    [
      "Pod with one more container",
      "core/v1:Pod",
      pod([app]),
      pod([app, { ...app, name: "side" }]),
      ["spec.containers[1]"],
    ],
    [
      "ReplicaSet with another selector",
      "apps/v1:ReplicaSet",
      { spec: { selector: { matchLabels: { a: "a" } } } },
      { spec: { selector: { matchLabels: { a: "b" } } } },
      [],
    ],
  ])("%s", (_case, type, olds, news, replaces) => {
    const diff = diffObject(`kubernetes:${type}`, change(olds, news), strict);
    expect(diff.changed).not.toEqual([]);
    expect(diff.replaces).toEqual(replaces);
  });
});

describe("a diff compares with the object as it was when the state was written", () => {
  const cpu = (quantity: string) => ({ requests: { cpu: quantity } });
  const declared = (spec: object) => ({
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { name: "a", namespace: "shop" },
    spec,
  });
  const kept = (inputs: KubernetesObject, spec: object) => ({
    oldInputs: inputs,
    oldOutputs: outputsOf({ ...inputs, spec, status: {} }, inputs, {}),
  });
  test.each([
    ["which has more fields", { replicas: 1 }, { replicas: 1, paused: true }, { replicas: 1 }, []],
    ["which others changed", { replicas: 1 }, { replicas: 3 }, { replicas: 1 }, ["spec.replicas"]],
    ["which lacks what was empty", { a: false }, {}, { a: false }, []],
    ["which lacks what it never keeps", {}, {}, { paused: false, nodeSelector: {} }, []],
    ["which lacks what is empty now", {}, {}, { replicas: 0 }, ["spec.replicas"]],
    ["which writes quantities anew", cpu("1000m"), cpu("1"), cpu("1000m"), []],
    ["as an official plugin keeps quantities", cpu("1"), cpu("1"), cpu("1000m"), []],
    ["with another quantity", cpu("1000m"), cpu("1"), cpu("2000m"), ["spec.requests.cpu"]],
    ["with a text like a quantity", { a: "1" }, { a: "1" }, { a: "1000m" }, ["spec.a"]],
    ["a list that was empty", { env: [] }, {}, { env: [{ name: "A" }] }, ["spec.env"]],
    ["a list of more", { env: [1] }, { env: [1] }, { env: [1, 2] }, ["spec.env[1]"]],
    ["what is unknown", { env: [] }, {}, { env: [], image: UNKNOWN }, ["spec.env", "spec.image"]],
    ["a dropped field", { replicas: 1, a: 1 }, { replicas: 1, a: 1 }, { a: 1 }, ["spec.replicas"]],
  ])("%s", (_case, before, live, now, expected) => {
    const args = { ...kept(normalized(declared(before)), live), news: declared(now) };
    const diff = diffObject(DEPLOYMENT, { ...args, ignoreChanges: [] }, strict);
    expect(diff).toEqual({ changed: expected, replaces: [], deleteBeforeReplace: false });
  });

  test("without the fields that are ignored", () => {
    const args = { ...kept(declared({ replicas: 1, env: [1] }), { replicas: 3, env: [1] }) };
    const news = declared({ replicas: 1, env: [2] });
    const diffOf = (...ignoreChanges: string[]) =>
      diffObject(DEPLOYMENT, { ...args, news, ignoreChanges }, strict).changed;
    expect(diffOf("spec.replicas")).toEqual(["spec.env[0]"]);
    expect(diffOf("spec.replicas", "spec.env[*]")).toEqual([]);
    expect(diffOf("spec")).toEqual([]);
  });

  test("in the default namespace, whether the program says so or not", () => {
    const inputs = { apiVersion: "example.com/v1", kind: "Ship", metadata: { name: "a" } };
    const live = { ...inputs, metadata: { name: "a", namespace: "default" } };
    const args = { oldInputs: inputs, oldOutputs: outputsOf(live, inputs, {}), news: live };
    const type = "kubernetes:example.com/v1:Ship";
    expect(diffObject(type, { ...args, ignoreChanges: [] }, strict).changed).toEqual([]);
  });
});

test("a definition's schema has dashes for the API server, and underscores in the state", () => {
  const schema = { x_kubernetes_list_type: "map", properties: { x_kubernetes_other: {} } };
  const type = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
  const object = asObject({ schema }, type);
  expect(object["schema"]).toEqual({
    "x-kubernetes-list-type": "map",
    properties: schema.properties,
  });
  expect(outputsOf(object, object, {})).toMatchObject({ schema, __inputs: { schema } });
  expect(
    diffObject(
      type,
      { ...change({}, { schema }), oldOutputs: outputsOf(object, object, {}) },
      strict,
    ).changed,
  ).toEqual([]);
});

test("the state has the inputs, the first version of the API and the manager as the official plugin keeps them", () => {
  const live = asObject({ metadata: { name: "a", managedFields: [] } }, DEPLOYMENT);
  const first = outputsOf(live, { a: 1 }, {});
  expect(first).toMatchObject({ ...live, __inputs: { a: 1 }, __initialApiVersion: "apps/v1" });
  expect(first["__fieldManager"]).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  expect(outputsOf({ ...live, apiVersion: "apps/v2" }, { a: 2 }, first)).toEqual({
    ...first,
    apiVersion: "apps/v2",
    __inputs: { a: 2 },
  });
});

describe("secrets", () => {
  const plugin = (made: Partial<Plugin>) => markingSecrets(made as Plugin);
  const inputs = { kind: "Deployment", spec: { env: [{ value: secret("x") }], replicas: 1 } };
  const plain = { kind: "Deployment", spec: { env: [{ value: "x" }], replicas: 1 } };
  const marked = { kind: "Deployment", spec: { env: secret([{ value: "x" }]), replicas: 1 } };
  const args = { inputs, preview: false, timeoutSeconds: 0 };

  test("are plain for the plugin, and marked in the outputs and in the inputs within them", async () => {
    const create = jest.fn(() =>
      Promise.resolve({ id: "a", outputs: { ...plain, status: {}, __inputs: plain } }),
    );
    const { outputs } = await plugin({ create }).create({} as never, args);
    expect(create).toHaveBeenCalledWith({}, { ...args, inputs: plain });
    expect(outputs).toEqual({ ...marked, status: {}, __inputs: marked });
  });

  test("are marked in what is kept of an object that is not ready", async () => {
    const failure = new PartialFailure("not ready", "a", { __inputs: plain }, ["why"]);
    const create = () => Promise.reject(failure);
    await expect(plugin({ create }).create({} as never, args)).rejects.toMatchObject({
      ...{ message: "not ready", id: "a", reasons: ["why"] },
      outputs: { __inputs: marked },
    });
  });

  test("are a Secret's contents, whatever the program says of them", async () => {
    const read = () =>
      Promise.resolve({ id: "a", outputs: { kind: "Secret", data: { a: "" } }, inputs: {} });
    const found = await plugin({ read }).read({} as never, { id: "a", outputs: {}, inputs: {} });
    expect(found?.outputs).toEqual({ kind: "Secret", data: secret({ a: "" }) });
  });
});

test("drift is what differs in the fields that the program declares", () => {
  const live: KubernetesObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "login", uid: "1" },
    type: "Opaque",
    data: { a: Buffer.from("live").toString("base64"), other: "" },
  };
  const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "login" } };
  const read = (known: Properties, outputs: Properties) =>
    liveInputs(live, { type: SECRET, inputs: known, outputs });
  expect(read({ ...inputs, stringData: { a: "said" } }, live)).toEqual({
    ...inputs,
    data: { a: Buffer.from("live").toString("base64") },
  });
  const { metadata, ...rest } = live;
  expect(read({}, {})).toEqual({ ...rest, metadata: { name: metadata.name } });
  expect(read({}, live)).toEqual(inputs);
});

test("an object is kept as the API server keeps it", () => {
  const env = [{ name: "A", value: "" }];
  const spec = { env, args: [], paused: null, volume: {}, rules: [] };
  expect(normalized(asObject({ spec }, DEPLOYMENT))["spec"]).toEqual({
    env,
    volume: {},
    rules: [],
  });
  const ship = asObject({ spec }, "kubernetes:example.com/v1:Ship");
  expect(normalized(ship)["spec"]).toEqual(spec);
  const data = { paused: "", tty: "" };
  expect(normalized(asObject({ data }, "kubernetes:core/v1:ConfigMap"))["data"]).toEqual(data);
  const secret = { stringData: { a: "hunter2" }, data: { b: "Yg==\n" } };
  expect(normalized(asObject(secret, SECRET))).toEqual(
    asObject({ data: { a: "aHVudGVyMg==", b: "Yg==" } }, SECRET),
  );
  const unknown = asObject({ stringData: { a: UNKNOWN } }, SECRET);
  expect(normalized(unknown)).toEqual(unknown);
});
