// Pure rules, and an API server of a few lines; how a real one takes it is proved in test/plugins.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { changedPaths } from "../../tools/offline/changed-paths.ts";
import { ApiError, UnreachableError } from "../../tools/offline/kubernetes/api-error.ts";
import {
  diffConfiguration,
  parseConfiguration,
} from "../../tools/offline/kubernetes/configuration.ts";
import { Connection } from "../../tools/offline/kubernetes/connection.ts";
import { isNamespaced, named } from "../../tools/offline/kubernetes/naming.ts";
import { asObject, kindOf } from "../../tools/offline/kubernetes/object.ts";
import { adopted, isForced, withIgnored } from "../../tools/offline/kubernetes/ownership.ts";
import { readinessOf } from "../../tools/offline/kubernetes/readiness.ts";
import { masked } from "../../tools/offline/kubernetes/secret-data.ts";
import { UNKNOWN } from "../../wire/unknown.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SECRET = "kubernetes:core/v1:Secret";

test("tells the deepest paths that differ", () => {
  const olds = { a: [{ b: 1, c: 2 }], "d.e": 1, gone: {} };
  const news = { a: [{ b: 1, c: 3 }, 4], "d.e": 2 };
  expect(changedPaths(olds, news)).toEqual(["a[0].c", "a[1]", '["d.e"]', "gone"]);
  expect(changedPaths(olds, structuredClone(olds))).toEqual([]);
});

describe("provider configuration", () => {
  const kubeconfig = (server: string) =>
    JSON.stringify({
      "current-context": "dev",
      contexts: [{ name: "dev", context: { cluster: "dev" } }],
      clusters: [{ name: "dev", cluster: { server } }],
      users: [],
    });
  const one = { kubeconfig: kubeconfig("https://one") };
  const two = { kubeconfig: kubeconfig("https://two") };

  test.each([
    ["another cluster", one, two, ["kubeconfig"]],
    ["another user of the same cluster", one, { kubeconfig: `${one.kubeconfig} ` }, []],
    ["another context of what kubectl would use", { context: "a" }, { context: "b" }, []],
    ["a context that is not known yet", one, { ...one, context: UNKNOWN }, ["context"]],
    [
      "another cluster under the same identifier",
      { ...one, clusterIdentifier: "a" },
      { ...two, clusterIdentifier: "a" },
      [],
    ],
    [
      "the same cluster under another identifier",
      { ...one, clusterIdentifier: "a" },
      { ...one, clusterIdentifier: "b" },
      ["clusterIdentifier"],
    ],
    [
      "a folder in the place of the cluster",
      { context: "a" },
      { renderYamlToDirectory: "b" },
      ["renderYamlToDirectory"],
    ],
    [
      "a folder in the place of the cluster, under the same identifier",
      { context: "a", clusterIdentifier: "a" },
      { renderYamlToDirectory: "b", clusterIdentifier: "a" },
      [],
    ],
  ])("is replaced for %s", (_case, olds, news, replaces) => {
    expect(diffConfiguration(olds, news).replaces).toEqual(replaces);
  });

  test("refuses an option that it does not have", () => {
    expect(() => parseConfiguration({ deleteUnreachable: "true" })).toThrow(
      /provider option deleteUnreachable is not part of the offline stand-in/,
    );
    expect(() => parseConfiguration({ deleteUnreachable: "false" })).not.toThrow();
  });
});

test.each([
  "helm.sh/v3:Release",
  "yaml:ConfigFile",
  "core/v1:ServiceList",
  "apps/v1:DeploymentPatch",
])("refuses %s by name", (type) => {
  expect(() => kindOf(`kubernetes:${type}`)).toThrow(/is not part of the offline stand-in/);
});

test("a made-up name stays with its object, and not with one that was named", () => {
  const seed = Buffer.from("0123456789abcdef", "hex");
  const fresh = named(asObject({}, SECRET), undefined, "login", seed);
  expect(fresh.metadata.name).toBe("login-01234567");
  const again = named(asObject({}, SECRET), fresh.metadata, "login", Buffer.alloc(8));
  expect(again.metadata.name).toBe("login-01234567");
  const unnamed = named(asObject({}, SECRET), { name: "given" }, "login", seed);
  expect(unnamed.metadata.name).toBe("login-01234567");
});

