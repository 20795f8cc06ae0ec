// Runs the adapter with a program in the language host's place; it cannot prove what the host does with the flags.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const adapter = join(import.meta.dirname, "../../tools/engine/pulumi-language-nodejs.sh");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway adapter "));
  const bin = join(folder, "bin of it");
  mkdirSync(bin);
  copyFileSync(adapter, join(bin, "pulumi-language-nodejs"));
  writeFileSync(
    join(bin, "pulumi-language-nodejs-v3.53.1"),
    '#!/bin/sh\nfor argument; do echo "$argument"; done\n',
  );
  for (const file of ["pulumi-language-nodejs", "pulumi-language-nodejs-v3.53.1"]) {
    chmodSync(join(bin, file), 0o755);
  }
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each<[string, string, string[]]>([
  ["no options", "name: shop\nruntime: nodejs\n", []],
  ["a runtime without options", "runtime:\n  name: nodejs\nmain: .\n", []],
  [
    "plain values",
    options("typescript: false", "nodeargs: --require ./preload.cjs"),
    ["--typescript=false", "--nodeargs=--require ./preload.cjs"],
  ],
  [
    "double quotes",
    options('nodeargs: "--require ./a #b.cjs" # why'),
    ["--nodeargs=--require ./a #b.cjs"],
  ],
  [
    "single quotes",
    options("nodeargs: '--require=./a, b.cjs'"),
    ["--nodeargs=--require=./a, b.cjs"],
  ],
  [
    "a comment after a plain value",
    options("typescript: true # the default"),
    ["--typescript=true"],
  ],
  ["an empty value", options("nodeargs:"), []],
  [
    "a commented-out option",
    options("# nodeargs: --inspect", "typescript: false"),
    ["--typescript=false"],
  ],
  [
    "options in one line",
    "runtime: {name: nodejs, options: {typescript: false, nodeargs: --inspect}}\n",
    ["--typescript=false", "--nodeargs=--inspect"],
  ],
  [
    "Windows line ends",
    options("typescript: false").replaceAll("\n", "\r\n"),
    ["--typescript=false"],
  ],
  [
    "the same words elsewhere",
    "description: x\nconfig:\n  typescript: false\n  nodeargs: --inspect\nruntime: nodejs\n",
    [],
  ],
  [
    "the same words after the runtime",
    `${options("typescript: true")}config:\n  nodeargs: --inspect\n`,
    ["--typescript=true"],
  ],
])("passes %s of Pulumi.yaml on as flags, before the engine's own", async (_, project, flags) => {
  writeFileSync(join(folder, "Pulumi.yaml"), project);
  expect(await run()).toEqual([...flags, "127.0.0.1:1 2"]);
});

test("passes the engine's arguments alone where there is no Pulumi.yaml", async () => {
  expect(await run()).toEqual(["127.0.0.1:1 2"]);
});

function options(...lines: string[]): string {
  return [
    "name: shop",
    "runtime:",
    "  name: nodejs",
    "  options:",
    ...lines.map((line) => `    ${line}`),
    "",
  ].join("\n");
}

async function run(): Promise<string[]> {
  const program = join(folder, "bin of it/pulumi-language-nodejs");
  const { stdout } = await execa(program, ["127.0.0.1:1 2"], { cwd: folder });
  return stdout.split("\n");
}
