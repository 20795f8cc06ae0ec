// Cannot prove that a builder builds or a registry takes the push: the end-to-end stories do.
import { execFileSync } from "node:child_process";
import { join, relative } from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { Image, type ImageArgs, type ImageSource } from "../../components/image/image.ts";
import { requirePushed } from "../../components/image/require-pinned.ts";
import {
  isPinned,
  isReference,
  isRepository,
  registryServer,
} from "../../contract/image-reference.ts";
import { CONTROLS, HOSTILE } from "../fixtures/hostile-text.ts";
import { IMAGE } from "../support/definitions.ts";
import { deploy, inputsOf, only, valueOf } from "../support/engine.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterEach(removeFolders);

const registry = { repository: "registry.example.com/team" };
const shopFolder = (): string => folderWith({ Dockerfile: "FROM scratch\n", "main.js": "1\n" });
const pushed = () => ({ repoDigest: IMAGE });

const image = (args: ImageArgs, options = {}) =>
  deploy((opts) => new Image("shop", args, opts), { outputs: pushed, ...options });

test("builds under the hash of its content, and is known by the digest that was pushed", async () => {
  const context = shopFolder();
  const { result, declared } = await image({ source: { build: { context } }, registry });

  expect(result.version).toMatch(/^[0-9a-f]{32}$/);
  expect(inputsOf(declared, docker.Image).imageName).toBe(
    `registry.example.com/team/shop:${result.version}`,
  );
  expect(only(declared, docker.Image).opts.parent).toBe(result);
  expect(await valueOf(result.ref)).toBe(IMAGE);
});

test("names its paths from the project, so that two checkouts have the same inputs", async () => {
  const context = shopFolder();
  const { declared } = await image({ source: { build: { context } }, registry });
  const here = relative(process.cwd(), context);
  expect(inputsOf(declared, docker.Image).build).toMatchObject({
    context: here,
    dockerfile: join(here, "Dockerfile"),
  });
});

test("passes Dockerfile, target, arguments and platform to the builder", async () => {
  const build = {
    context: shopFolder(),
    dockerfile: join(folderWith({ Recipe: "FROM scratch\n" }), "Recipe"),
    target: "final",
    args: { BASE: "scratch" },
    platform: "linux/arm64",
  };
  const { declared } = await image({ source: { build }, registry });
  expect(inputsOf(declared, docker.Image).build).toMatchObject({
    dockerfile: relative(process.cwd(), build.dockerfile),
    target: "final",
    args: { BASE: "scratch" },
    platform: "linux/arm64",
  });
});

test("logs in with the settings' credentials, and keeps the password a secret", async () => {
  const login = { ...registry, username: "robot", password: pulumi.secret("hunter2") };
  const { declared } = await image({
    source: { build: { context: shopFolder() } },
    registry: login,
  });
  expect(inputsOf(declared, docker.Image).registry).toEqual({
    server: "registry.example.com",
    username: "robot",
    password: "hunter2",
  });
  expect(only(declared, docker.Image).secrets).toEqual(["registry"]);
});

test("takes a pinned image as it is, and makes nothing", async () => {
  const { result, declared } = await image({ source: { image: IMAGE } });
  expect(declared.map(({ resource }) => resource)).toEqual([result]);
  expect(await valueOf(result.ref)).toBe(IMAGE);
  expect(result.version).toBe("a".repeat(32));
});

describe("an image that is named", () => {
  const nowhere = pulumi.output(`registry.example.com/shop@sha256:${"a".repeat(64)}`);
  const tag =
    "allowed: repository@sha256:<64 hex digits>; a tag can be moved, so use the digest that the push of the image printed";

  test.each([
    ["shop:latest", `image of shop: got "shop:latest"; ${tag}`],
    ["shop", `image of shop: got "shop"; ${tag}`],
    ["", `image of shop: got ""; ${tag}`],
    [
      `shop:1@sha256:${"a".repeat(64)}`,
      `image of shop: got "shop:1@sha256:${"a".repeat(64)}"; ${tag}`,
    ],
    [undefined, `image of shop: got undefined; ${tag}`],
    [
      nowhere,
      "image of shop: got an Output; allowed: a string, repository@sha256:<64 hex digits>, that the program knows when it starts; to run what is built in the same program, give build instead of image",
    ],
    [pulumi.secret("shop:hunter2"), "image of shop: got an Output; allowed: a string"],
  ])("is not said to come from a push where it is not pinned (%#)", async (named, message) => {
    const sources: ImageSource[] = [
      { image: named as string },
      { promoted: named as string, origin: { commit: undefined, dirty: false } },
    ];
    for (const source of sources) {
      const failed = await image({ source, registry }).catch((error: unknown) => error);
      expect(pulumi.RunError.isInstance(failed)).toBe(true);
      expect((failed as Error).message).toContain(message);
      expect((failed as Error).message).not.toMatch(/from the push|hunter2/);
    }
  });
});

test("is not known before it is built, but its tag is", async () => {
  const { result, declared } = await image(
    { source: { build: { context: shopFolder() } }, registry },
    { preview: true, outputs: () => ({ repoDigest: undefined }) },
  );
  expect(await valueOf(result.ref)).toBeUndefined();
  expect(inputsOf(declared, docker.Image).imageName).toContain(result.version);
});