test.each([
  ["v1", "ConfigMap", true],
  ["v1", "Namespace", false],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", false],
  ["admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", false],
  ["bitnami.com/v1alpha1", "SealedSecret", undefined],
  ["gateway.networking.k8s.io/v1", "GatewayClass", undefined],
])("%s %s: has a namespace: %s", (apiVersion, kind, expected) => {
  expect(isNamespaced({ apiVersion, kind, metadata: {} })).toBe(expected);
});

test("a manager's own patches count as applied by it; those of others stay", () => {
  const entry = { manager: "me", apiVersion: "v1" } as const;
  const other = { ...entry, manager: "you", operation: "Update", fieldsV1: { "f:z": {} } } as const;
  const fields = adopted(
    [
      { ...entry, operation: "Apply", fieldsV1: { "f:spec": { "f:a": {} } } },
      { ...entry, operation: "Update", fieldsV1: { "f:spec": { "f:b": {} } } },
      { ...entry, operation: "Update", subresource: "status", fieldsV1: {} },
      other,
    ],
    "me",
  );
  expect(fields).toContainEqual(other);
  expect(fields).toContainEqual({
    ...entry,
    operation: "Apply",
    fieldsV1: { "f:spec": { "f:a": {}, "f:b": {} } },
  });
  expect(fields).toHaveLength(3);
  expect(adopted([other], "me")).toBeUndefined();
});

test.each([
  ["kubectl-rollout", "Update"],
  ["kubectl-edit", "Update"],
  ["kubectl-client-side-apply", "Update"],
  ["kubectl", "Apply"],
  ["before-first-apply", "Update"],
])(
  "what %s has written counts as applied, too, so that the next apply removes it",
  (manager, operation) => {
    const own = { manager: "me", apiVersion: "v1", operation: "Apply" } as const;
    const hand = { manager, apiVersion: "v1", operation, fieldsV1: { "f:spec": { "f:b": {} } } };
    const scaled = { ...hand, operation: "Update", subresource: "scale" };
    const fields = adopted(
      [{ ...own, fieldsV1: { "f:spec": { "f:a": {} } } }, hand, scaled] as never,
      "me",
    );
    expect(fields).toEqual([scaled, { ...own, fieldsV1: { "f:spec": { "f:a": {}, "f:b": {} } } }]);
  },
);

