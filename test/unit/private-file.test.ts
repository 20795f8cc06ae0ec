// Real files and a real pipe; that the token in one works is proved by test/e2e/lanes.test.ts.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

import { EXIT_CODE } from "../../cli/exit-code.ts";
import { writePrivate } from "../../cli/result-file.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
const write = (file: string) => writePrivate("--out", file, "the token");

test("a new file is its owner's alone", async () => {
  const folder = folderWith({});
  await write(join(folder, "access"));
  expect(readFileSync(join(folder, "access"), "utf8")).toBe("the token");
  expect(modeOf(join(folder, "access"))).toBe("600");
});

test("a file that everybody may read is replaced, also for who has it open", async () => {
  const folder = folderWith({ access: "of before" });
  const file = join(folder, "access");
  chmodSync(file, 0o644);
  const reader = openSync(file, "r");
  await write(file);
  expect(readFileSync(reader, "utf8")).toBe("of before");
  closeSync(reader);
  expect(readFileSync(file, "utf8")).toBe("the token");
  expect(modeOf(file)).toBe("600");
  expect(readdirSync(folder)).toEqual(["access"]);
});

test("a link stays, and what it leads to is replaced", async () => {
  const folder = folderWith({ "secrets/access": "of before" });
  chmodSync(join(folder, "secrets/access"), 0o644);
  symlinkSync("secrets/access", join(folder, "link"));
  await write(join(folder, "link"));
  expect(readFileSync(join(folder, "secrets/access"), "utf8")).toBe("the token");
  expect(modeOf(join(folder, "secrets/access"))).toBe("600");
  expect(readdirSync(folder)).toEqual(["link", "secrets"]);
  expect(readdirSync(join(folder, "secrets"))).toEqual(["access"]);
});

test("a link to nothing is replaced itself", async () => {
  const folder = folderWith({});
  symlinkSync("gone/access", join(folder, "link"));
  await write(join(folder, "link"));
  expect(readFileSync(join(folder, "link"), "utf8")).toBe("the token");
  expect(readdirSync(folder)).toEqual(["link"]);
});

test("a pipe is written to, and so is what a process has open", async () => {
  const folder = folderWith({ taken: "first " });
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const [read] = await Promise.all([
    open(pipe).then(async (file) => {
      const text = await file.readFile("utf8");
      await file.close();
      return text;
    }),
    write(pipe),
  ]);
  expect(read).toBe("the token");
  expect(statSync(pipe).isFIFO()).toBe(true);

  const taken = openSync(join(folder, "taken"), "a");
  const { ino } = statSync(join(folder, "taken"));
  await write(`/proc/self/fd/${taken}`);
  closeSync(taken);
  expect(statSync(join(folder, "taken")).ino).toBe(ino);
  expect(readFileSync(join(folder, "taken"), "utf8")).toBe("first the token");
  expect(readdirSync(folder)).toEqual(["pipe", "taken"]);
});

test("a pipe of somebody else, who would read it, gets nothing", async () => {
  const pipe = join(folderWith({}), "pipe");
  execFileSync("mkfifo", [pipe]);
  jest.spyOn(process, "getuid").mockReturnValue(statSync(pipe).uid + 1);
  await expect(write(pipe)).rejects.toMatchObject({
    exitCode: EXIT_CODE.badInput,
    message: `--out: got "${pipe}", a pipe of somebody else, who would read it; allowed: a file in a folder that exists, a pipe of your own, or - for standard output`,
  });
  jest.restoreAllMocks();
});

test("a folder and a folder that is gone are refused, and leave nothing", async () => {
  const folder = folderWith({ "taken/file": "" });
  for (const [file, code] of [
    [join(folder, "taken"), "EISDIR"],
    [join(folder, "gone/access"), "ENOENT"],
  ] as const) {
    await expect(write(file)).rejects.toMatchObject({
      exitCode: EXIT_CODE.badInput,
      message: `--out: got "${file}", which cannot be written (${code}); allowed: a file in a folder that exists, or - for standard output`,
    });
  }
  expect(readdirSync(folder)).toEqual(["taken"]);
});
