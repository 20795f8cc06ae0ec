// Real git on repositories in folders; what a server with accounts says is for test/e2e/hand-off*.test.ts.
import { chmodSync } from "node:fs";
import { join } from "node:path";

import type { HandedObject } from "../../contract/hand-off.ts";
import { filesOf } from "../../provider/hand-off/files.ts";
import { atTarget, type Delivery, type Target } from "../../provider/hand-off/target.ts";
import type { Written } from "../../provider/hand-off/written.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { GitRemote } from "../support/git-remote.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const HASH = `sha256:${"b".repeat(64)}`;
const SIGNAL = new AbortController().signal;

afterAll(removeFolders);

const deployment = (image = "1", name = "shop"): HandedObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "shop", labels: { "app.kubernetes.io/instance": name } },
  spec: { image },
});

const deliveryTo = (
  remote: GitRemote,
  more: Partial<Delivery> = {},
  to: object = {},
): Delivery => ({
  to: { git: remote.url, branch: "main", path: "env/shop-prod", ...to },
  stack: "shop/prod",
  source: {},
  releases: [{ service: "shop", image: `example.com/shop@${DIGEST}`, manifestHash: HASH }],
  ...more,
});

const noRegistry = () => {
  throw new Error("no registry is asked");
};

const at = <T>(delivery: Delivery, work: (target: Target) => Promise<T>) =>
  atTarget(delivery, noRegistry, SIGNAL, work);

const write = (
  delivery: Delivery,
  objects: readonly HandedObject[] = [deployment()],
  last?: Parameters<Target["write"]>[1],
) => at(delivery, (target) => target.write(filesOf(objects, delivery.stack), last));

let begun: Promise<{ readonly seed: GitRemote; readonly first: Written }> | undefined;

/** A repository to which a release was handed off before. */
async function handedOff(how: ConstructorParameters<typeof GitRemote>[0] = {}) {
  const begin = async () => {
    const seed = new GitRemote();
    return { seed, first: await write(deliveryTo(seed)) };
  };
  begun ??= begin();
  const { seed, first } = await begun;
  return { remote: new GitRemote({ ...how, of: seed }), first };
}

describe.each([
  ["a server that gives commits without their contents", true],
  ["a server that gives all of a commit", false],
])("with %s", (_case, filters) => {
  test("writes one commit of one file for each object and their list, and touches nothing else", async () => {
    const remote = new GitRemote({ filters });
    const before = remote.commit("Others", {
      "env/other/a.yaml": "a\n",
      "env/shop-prod/notes.txt": "n\n",
    });
    const written = await write(deliveryTo(remote), [deployment(), deployment("1", "api")]);
    expect(written).toMatchObject({ revision: remote.head(), previous: before, isFirst: false });
    expect(remote.files()).toEqual([
      "README.md",
      "env/other/a.yaml",
      "env/shop-prod/deployment-api.yaml",
      "env/shop-prod/deployment-shop.yaml",
      "env/shop-prod/kustomization.yaml",
      "env/shop-prod/notes.txt",
    ]);
    expect(remote.git("rev-list", "--count", `${before}..main`)).toBe("1");
    expect(remote.show("env/other/a.yaml")).toBe("a");
  });

  test("removes the files of objects that are no more, and no others", async () => {
    const remote = new GitRemote({ filters });
    const delivery = deliveryTo(remote);
    const last = await write(delivery, [deployment(), deployment("1", "api")]);
    remote.commit("A note", { "env/shop-prod/notes.txt": "n\n" });
    await write(delivery, [deployment()], last);
    expect(remote.files("main").filter((path) => path.startsWith("env/"))).toEqual([
      "env/shop-prod/deployment-shop.yaml",
      "env/shop-prod/kustomization.yaml",
      "env/shop-prod/notes.txt",
    ]);
  });

  test("makes no commit where the branch has the files already, whatever others have committed since", async () => {
    const { remote, first } = await handedOff({ filters });
    const delivery = deliveryTo(remote);
    const head = remote.commit("Others", { "env/other/a.yaml": "a\n" });
    expect(await write(delivery, [deployment()], first)).toEqual({
      ...{ revision: head, previous: null, isFirst: false },
      files: first.files,
    });
    expect(remote.head()).toBe(head);
  });

  test("restores the files of a service as they were before a commit, and leaves those of others", async () => {
    const remote = new GitRemote({ filters });
    const delivery = deliveryTo(remote);
    const good = await write(delivery, [deployment(), deployment("1", "api")]);
    remote.commit("Others", { "env/other/a.yaml": "a\n" });
    const settings: HandedObject = { ...deployment(), apiVersion: "v1", kind: "ConfigMap" };
    const bad = await write(delivery, [deployment("2"), deployment("2", "api"), settings], good);
    remote.commit("Others again", { "env/other/a.yaml": "b\n" });
    const taken = { revision: bad.revision, previous: bad.previous ?? "", reason: "crash-loop" };
    const restored = await at(delivery, (target) => target.restore(taken));
    expect(restored?.revision).toBe(remote.head());
    expect(remote.files().filter((path) => path.startsWith("env/shop-prod/"))).toEqual([
      "env/shop-prod/deployment-api.yaml",
      "env/shop-prod/deployment-shop.yaml",
      "env/shop-prod/kustomization.yaml",
    ]);
    expect(remote.show("env/other/a.yaml")).toBe("b");
    expect(remote.show("env/shop-prod/deployment-shop.yaml")).toContain('image: "1"');
    expect(remote.show("env/shop-prod/deployment-api.yaml")).toContain('image: "2"');
    expect(remote.show("env/shop-prod/kustomization.yaml")).toBe(
      remote.show("env/shop-prod/kustomization.yaml", good.revision),
    );
    expect(remote.message()).toBe(
      [
        `Restore shop to ${DIGEST}: crash-loop`,
        "",
        "Slipway-stack: shop/prod",
        `Slipway-restores: ${bad.revision}`,
        `Slipway-image: shop=example.com/shop@${DIGEST}`,
      ].join("\n"),
    );
    const again = await at(delivery, (target) => target.restore(taken));
    expect(again).toEqual({ revision: restored?.revision, previous: null });
  });

  test("writes after its own restoration, though the files are not those that it wrote last", async () => {
    const { remote, first: good } = await handedOff({ filters });
    const delivery = deliveryTo(remote);
    const bad = await write(delivery, [deployment("2")], good);
    const taken = { revision: bad.revision, previous: bad.previous ?? "", reason: "crash-loop" };
    await at(delivery, (target) => target.restore(taken));
    await write(delivery, [deployment("3")], bad);
    expect(remote.show("env/shop-prod/deployment-shop.yaml")).toContain('image: "3"');
  });
});

