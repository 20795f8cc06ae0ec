// Cannot prove whom the API server allows what: test/e2e/lanes.test.ts asks it, with real tokens.
import type { Cluster } from "../../provider/cluster.ts";
import { changesOf, LaneGuard } from "../../provider/lane-guard.ts";

test("a change of lanes is told rule by rule", () => {
  const before = {
    "Role store/a": ["get: pods", "list: pods"],
    "Namespace b": ["sha256:1"],
    "Namespace c": ["sha256:3"],
  };
  const after = {
    "Role store/a": ["get: pods", "watch: pods"],
    "Namespace b": ["sha256:2"],
    "Role store/d": [],
  };
  expect(changesOf(before, after)).toEqual([
    "Namespace b: changed",
    "Namespace c: removed",
    "Role store/a: without list: pods",
    "Role store/a: with watch: pods",
    "Role store/d: new",
  ]);
});

test("a role that loses all of its rules, or has had none, is told rule by rule, too", () => {
  expect(changesOf({ "Role a": ["get: pods", "list: pods"] }, { "Role a": [] })).toEqual([
    "Role a: without get: pods",
    "Role a: without list: pods",
  ]);
  expect(changesOf({ "Role a": [] }, { "Role a": ["get: pods"] })).toEqual([
    "Role a: with get: pods",
  ]);
  expect(changesOf({ "Role a": [] }, { "Role a": [] })).toEqual([]);
});

test.each([
  ["another order", ["list: pods", "get: pods"]],
  ["one of them twice", ["get: pods", "list: pods", "get: pods"]],
])("a role whose rules come in %s has changed", (_how, rules) => {
  expect(changesOf({ "Role a": ["get: pods", "list: pods"] }, { "Role a": rules })).toEqual([
    "Role a: changed",
  ]);
});

describe("the guard", () => {
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const log = {
    info: ignore,
    error: ignore,
    status: ignore,
    warn: (text: string) => warnings.push(text),
  };
  const subject = { urn: "u", type: "t", name: "lanes", log };
  const asked: unknown[] = [];
  const guardOf = (statusAt: (path: string) => unknown): LaneGuard => {
    const post = (path: string, body: unknown): Promise<unknown> => {
      asked.push(body);
      return Promise.resolve({ status: statusAt(path) });
    };
    const cluster = () => ({ api: { post } }) as unknown as Cluster;
    return new LaneGuard({ cluster, context: () => "", signal: new AbortController().signal });
  };
  const guard = (allowed: boolean): LaneGuard =>
    guardOf((path) =>
      path.endsWith("accessreviews")
        ? { allowed }
        : { userInfo: { username: "system:serviceaccount:ci:agent" } },
    );
  const change = (preview: boolean) => ({
    id: "store",
    oldInputs: { namespace: "store", lanes: { "Role store/a": ["get: pods"] } },
    oldOutputs: {},
    news: { namespace: "store", lanes: { "Role store/a": ["get: pods", "list: pods"] } },
    preview,
    timeoutSeconds: 0,
    ignoreChanges: [],
  });
  beforeEach(() => {
    warnings.length = 0;
    asked.length = 0;
  });

  test("asks only where lanes change, and lets whoever may patch roles change them", async () => {
    expect(
      await guard(true).diff(subject, { ...change(false), news: change(false).oldInputs }),
    ).toMatchObject({ changed: [] });
    expect(await guard(true).diff(subject, change(false))).toMatchObject({ changed: ["lanes"] });
    expect(await guard(true).update(subject, change(false))).toEqual(change(false).news);
    expect(asked).toEqual([
      expect.objectContaining({
        kind: "SelfSubjectAccessReview",
        spec: {
          resourceAttributes: {
            namespace: "store",
            verb: "patch",
            group: "rbac.authorization.k8s.io",
            resource: "roles",
          },
        },
      }),
    ]);
  });

  test("fails a run of anybody else with who it is, what changes and what to run, and warns in a preview", async () => {
    const told =
      /^Jenkins' lanes change, and system:serviceaccount:ci:agent may not patch roles in store; as an administrator .* verify-state, then pulumi up .*\n {2}Role store\/a: with list: pods$/;
    await expect(guard(false).update(subject, change(false))).rejects.toThrow(told);
    await guard(false).update(subject, change(true));
    const away = { id: "store", inputs: change(false).oldInputs, outputs: {}, timeoutSeconds: 0 };
    await expect(guard(false).delete(subject, away)).rejects.toThrow(
      /^Jenkins' lanes would be removed, and .* may not patch roles in store; an administrator of the cluster removes them, after npx slipway verify-state$/,
    );
    await guard(true).delete(subject, away);
    expect(warnings).toEqual([expect.stringMatching(told)]);
  });

  test("says of objects of manifests that no lane writes that they are what changes", async () => {
    const objects = { "of the manifests, Role store/shop": ["sha256:1"] };
    const news = { namespace: "store", lanes: { "Role store/a": ["get: pods"], ...objects } };
    await expect(guard(false).update(subject, { ...change(false), news })).rejects.toThrow(
      /^objects that only an administrator writes change, and .*\n {2}of the manifests, Role store\/shop: new$/,
    );
  });

  test("fails with what the API server did not say, rather than for a right that may be there", async () => {
    await expect(guardOf(() => undefined).update(subject, change(false))).rejects.toThrow(
      "the API server has answered a SelfSubjectAccessReview without a status",
    );
  });
});