describe("the commit", () => {
  const committed = (): string => {
    const folder = shopFolder();
    for (const command of [
      ["init", "--quiet"],
      ["add", "."],
      [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "commit",
        "--quiet",
        "--message",
        "m",
      ],
    ]) {
      execFileSync("git", ["-C", folder, ...command]);
    }
    return folder;
  };
  const commitOf = (folder: string) =>
    execFileSync("git", ["-C", folder, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  const commitAgain = (folder: string) =>
    execFileSync("git", [
      "-C",
      folder,
      "-c",
      "user.name=t",
      "-c",
      "user.email=t@example.com",
      "commit",
      "--quiet",
      "--allow-empty",
      "--message",
      "m",
    ]);

  test("stays outside the image: another commit of the same content is the same image", async () => {
    const context = committed();
    const before = await image({ source: { build: { context } }, registry });
    commitAgain(context);
    const after = await image({ source: { build: { context } }, registry });
    expect(after.result.source.commit).toBe(commitOf(context));
    expect(after.result.source.commit).not.toBe(before.result.source.commit);
    expect(after.result.version).toBe(before.result.version);
    expect(inputsOf(after.declared, docker.Image)).toEqual(inputsOf(before.declared, docker.Image));
  });

  test("enters the image where the settings name an argument for it", async () => {
    const context = committed();
    const build = { context, commitArg: "COMMIT" };
    const before = await image({ source: { build }, registry });
    expect(inputsOf(before.declared, docker.Image).build).toMatchObject({
      args: { COMMIT: commitOf(context) },
    });
    commitAgain(context);
    const after = await image({ source: { build }, registry });
    expect(after.result.version).not.toBe(before.result.version);
  });

  test("is unknown to an image of no repository", async () => {
    const build = { context: shopFolder(), commitArg: "COMMIT" };
    const { declared } = await image({ source: { build }, registry });
    expect(inputsOf(declared, docker.Image).build).toMatchObject({ args: { COMMIT: "unknown" } });
  });
});

test("a context that cannot be hashed ends the run with the file's name and no stack trace", async () => {
  const context = shopFolder();
  execFileSync("mkfifo", [join(context, "pipe")]);
  const failed = await image({ source: { build: { context } }, registry }).catch(
    (error: unknown) => error,
  );
  expect(pulumi.RunError.isInstance(failed)).toBe(true);
  expect(String(failed)).toMatch(
    /build context of shop: .*pipe is neither file, folder nor link; remove it, or add it to \.dockerignore"?$/,
  );
});

test("a name in a repository is told without what a terminal obeys", async () => {
  const context = shopFolder();
  execFileSync("mkfifo", [join(context, HOSTILE.replaceAll(/[/\0]/g, "").slice(0, 120))]);
  const failed = await image({ source: { build: { context } }, registry }).catch(
    (error: unknown) => error,
  );
  expect(pulumi.RunError.isInstance(failed)).toBe(true);
  const { message } = failed as Error;
  expect(message).toMatch(/^build context of shop: .*link.* is neither file, folder nor link/s);
  expect(message).not.toMatch(CONTROLS);
});

describe("references", () => {
  test.each(["<none>@<none>", "registry.example.com/shop:1", `shop@sha256:${"a".repeat(63)}`, ""])(
    "%j is not what a push may answer, and the error says what to do",
    (reference) => {
      expect(() => requirePushed("shop", reference)).toThrow(
        /^image of shop: got ".*" from the push; allowed: .*; check that the registry/,
      );
    },
  );

  test.each<readonly [reference: string, expected: boolean]>([
    [`shop@sha256:${"a".repeat(64)}`, true],
    [`localhost:5000/a/b-c_d@sha256:${"0".repeat(64)}`, true],
    [`shop:1@sha256:${"a".repeat(64)}`, false],
    [`Shop@sha256:${"a".repeat(64)}`, false],
    [`shop@sha256:${"A".repeat(64)}`, false],
    [`shop@sha512:${"a".repeat(64)}`, false],
    ...[
      "--tarball=x",
      "-x.y/shop",
      "--x/shop",
      "user:pw@registry.example.com/shop",
      "localhost/..//",
      "localhost/../x",
      "registry.example.com//shop",
      "registry.example.com:/shop",
      "registry.example.com:123456/shop",
      "registry..example.com/shop",
      "registry.example.com/a..b",
      "registry.example.com/a___b",
      "registry.example.com/shop/",
      "registry.example.com/-shop",
      "registry.example.com/sh\u043ep",
      "registry.example.com/shop\n",
      "registry.example.com/sh\x1bop",
      "https://registry.example.com/shop",
      "Team/shop",
      "a".repeat(256),
      "a".repeat(100_000),
    ].map((repository) => [`${repository}@sha256:${"a".repeat(64)}`, false] as const),
    [`xn--80a.example.com:5000/a.b/c__d/e--f@sha256:${"a".repeat(64)}`, true],
  ])("%s is pinned: %s", (reference, expected) => {
    expect(isPinned(reference)).toBe(expected);
  });

  test.each([
    ["registry.example.com/shop:1.2_a-b", true],
    [`registry.example.com/shop@sha256:${"a".repeat(64)}`, true],
    ["registry.example.com/shop", false],
    ["localhost:5000/shop", false],
    ["--tarball=x:1", false],
    ["registry.example.com/shop:-x", false],
    [`registry.example.com/shop:${"a".repeat(129)}`, false],
    [`registry.example.com/shop:1@sha256:${"a".repeat(64)}`, false],
    ["", false],
    [":1", false],
  ])("%s may be looked up: %s", (reference, expected) => {
    expect(isReference(reference)).toBe(expected);
  });

  test.each([
    ["registry.example.com/team/shop", "registry.example.com"],
    ["127.0.0.1:5000/shop", "127.0.0.1:5000"],
    ["localhost/shop", "localhost"],
    ["team/shop", "docker.io"],
  ])("%s lies in %s", (repository, server) => {
    expect(isRepository(repository)).toBe(true);
    expect(registryServer(repository)).toBe(server);
  });
});