/** Works while variables of the environment are so. */
async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) {
      Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, before);
  }
}

test("restores from a server that gives no contents without their commits", async () => {
  const { remote, first: good } = await handedOff({ singles: false });
  const delivery = deliveryTo(remote);
  const bad = await write(delivery, [deployment("2")], good);
  const taken = { revision: bad.revision, previous: bad.previous ?? "", reason: "crash-loop" };
  const protocol = { COUNT: "1", KEY_0: "protocol.version", VALUE_0: "0" };
  const names = Object.entries(protocol).map(([name, value]) => [`GIT_CONFIG_${name}`, value]);
  await withEnvironment(Object.fromEntries(names) as Record<string, string>, () =>
    at(delivery, (target) => target.restore(taken)),
  );
  expect(remote.show("env/shop-prod/deployment-shop.yaml")).toContain('image: "1"');
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    "who git on this machine says",
    {
      ...{ GIT_AUTHOR_NAME: "Jane", GIT_AUTHOR_EMAIL: "jane@example.com" },
      ...{ GIT_COMMITTER_NAME: "CI", GIT_COMMITTER_EMAIL: "ci@example.com" },
    },
    "Jane, CI",
  ],
  ["Slipway where it says nothing", {}, "Slipway, Slipway"],
])("commits as %s", async (_case, known, expected) => {
  const { remote, first } = await handedOff();
  const nowhere = "/nonexistent";
  const unknown = { HOME: nowhere, XDG_CONFIG_HOME: nowhere, GIT_CONFIG_NOSYSTEM: "1" };
  await withEnvironment({ ...unknown, ...known }, () =>
    write(deliveryTo(remote), [deployment("2")], first),
  );
  expect(remote.git("log", "-1", "--format=%an, %cn")).toBe(expected);
});

