// Which fields differ, of objects as an API server gives them back; that it gives them so is for test/e2e/hand-off-drift.test.ts.
import type { HandedObject } from "../../contract/hand-off.ts";
import { driftOf } from "../../provider/hand-off/drift.ts";

const MANIFEST: HandedObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {
    name: "shop",
    namespace: "shop",
    labels: { app: "shop" },
    annotations: { "pulumi.com/skipAwait": "true" },
  },
  spec: {
    replicas: 2,
    paused: false,
    template: {
      spec: {
        containers: [
          {
            name: "shop",
            image: "example.com/shop@sha256:1",
            args: ["serve", "--all"],
            env: [{ name: "A", value: "1" }],
            ports: [{ containerPort: 8080, protocol: "TCP" }],
            resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
          },
        ],
      },
    },
  },
};

const CONTAINER = {
  name: "shop",
  image: "example.com/shop@sha256:1",
  args: ["serve", "--all"],
  env: [{ name: "A", value: "1" }],
  ports: [{ containerPort: 8080, protocol: "TCP" }],
  resources: { limits: { cpu: "1", memory: "1Gi" } },
  imagePullPolicy: "IfNotPresent",
};

interface Change {
  readonly container?: object;
  readonly containers?: readonly object[];
  readonly spec?: object;
  readonly metadata?: object;
}

/** The object with the API server's defaults, and what somebody has changed. */
const live = ({ container = {}, containers, spec = {}, metadata = {} }: Change = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", uid: "u", labels: { app: "shop", more: "x" }, ...metadata },
  spec: {
    replicas: 2,
    revisionHistoryLimit: 10,
    template: {
      metadata: { creationTimestamp: null },
      spec: {
        restartPolicy: "Always",
        containers: containers ?? [
          { name: "sidecar", image: "injected" },
          { ...CONTAINER, ...container },
        ],
      },
    },
    ...spec,
  },
  status: { replicas: 2 },
});

const fields = (change: Change, ...ignored: Parameters<typeof driftOf>[2] & object) =>
  driftOf(MANIFEST, live(change), ignored).map(({ field }) => field);

test("finds nothing in defaults, in what others add, and in the API server's way to write quantities", () => {
  expect(fields({})).toEqual([]);
});

test.each<[string, Change, string[]]>([
  ["replicas", { spec: { replicas: 5 } }, ["spec.replicas"]],
  ["what is false and was made true", { spec: { paused: true } }, ["spec.paused"]],
  [
    "an image",
    { container: { image: "example.com/shop@sha256:2" } },
    ["spec.template.spec.containers.shop.image"],
  ],
  [
    "a variable",
    { container: { env: [{ name: "A", value: "2" }] } },
    ["spec.template.spec.containers.shop.env.A.value"],
  ],
  [
    "a variable that is gone",
    { container: { env: [] } },
    ["spec.template.spec.containers.shop.env.A"],
  ],
  ["arguments", { container: { args: ["serve"] } }, ["spec.template.spec.containers.shop.args"]],
  [
    "a limit",
    { container: { resources: { limits: { cpu: "2", memory: "1Gi" } } } },
    ["spec.template.spec.containers.shop.resources.limits.cpu"],
  ],
  [
    "a container that is gone",
    { containers: [{ name: "other" }] },
    ["spec.template.spec.containers.shop"],
  ],
  ["a label", { metadata: { labels: { app: "other" } } }, ["metadata.labels.app"]],
])("finds %s", (_case, change, expected) => {
  expect(fields(change)).toEqual(expected);
});

test("leaves out what the controller was told to ignore, and only for such objects", () => {
  const change = { spec: { replicas: 5 }, container: { image: "other" } };
  const rule = { group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] };
  expect(fields(change, rule)).toEqual(["spec.template.spec.containers.shop.image"]);
  expect(fields(change, { ...rule, name: "other" })).toHaveLength(2);
  expect(
    fields(change, { ...rule, jsonPointers: ["/spec/template/spec/containers/1/image"] }),
  ).toEqual(["spec.replicas"]);
});

test("names who wrote each field last", () => {
  const managed = (manager: string, time: string, fieldsV1: object) => ({
    manager,
    time,
    fieldsV1,
    operation: "Update",
  });
  const metadata = {
    managedFields: [
      managed("argocd-controller", "2026-11-30T07:00:00Z", {
        "f:spec": {
          "f:replicas": {},
          "f:template": {
            "f:spec": { "f:containers": { 'k:{"name":"shop"}': { "f:image": {}, "f:args": {} } } },
          },
        },
      }),
      managed("kubectl\x1b[31m-edit", "2026-11-30T07:05:00Z", { "f:spec": { "f:replicas": {} } }),
    ],
  };
  const change = { metadata, spec: { replicas: 5 }, container: { image: "other", args: ["x"] } };
  expect(driftOf(MANIFEST, live({ ...change, spec: {} }) as never)).toEqual(
    expect.arrayContaining([
      {
        object: "deployment shop",
        field: "spec.template.spec.containers.shop.image",
        writer: "argocd-controller",
      },
      {
        object: "deployment shop",
        field: "spec.template.spec.containers.shop.args",
        writer: "argocd-controller",
      },
    ]),
  );
  expect(
    driftOf(
      MANIFEST,
      live({ metadata: { ...metadata, labels: {} }, spec: { replicas: 5 } }) as never,
    ),
  ).toEqual([
    { object: "deployment shop", field: "spec.replicas", writer: "kubectl-edit" },
    { object: "deployment shop", field: "metadata.labels.app", writer: null },
  ]);
});

test("lists no more than twenty fields", () => {
  const data = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, "a"]));
  const manifest: HandedObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x" },
    data,
  };
  expect(driftOf(manifest, { metadata: {} })).toHaveLength(20);
});
