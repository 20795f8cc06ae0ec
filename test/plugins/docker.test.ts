// Runs against whichever Docker plugin is installed; the image is built, pushed and pulled for real, but run by nobody.
import { lstatSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { execa } from "execa";

import { contextFiles } from "../../build-context/context-files.ts";
import { environment } from "../../tools/platform/environment.ts";
import { registryDigest } from "../../tools/platform/registry-digest.ts";
import { Program } from "../../testbed/program.ts";

let program: Program;
beforeAll(async () => {
  program = await Program.create("docker");
  await program.file(
    "Dockerfile",
    "FROM scratch\nARG GREETING=none\nLABEL greeting=${GREETING}\nCOPY content /\n",
  );
  await program.file(".dockerignore", "*\n!content\n");
  await program.file("content", "one");
});
afterAll(async () => {
  await program.dispose();
});

/** Files that patterns are about, and their neighbours. */
const PATHS = [
  ...["logs/a", "a/logs/b", "a.tmp", "a/b/c.tmp", "tmp", "ace", "aee", "c++", "c", "x^y", "xy"],
  ...["docs/a/b", "docs/keep.md", "doc", "!odd", "odd", "spaced", "gone", "cleaned/a"],
  ...["profile", "profiles/a", "a.log", "kept.log", "a/a.log", "CASE", "case", "#", ".env"],
];

const repository = () => `${environment()["SLIPWAY_REGISTRY"]}/${program.namespace}`;

const image = (inputs = "", build = "") => `
  const image = new docker.Image("image", {
    imageName: process.env.SLIPWAY_REGISTRY + "/" + namespace + ":test",
    build: { context: ".", ${build} }, ${inputs}
  });
  module.exports = { name: image.imageName, ref: image.repoDigest };
`;

test("an image is built and pushed once for its content and arguments, and known by the registry's digest", async () => {
  const digests: string[] = [];
  const build = async (text: string) => {
    await program.upWith(text);
    const { ref } = await program.outputs<{ ref: string }>();
    digests.push(ref);
    return ref;
  };

  expect(await build(image())).toMatch(/@sha256:[0-9a-f]{64}$/);
  expect(digests[0]).toBe(
    `${repository()}@${(await registryDigest(`${repository()}:test`)) ?? ""}`,
  );

  await program.file("not-in-the-context", "x");
  await program.must("up", "--yes", "--skip-preview", "--expect-no-changes");

  await program.file("content", "two");
  await build(image());
  await build(image("", `args: { GREETING: "hello" }`));
  expect(new Set(digests).size).toBe(3);
});

test("the builder gets the files that the content's hash is made of, whatever the patterns are", async () => {
  const rules = join(program.folder, "rules");
  const patterns = [
    "\uFEFF# what nobody needs",
    "/logs/",
    "**/*.tmp",
    "a[b-d]e",
    "c++",
    "x^y",
    "doc*/**",
    "!docs/keep.md",
  ];
  const more = [
    "\\!odd",
    "  spaced  ",
    "./cleaned//../gone",
    "profile**",
    "*.log",
    "!kept.log",
    "CASE",
  ];
  for (const path of PATHS) {
    await mkdir(dirname(join(rules, path)), { recursive: true });
    await writeFile(join(rules, path), path);
  }
  await writeFile(join(rules, ".dockerignore"), [...patterns, ...more, ""].join("\n"));
  await writeFile(join(rules, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  await program.upWith(image("", "").replace('context: "."', 'context: "rules"'));
  const { ref } = await program.outputs<{ ref: string }>();

  const { PATH } = environment();
  const exported = execa("crane", ["export", "--insecure", ref, "-"], {
    env: { PATH },
    encoding: "buffer",
  });
  const { stdout } = await execa("tar", ["--list"], { input: (await exported).stdout });
  const got = stdout.split("\n").filter((path) => lstatSync(join(rules, path)).isFile());
  expect(got.sort()).toEqual(contextFiles(rules, join(rules, "Dockerfile")));
  expect(got).toEqual(expect.arrayContaining(["docs/keep.md", "kept.log", "case", "c"]));
});

test("a preview builds nothing and knows no digest", async () => {
  await program.file("Dockerfile", "FROM scratch\nCOPY not-there /\n");
  await program.write(image());
  const { exitCode, output } = await program.preview();
  expect(exitCode).toBe(0);
  expect(output).toMatch(/contextDigest/);

  await program.write(image("buildOnPreview: true"));
  expect((await program.preview()).exitCode).not.toBe(0);
});

test("a failed build ends with the builder's own words", async () => {
  await program.write(image());
  const { exitCode, output } = await program.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/not-there/);
});

test("a failed push ends with the reason, and no password in it", async () => {
  await program.file("Dockerfile", "FROM scratch\nCOPY content /\n");
  await program.write(`
    new docker.Image("elsewhere", {
      imageName: "127.0.0.1:9/team/shop:test", build: { context: "." },
      registry: { server: "127.0.0.1:9", username: "robot", password: pulumi.secret("hunter2-is-long") },
    });
  `);
  const { exitCode, output } = await program.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/127\.0\.0\.1:9.*refused/);
  expect(output + (await program.state())).not.toContain("hunter2-is-long");
});