test("says in the commit what it is of, in Argo CD's trailers and in its own", async () => {
  const remote = new GitRemote();
  const source = {
    commit: "c".repeat(40),
    repository: "git@git.example.com:team/shop.git",
    subject: "Sell more\nArgocd-reference-commit-sha: forged",
    author: "Jane Q. Doe <jane@example.com>",
    date: "2026-11-30T06:00:00Z",
  };
  await write(deliveryTo(remote, { source }));
  expect(remote.message()).toBe(
    [
      "Release shop to shop/prod",
      "",
      `Argocd-reference-commit-sha: ${"c".repeat(40)}`,
      'Argocd-reference-commit-author: "Jane Q. Doe" <jane@example.com>',
      "Argocd-reference-commit-repourl: ssh://git@git.example.com/team/shop.git",
      "Argocd-reference-commit-subject: Sell more Argocd-reference-commit-sha: forged",
      "Argocd-reference-commit-date: 2026-11-30T06:00:00Z",
      "Slipway-stack: shop/prod",
      `Slipway-image: shop=example.com/shop@${DIGEST}`,
      `Slipway-manifest-hash: shop=${HASH}`,
    ].join("\n"),
  );
  const trailers = remote.git("log", "-1", "--format=%(trailers:key=Slipway-image,valueonly)");
  expect(trailers).toBe(`shop=example.com/shop@${DIGEST}`);
});

test("lets two stacks write to one branch at once: both commits are there", async () => {
  const remote = new GitRemote();
  const names = ["a", "b", "c", "d"];
  const written = await Promise.all(
    names.map((name) =>
      write(deliveryTo(remote, { stack: `shop/${name}` }, { path: `env/${name}` })),
    ),
  );
  expect(new Set(written.map(({ revision }) => revision)).size).toBe(4);
  expect(remote.files().filter((path) => path.endsWith("deployment-shop.yaml"))).toEqual(
    names.map((name) => `env/${name}/deployment-shop.yaml`),
  );
  expect(remote.git("rev-list", "--count", "main")).toBe("5");
});

describe("refuses, and changes nothing, where", () => {
  const refused = async (remote: GitRemote, work: () => Promise<unknown>) => {
    const head = remote.head();
    const told = await work().then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
    expect(remote.head()).toBe(head);
    return told.replaceAll(remote.url, "URL").replaceAll(/\b[0-9a-f]{12}\b/g, "COMMIT");
  };

  test("somebody has changed its files", async () => {
    const { remote, first: last } = await handedOff();
    remote.commit("Scale by hand", { "env/shop-prod/deployment-shop.yaml": "replicas: 9\n" });
    const told = await refused(remote, () => write(deliveryTo(remote), [deployment("2")], last));
    expect(told).toBe(
      "commit COMMIT of Jane Doe (Scale by hand) has changed env/shop-prod/deployment-shop.yaml in URL; take it into the stack's settings or revert it there; or take the branch as it is with pulumi up --refresh",
    );
  });

  test("somebody has removed them", async () => {
    const { remote, first: last } = await handedOff();
    remote.commit("Tidy up", { "env/shop-prod": null });
    const told = await refused(remote, () => write(deliveryTo(remote), [deployment("2")], last));
    expect(told).toMatch(
      /^commit COMMIT of Jane Doe \(Tidy up\) has changed env\/shop-prod\/deployment-shop\.yaml, env\/shop-prod\/kustomization\.yaml in URL;/,
    );
  });

  test("somebody has replaced the branch's history", async () => {
    const { remote, first: last } = await handedOff();
    remote.force({ "README.md": "new\n" });
    const told = await refused(remote, () => write(deliveryTo(remote), [deployment("2")], last));
    expect(told).toMatch(
      /^branch main of URL no longer has commit COMMIT, which was handed off last: somebody has replaced its history/,
    );
  });

  test("somebody has led the branch back to what was handed off before, be it what is wanted now", async () => {
    const { remote, first } = await handedOff();
    const last = await write(deliveryTo(remote), [deployment("2")], first);
    remote.git("update-ref", "refs/heads/main", first.revision);
    for (const image of ["1", "2", "3"]) {
      const told = await refused(remote, () =>
        write(deliveryTo(remote), [deployment(image)], last),
      );
      expect(told).toBe(
        "branch main of URL no longer has commit COMMIT, which was handed off last: somebody has replaced its history, and with it env/shop-prod/deployment-shop.yaml; put that commit back, or take the branch as it is with pulumi up --refresh",
      );
    }
  });

  test("the list in the folder is somebody else's", async () => {
    const remote = new GitRemote();
    remote.commit("Ours", { "env/shop-prod/kustomization.yaml": "resources: []\n" });
    expect(await refused(remote, () => write(deliveryTo(remote)))).toBe(
      "env/shop-prod/kustomization.yaml is somebody else's; allowed: a folder that only this stack writes to, which others may list",
    );
  });

  test("the folder is another stack's", async () => {
    const remote = new GitRemote();
    await write(deliveryTo(remote, { stack: "shop/dev" }));
    expect(await refused(remote, () => write(deliveryTo(remote)))).toMatch(
      /^env\/shop-prod\/kustomization\.yaml is of stack shop\/dev; allowed/,
    );
  });

  test("somebody else's file has the name of one of its own", async () => {
    const remote = new GitRemote();
    remote.commit("Ours", { "env/shop-prod/deployment-shop.yaml": "kind: Deployment\n" });
    expect(await refused(remote, () => write(deliveryTo(remote)))).toMatch(
      /^env\/shop-prod\/deployment-shop\.yaml in URL: somebody else has written what would be replaced/,
    );
  });

  test("the branch does not exist", async () => {
    const remote = new GitRemote();
    expect(await refused(remote, () => write(deliveryTo(remote, {}, { branch: "prod" })))).toBe(
      "branch prod does not exist in URL; create it, or set the branch that the controller follows",
    );
  });

  test("the repository does not exist", async () => {
    const remote = new GitRemote();
    const git = `${remote.url}-not`;
    expect(await refused(remote, () => write(deliveryTo(remote, {}, { git })))).toMatch(
      /^URL-not cannot be read: git fetch failed: .*does not appear to be a git repository.*; check the address, and the key or credential helper of git on this machine$/,
    );
  });

  test.each([
    ["a symbolic link", "link"],
    ["a file", "file"],
  ])("its folder is %s", async (what, kind) => {
    const remote = new GitRemote();
    if (kind === "link") {
      remote.link("env", "/etc");
    } else {
      remote.commit("A file", { env: "text\n" });
    }
    expect(await refused(remote, () => write(deliveryTo(remote)))).toBe(
      `env must be a folder in URL, got ${what}`,
    );
  });

  test("a hook of the server refuses the push", async () => {
    const remote = new GitRemote();
    const hook = folderWith({
      "pre-receive": "#!/bin/sh\necho 'main is \x1b[31mprotected' >&2\nexit 1\n",
    });
    chmodSync(join(hook, "pre-receive"), 0o755);
    remote.git("config", "core.hooksPath", hook);
    expect(await refused(remote, () => write(deliveryTo(remote)))).toMatch(
      /^branch main of URL cannot be pushed to: git push failed: remote: main is protected; .*pre-receive hook declined.*; check that the key may write, and that no rule of the branch forbids a push$/,
    );
  });
});

