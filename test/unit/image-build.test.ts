// Cannot prove what a builder does with it: test/e2e/several-services.test.ts asks a real one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { contentHash } from "../../build-context/content-hash.ts";
import { Image } from "../../components/image/image.ts";
import { ImageBuild as Declared } from "../../components/image/image-build.ts";
import { FUNCTIONS, RESOURCES } from "../../contract/tokens.ts";
import { ImageBuild } from "../../provider/image-build.ts";
import { buildCommand } from "../../provider/image-build/command.ts";
import { LentSecrets } from "../../provider/image-build/lent-secrets.ts";
import { secretsOf } from "../../provider/image-build/secret-values.ts";
import { KnownSecrets } from "../../provider/known-secrets.ts";
import { IMAGE } from "../support/definitions.ts";
import { deploy, only, valueOf } from "../support/engine.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { settingsOf, VALID } from "../support/stack-config.ts";

afterEach(removeFolders);

const registry = { repository: "registry.example.com/team" };
const VALUE = "s3cret-value-of-a-build";

describe("a build that needs BuildKit", () => {
  test("is a resource of its own, whose inputs have no secret, and lends the value to the provider", async () => {
    const context = folderWith({ Dockerfile: "FROM scratch\n" });
    const lent: unknown[] = [];
    const build = {
      context,
      labels: { a: "b" },
      platform: "linux/amd64",
      secrets: { npm: { value: pulumi.secret(VALUE) }, rc: { file: join(context, "Dockerfile") } },
      ssh: { default: { env: "SSH_AUTH_SOCK" } },
      cacheTo: "registry.example.com/team/cache:shop",
    };
    const { result, declared } = await deploy(
      (opts) => new Image("shop", { source: { build }, registry }, opts),
      {
        outputs: () => ({ repoDigest: IMAGE }),
        answer: ({ token, inputs }) => {
          lent.push([token, inputs]);
          return {};
        },
      },
    );
    expect(lent).toEqual([[FUNCTIONS.lendSecrets, { values: { "shop/npm": VALUE } }]]);
    const { inputs, secrets } = only(declared, Declared);
    expect(secrets).toEqual([]);
    expect(JSON.stringify(inputs)).not.toContain(VALUE);
    expect(inputs).toMatchObject({
      imageName: `registry.example.com/team/shop:${result.version}`,
      platforms: ["linux/amd64"],
      labels: { a: "b" },
      secrets: {
        npm: { lent: "shop/npm" },
        rc: { file: expect.not.stringMatching(/^\//) as string },
      },
      ssh: { default: { env: "SSH_AUTH_SOCK" } },
      cacheTo: "registry.example.com/team/cache:shop",
    });
    expect(await valueOf(result.ref)).toBe(IMAGE);
    expect(result.platforms).toEqual(["linux/amd64"]);
    expect(declared.filter(({ resource }) => resource instanceof docker.Image)).toEqual([]);
  });

  test("lends nothing in a preview", async () => {
    const context = folderWith({ Dockerfile: "FROM scratch\n" });
    const build = { context, secrets: { npm: { value: pulumi.secret(VALUE) } } };
    const answer = () => {
      throw new Error("somebody asked");
    };
    const { declared } = await deploy(
      (opts) => new Image("shop", { source: { build }, registry }, opts),
      { preview: true, answer },
    );
    expect(only(declared, Declared).inputs).toMatchObject({
      secrets: { npm: { lent: "shop/npm" } },
    });
  });

  test("has a hash with its labels and platforms, and other builds have the one of before", () => {
    const context = folderWith({ Dockerfile: "FROM scratch\n" });
    const content = { context, dockerfile: join(context, "Dockerfile") };
    const plain = contentHash(content);
    expect(contentHash({ ...content, labels: undefined, platforms: undefined })).toBe(plain);
    const hashes = [
      plain,
      contentHash({ ...content, labels: { a: "b" } }),
      contentHash({ ...content, labels: { a: "c" } }),
      contentHash({ ...content, platforms: ["linux/amd64"] }),
      contentHash({ ...content, platforms: ["linux/amd64", "linux/arm64"] }),
    ];
    expect(new Set(hashes).size).toBe(5);
    expect(contentHash({ ...content, labels: { b: "1", a: "2" } })).toBe(
      contentHash({ ...content, labels: { a: "2", b: "1" } }),
    );
  });
});

describe("the client's command", () => {
  const build = {
    imageName: "registry.example.com/team/shop:tag",
    context: "shop",
    dockerfile: "shop/Dockerfile",
  };
  const nothing = { secrets: {}, ssh: {}, env: {} };

  test("names everything, and has the values of arguments and secrets in its environment", () => {
    const { args, env } = buildCommand(
      {
        ...build,
        target: "final",
        args: { TOKEN: "visible", HOME: "/x" },
        labels: { "a.b": "c d" },
        platforms: ["linux/amd64", "linux/arm64"],
        cacheFrom: ["r.example.com/cache:a"],
        cacheTo: "r.example.com/cache:a",
      },
      {
        secrets: { npm: { env: "V" }, rc: { src: "/a,b" } },
        ssh: { default: "/sock" },
        env: { V: VALUE },
      },
      "/meta",
    );
    expect(args).toEqual([
      ...["buildx", "build", "--push", "--progress", "plain", "--metadata-file", "/meta"],
      ...["--tag", build.imageName, "--file", "shop/Dockerfile", "--target", "final"],
      ...["--platform", "linux/amd64,linux/arm64"],
      ...["--build-arg", "TOKEN", "--build-arg", "HOME=/x", "--label", "a.b=c d"],
      ...["--secret", "id=npm,env=V", "--secret", 'id=rc,"src=/a,b"', "--ssh", "default=/sock"],
      ...["--cache-from", "type=registry,ref=r.example.com/cache:a", "--cache-to"],
      "type=registry,ref=r.example.com/cache:a,mode=max,image-manifest=true,oci-mediatypes=true",
      ...["--", "shop"],
    ]);
    expect(env).toEqual({ BUILDX_NO_DEFAULT_ATTESTATIONS: "1", TOKEN: "visible", V: VALUE });
  });

  test("says nothing of what is not asked for", () => {
    const { args } = buildCommand(build, nothing, "/meta");
    expect(args).toEqual([
      ...["buildx", "build", "--push", "--progress", "plain", "--metadata-file", "/meta"],
      ...["--tag", build.imageName, "--file", "shop/Dockerfile", "--", "shop"],
    ]);
  });
});

describe("secrets of a build", () => {
  test("come from the run, a variable or a file, and are masked in what the builder prints", async () => {
    const known = new KnownSecrets();
    const lent = new LentSecrets(known);
    expect(lent.lend({ values: { "shop/a": VALUE } })).toEqual({ lent: ["shop/a"] });
    const folder = folderWith({ npmrc: "//r.example.com/:_authToken=npm_of_a_file_12345\n" });
    process.env["OF_THE_RUN"] = "value-of-the-variable";
    const given = await secretsOf(
      {
        secrets: {
          a: { lent: "shop/a" },
          b: { env: "OF_THE_RUN" },
          c: { file: join(folder, "npmrc") },
        },
        ssh: { default: { env: "OF_THE_RUN" }, key: { file: "/key" } },
      },
      lent,
      known,
    );
    expect(given).toEqual({
      secrets: {
        a: { env: "SLIPWAY_BUILD_SECRET_0" },
        b: { env: "OF_THE_RUN" },
        c: { src: join(folder, "npmrc") },
      },
      ssh: { default: "value-of-the-variable", key: "/key" },
      env: { SLIPWAY_BUILD_SECRET_0: VALUE },
    });
    const said = known.tell(`${VALUE} value-of-the-variable x npm_of_a_file_12345`);
    for (const value of [VALUE, "value-of-the-variable", "npm_of_a_file_12345"]) {
      expect(said).not.toContain(value);
    }
    delete process.env["OF_THE_RUN"];
  });

  test.each([
    [
      { a: { lent: "shop/a" } },
      "the build's secret shop/a was not handed to this run; run pulumi up again",
    ],
    [
      { a: { env: "NOT_SET_ANYWHERE" } },
      "the build's secret a: the environment variable NOT_SET_ANYWHERE is not set; set it",
    ],
    [
      { a: { file: "/nowhere/at/all" } },
      /^the build's secret a: \/nowhere\/at\/all cannot be read: .*ENOENT/,
    ],
  ])("of which one is missing end the build: %j", async (secrets, message) => {
    const known = new KnownSecrets();
    await expect(secretsOf({ secrets }, new LentSecrets(known), known)).rejects.toThrow(message);
  });

  test("that are too large are refused before the builder does", async () => {
    const folder = folderWith({});
    writeFileSync(join(folder, "large"), Buffer.alloc(600 * 1024));
    const known = new KnownSecrets();
    await expect(
      secretsOf({ secrets: { a: { file: join(folder, "large") } } }, new LentSecrets(known), known),
    ).rejects.toThrow(/it has 614400 bytes; allowed: at most 512000/);
  });
});

describe("the resource", () => {
  const known = new KnownSecrets();
  const lookup = () => ({
    digest: () => Promise.resolve(undefined),
    copy: () => Promise.resolve(),
    attached: () => Promise.resolve([]),
  });
  const subject = { urn: "u", type: RESOURCES.ImageBuild, name: "shop", log: {} as never };
  const resource = new ImageBuild(
    lookup,
    new LentSecrets(known),
    known,
    new AbortController().signal,
  );
  const inputs = {
    imageName: "r.example.com/shop:a",
    context: "shop",
    dockerfile: "shop/Dockerfile",
  };

  test("is built again for other content, and for nothing else", async () => {
    const changed = async (change: object) => {
      const change0 = { id: "i", oldInputs: inputs, oldOutputs: inputs, ignoreChanges: [] };
      return resource.diff(subject, { ...change0, news: { ...inputs, ...change } });
    };
    expect(await changed({ imageName: "r.example.com/shop:b" })).toEqual({
      changed: ["imageName"],
    });
    expect(await changed({ context: "./shop" })).toEqual({ changed: ["context"] });
    expect(await changed({ secrets: { a: { env: "B" } }, cacheTo: "r.example.com/c:a" })).toEqual({
      changed: [],
    });
  });

  test("that the registry has lost is gone", async () => {
    const outputs = { ...inputs, repoDigest: IMAGE };
    expect(await resource.read(subject, { id: "i", outputs, inputs })).toBeUndefined();
  });
});

describe("settings of a build", () => {
  const shop = (build: object) => ({
    ...VALID,
    services: { shop: { build: { context: "shop", ...build }, port: 8080 } },
  });

  test("hand over secrets as what they are, and keep their setting", async () => {
    const build = { secrets: { a: { setting: "token" }, b: { env: "B" }, c: { file: "shop/rc" } } };
    const { services } = settingsOf({ ...shop(build), token: VALUE }, { secretKeys: ["token"] });
    const { secrets } = (
      services["shop"] as { build: { secrets: Record<string, { value: pulumi.Output<string> }> } }
    ).build;
    expect(await valueOf(secrets["a"]?.value ?? pulumi.output(""))).toBe(VALUE);
    expect(secrets["b"]).toEqual({ env: "B" });
    expect(secrets["c"]).toEqual({ file: expect.stringMatching(/\/shop\/rc$/) as string });
  });

  test.each<[string, object, object, RegExp]>([
    [
      "a setting in clear",
      { secrets: { a: { setting: "token" } } },
      { token: "x" },
      /secrets\.a\.setting: slipway:token holds a value in clear/,
    ],
    [
      "a setting that is missing",
      { secrets: { a: { setting: "token" } } },
      {},
      /secrets\.a\.setting: slipway:token is missing; run pulumi config set --secret/,
    ],
    [
      "two sources",
      { secrets: { a: { env: "A", file: "b" } } },
      {},
      /secrets\.a: got .*; allowed: one of \{setting/,
    ],
    [
      "no source",
      { ssh: { default: {} } },
      {},
      /ssh\.default: got \{\}; allowed: one of \{env: SSH_AUTH_SOCK\}/,
    ],
    [
      "an agent by a setting",
      { ssh: { default: { setting: "a" } } },
      {},
      /ssh\.default\.setting: unknown key; allowed: env, file/,
    ],
    [
      "an id with a comma",
      { secrets: { "a,b": { env: "A" } } },
      {},
      /secrets.*got "a,b"; allowed: an id as the Dockerfile's --mount has it/,
    ],
    [
      "platform and platforms",
      { platform: "linux/amd64", platforms: ["linux/amd64"] },
      {},
      /platform: got "linux\/amd64"; allowed: either platform or platforms/,
    ],
    ["no platform", { platforms: [] }, {}, /platforms: got \[\]; allowed: at least one platform/],
    [
      "a platform that does not exist",
      { platforms: ["linux/toaster"] },
      {},
      /platforms\[0\]: got "linux\/toaster"; allowed: a platform such as/,
    ],
    [
      "a cache that is no image",
      { cacheTo: "type=local,dest=/x" },
      {},
      /cacheTo: got "type=local,dest=\/x"; allowed: an image that holds the cache/,
    ],
    [
      "a label without text",
      { labels: { a: {} } },
      {},
      /labels\.a: got \{\}; allowed: a string, a number, true or false/,
    ],
  ])("refuse %s", (_, build, others, message) => {
    expect(() => settingsOf({ ...shop(build), ...others })).toThrow(message);
  });
});