test("an ignored field is left out only where others alone set it, and is else as it is", () => {
  const object = asObject({ spec: { replicas: 1, paused: false, a: [1] } }, DEPLOYMENT);
  const fields = (manager: string, ...names: string[]) => ({
    ...{ manager, operation: "Update" as const, apiVersion: "apps/v1" },
    fieldsV1: { "f:spec": Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
  });
  const managedFields = [fields("me", "paused", "a"), fields("you", "replicas", "paused")];
  const live = { ...asObject({ spec: { replicas: 5, paused: true, a: [2] } }, DEPLOYMENT) };
  const written = { ...live, metadata: { managedFields } };
  const ignored = ["spec.replicas", "spec.paused", "spec.none", "spec.a[0]"];
  expect(withIgnored(object, written, "me", ignored)["spec"]).toEqual({ paused: true, a: [1] });
});

test.each([
  ["the object asks for it", { "pulumi.com/patchForce": "true" }, "me", false, true],
  [
    "in a preview, before the fields of the creation are taken over",
    {},
    "pulumi-kubernetes",
    true,
    true,
  ],
  ["not in a real run, which takes them over first", {}, "pulumi-kubernetes", false, false],
  ["not for those of others", {}, "me", true, false],
])("an apply is forced: %s", (_case, annotations, manager, dryRun, expected) => {
  const entry = { manager, operation: "Update" as const, apiVersion: "v1", fieldsV1: {} };
  const live = { ...asObject({}, DEPLOYMENT), metadata: { managedFields: [entry] } };
  const object = asObject({ metadata: { annotations } }, DEPLOYMENT);
  expect(isForced(object, live, { isAlways: false, dryRun })).toBe(expected);
});

test("no error quotes a Secret", () => {
  const object = asObject({ data: { a: "aHVudGVyMg==" } }, SECRET);
  expect(masked(new Error('got "hunter2" (aHVudGVyMg==)'), object).message).toBe(
    'got "[secret]" ([secret])',
  );
});

describe("readiness", () => {
  const deployment = (status: object, annotations = {}) => ({
    ...asObject({ spec: { replicas: 2 }, status }, DEPLOYMENT),
    metadata: { generation: 3, annotations },
  });
  const done = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

  test.each([
    ["all updated and available", done, "ready"],
    ["an older generation", { ...done, observedGeneration: 2 }, "waiting"],
    ["an old pod left", { ...done, replicas: 3 }, "waiting"],
    ["a pod that is not available", { ...done, availableReplicas: 1 }, "waiting"],
    [
      "no progress in time",
      {
        ...done,
        updatedReplicas: 1,
        conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
      },
      "failed",
    ],
  ])("of a Deployment with %s", (_case, status, state) => {
    expect(readinessOf(deployment(status)).state).toBe(state);
  });

  test("is not asked for with skipAwait", () => {
    expect(readinessOf(deployment({}, { "pulumi.com/skipAwait": "true" })).state).toBe("ready");
  });

  test("is what waitFor says", () => {
    const annotations = { "pulumi.com/waitFor": "condition=Synced" };
    const synced = { conditions: [{ type: "Synced", status: "True" }] };
    expect(readinessOf(deployment({}, annotations)).state).toBe("waiting");
    expect(readinessOf(deployment(synced, annotations)).state).toBe("ready");
  });
});

describe("connection", () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) {
      close();
    }
  });

  async function answering(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<Connection> {
    const server = createServer(answer).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const kubeconfig = JSON.stringify({
      "current-context": "dev",
      contexts: [{ name: "dev", context: { cluster: "dev", user: "dev", namespace: "shop" } }],
      clusters: [
        {
          name: "dev",
          cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
        },
      ],
      users: [{ name: "dev", user: { token: "t" } }],
    });
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return new Connection(parseConfiguration({ kubeconfig }), [1, 1, 1]);
  }

  test("tries again what is likely to pass", async () => {
    const codes = [503, 429];
    const connection = await answering((request, response) => {
      const code = codes.shift() ?? 200;
      response.writeHead(code).end(JSON.stringify({ token: request.headers.authorization }));
    });
    const found = await connection.request({ method: "GET", path: "/api/v1" });
    expect(found).toEqual({ token: "Bearer t" });
    expect(codes).toEqual([]);
  });

  test("does not try again what will not pass, and gives the server's words", async () => {
    let requests = 0;
    const connection = await answering((_request, response) => {
      requests++;
      const status = { code: 403, reason: "Forbidden", message: "you may not" };
      response.writeHead(403).end(JSON.stringify(status));
    });
    const failed = connection.request({ method: "POST", path: "/api/v1", body: {} });
    await expect(failed).rejects.toThrow(ApiError);
    await expect(failed).rejects.toThrow("you may not");
    expect(requests).toBe(1);
  });

  test("does not create again what it may have created", async () => {
    const methods: (string | undefined)[] = [];
    const connection = await answering((request, response) => {
      methods.push(request.method);
      response.writeHead(methods.length === 1 ? 503 : 504).end("{}");
    });
    const request = { path: "/api/v1", body: {} };
    await expect(connection.request({ ...request, method: "POST" })).rejects.toThrow("504");
    expect(methods).toEqual(["POST", "POST"]);
    await expect(connection.request({ ...request, method: "PATCH" })).rejects.toThrow("504");
    expect(methods).toHaveLength(6);
  });

  test("hands on the server's warnings", async () => {
    const connection = await answering((_request, response) => {
      response.setHeader("warning", '299 - "unknown field \\"spec.x\\"", 299 - "deprecated"');
      response.end("{}");
    });
    const heard: string[] = [];
    await connection.request({ method: "GET", path: "/", warn: (text) => heard.push(text) });
    expect(heard).toEqual(['unknown field "spec.x"', "deprecated"]);
  });

  test("says which server it cannot reach", async () => {
    const connection = await answering((request) => request.socket.destroy());
    const failed = connection.request({ method: "GET", path: "/" });
    await expect(failed).rejects.toThrow(UnreachableError);
    await expect(failed).rejects.toThrow(/server http:\/\/127\.0\.0\.1:\d+ cannot be reached/);
  });

  test("names the contexts that there are", async () => {
    const kubeconfig = JSON.stringify({
      contexts: [{ name: "dev", context: { cluster: "c" } }],
      clusters: [],
      users: [],
    });
    const connection = new Connection(parseConfiguration({ kubeconfig, context: "prod" }));
    await expect(connection.namespace()).rejects.toThrow(
      'context: got "prod", the kubeconfig has dev',
    );
  });
});