test("restores nothing where there was nothing, and refuses where somebody has changed it since", async () => {
  const { remote, first } = await handedOff();
  const delivery = deliveryTo(remote);
  const taken = { revision: first.revision, previous: first.previous ?? "", reason: "crash-loop" };
  expect(await at(delivery, (target) => target.restore(taken))).toBeUndefined();
  const others = { ...delivery, releases: [{ service: "api", image: "x", manifestHash: HASH }] };
  const api = await write(others, [deployment(), deployment("1", "api")], first);
  const added = { revision: api.revision, previous: api.previous ?? "", reason: "crash-loop" };
  expect(await at(others, (target) => target.restore(added))).toBeUndefined();
  expect(remote.head()).toBe(api.revision);
  const bad = await write(delivery, [deployment("2")], api);
  remote.commit("By hand", { "env/shop-prod/deployment-shop.yaml": "replicas: 9\n" });
  const since = { revision: bad.revision, previous: bad.previous ?? "", reason: "crash-loop" };
  await expect(at(delivery, (target) => target.restore(since))).rejects.toThrow(
    `env/shop-prod/deployment-shop.yaml of ${remote.url} is not restored: somebody has changed it since`,
  );
});

test("leaves files with hostile names beside its own as they are", async () => {
  const remote = new GitRemote();
  const names = [
    "env/shop-prod/a\tb\nc.txt",
    "env/shop-prod/--option",
    'env/shop-prod/"q".yaml',
    "env/shop-prod/ü.txt",
  ];
  remote.commit("Names", Object.fromEntries(names.map((name) => [name, "x\n"])));
  await write(deliveryTo(remote));
  expect(remote.files()).toEqual(expect.arrayContaining(names));
  expect(remote.git("fsck", "--strict")).toBe("");
});

test("takes it for its own where somebody has committed what is wanted now", async () => {
  const { remote, first } = await handedOff();
  const last = await write(deliveryTo(remote), [deployment("2")], first);
  const text = remote.show("env/shop-prod/deployment-shop.yaml", first.revision);
  const head = remote.commit("Back", { "env/shop-prod/deployment-shop.yaml": `${text}\n` });
  expect(await write(deliveryTo(remote), [deployment("1")], last)).toMatchObject({
    revision: head,
    previous: null,
  });
});

test("goes on after a history that was replaced where the files are those that it wrote last", async () => {
  const { remote, first: last } = await handedOff();
  const names = ["deployment-shop.yaml", "kustomization.yaml"];
  const files = names.map((name) => `env/shop-prod/${name}`);
  const head = remote.force(
    Object.fromEntries(files.map((path) => [path, `${remote.show(path)}\n`])),
  );
  expect(await write(deliveryTo(remote), [deployment("2")], last)).toMatchObject({
    previous: head,
  });
});

test("takes a branch as it is after a refresh, and replaces what somebody wrote there", async () => {
  const { remote } = await handedOff();
  const delivery = deliveryTo(remote);
  remote.commit("By hand", { "env/shop-prod/deployment-shop.yaml": "replicas: 9\n" });
  const found = await at(delivery, (target) =>
    target.found(["deployment-shop.yaml", "kustomization.yaml"]),
  );
  expect(found?.revision).toBe(remote.head());
  await write(delivery, [deployment("2")], found);
  expect(remote.show("env/shop-prod/deployment-shop.yaml")).toContain('image: "2"');
});

test("pushes a proposal to a branch of its own, again and again, and leaves the branch to the person who merges", async () => {
  const remote = new GitRemote();
  const head = remote.head();
  const delivery = deliveryTo(
    remote,
    { source: { commit: "c".repeat(40) } },
    { pullRequest: true },
  );
  await write(delivery);
  const again = await write(delivery, [deployment("2")]);
  expect(remote.head()).toBe(head);
  const branch = `slipway/shop-prod/${"c".repeat(12)}`;
  expect(remote.head(branch)).toBe(again.revision);
  remote.git("update-ref", "refs/heads/main", branch);
  expect(await write(delivery, [deployment("2")])).toMatchObject({ previous: null });
});

describe("how a revision that a controller reports stands to the one that was handed off:", () => {
  /** As it stands to what is written now, of these objects. */
  const standing = (
    remote: GitRemote,
    reported: (ours: string) => string,
    objects: readonly HandedObject[] = [deployment()],
    last?: Parameters<Target["write"]>[1],
  ) =>
    at(deliveryTo(remote), async (target) => {
      const written = await target.write(filesOf(objects, "shop/prod"), last);
      const handed = { revision: written.revision, changed: written.previous !== null };
      return target.lineage(handed).standing(reported(written.revision));
    });

  test("it is ours", async () => {
    expect(await standing(new GitRemote(), (ours) => ours)).toEqual({ kind: "ours" });
  });

  test("a later one that changes other files is ours", async () => {
    const remote = new GitRemote();
    const later = () => remote.commit("Others", { "env/other/a.yaml": "a\n" });
    expect(await standing(remote, later)).toEqual({ kind: "ours" });
  });

  test("one before it is earlier, be it of the same files", async () => {
    const { remote, first } = await handedOff();
    const second = await write(deliveryTo(remote), [deployment("2")], first);
    const told = await standing(remote, () => second.revision, [deployment()], second);
    expect(told).toEqual({ kind: "earlier" });
    expect(await standing(remote, () => first.revision, [deployment("2")])).not.toEqual({
      kind: "ours",
    });
  });

  test("one of the same files before it is ours where nothing was written", async () => {
    const { remote, first } = await handedOff();
    remote.commit("Others", { "env/other/a.yaml": "a\n" });
    const told = await standing(remote, () => first.revision, [deployment()], first);
    expect(told).toEqual({ kind: "ours" });
  });

  test("a later one that changes its files has taken over: by whom", async () => {
    const remote = new GitRemote();
    const files = { "env/shop-prod/deployment-shop.yaml": "x\n" };
    const told = await standing(remote, () => remote.commit("Scale by hand", files));
    expect(told).toEqual({
      kind: "foreign",
      words: `commit ${remote.head().slice(0, 12)} of Jane Doe changed env/shop-prod: Scale by hand`,
    });
  });

  test("one after which ours is gone has taken over: somebody has replaced the history", async () => {
    const remote = new GitRemote();
    let ours = "";
    const told = await standing(remote, (revision) => {
      ours = revision;
      return remote.force({ "README.md": "new\n" });
    });
    expect(told).toEqual({
      kind: "foreign",
      words: `branch main no longer has commit ${ours.slice(0, 12)}: somebody has replaced its history, and it is at ${remote.head().slice(0, 12)}`,
    });
  });

  test.each([
    ["a branch's name", "main"],
    ["a commit of another repository", "d".repeat(40)],
  ])("%s is unknown", async (_case, revision) => {
    expect(await standing(new GitRemote(), () => revision)).toEqual({ kind: "unknown" });
  });
});
