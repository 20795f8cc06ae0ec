// Runs the pipeline's scripts for trials with a server in the place of GitHub and a program in the place of npx; that GitHub answers so, and what
// the real command does, is not proved here: test/e2e/trials.test.ts has the command.
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { execa } from "execa";

import { folderWith, removeFolders } from "../support/folder.ts";
import { CHECKOUT } from "../support/stack-config.ts";

/** What the server answers by page, and what it was asked. */
let pages: (number[] | undefined)[] = [];
/** What it answers instead from the second time on that the first page is asked for. */
let later: (number[] | undefined)[] | undefined;
/** The body of every answer, if it is not a list of pull requests. */
let body: string | undefined;
let asked: string[] = [];
let server: Server;
beforeAll(async () => {
  server = createServer(({ url = "", headers }, response) => {
    asked.push(`${url} ${headers.authorization ?? ""}`);
    const index = Number(new URL(url, "http://x").searchParams.get("page")) - 1;
    const isAgain = asked.filter((each) => each.includes("&page=1 ")).length > 1;
    const all = isAgain ? (later ?? pages) : pages;
    const page = all[index];
    response.statusCode = page === undefined ? 500 : 200;
    if (all.length > index + 1) {
      response.setHeader(
        "link",
        `<http://x?page=${index + 2}>; rel="next", <http://x>; rel="last"`,
      );
    }
    response.end(body ?? JSON.stringify((page ?? []).map((number) => ({ number }))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
});
afterEach(() => {
  asked = [];
  later = undefined;
  body = undefined;
  removeFolders();
});

/** A checkout with the scripts, and an npx that notes its arguments and ends so. */
function checkout(code = 0, printed = ""): string {
  const folder = folderWith({ token: "t0ken\n", calls: "" });
  mkdirSync(join(folder, "jenkins"));
  cpSync(join(CHECKOUT, "jenkins/scripts"), join(folder, "jenkins/scripts"), { recursive: true });
  for (const name of ["preload.cjs", "package.json"]) {
    cpSync(join(CHECKOUT, name), join(folder, name));
  }
  symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
  const npx = join(folder, "npx");
  writeFileSync(
    npx,
    `#!/bin/sh\necho "$@" >> ${folder}/calls\nprintf '%s' '${printed}'\nexit ${code}\n`,
  );
  chmodSync(npx, 0o755);
  return folder;
}

function run(
  folder: string,
  script: string,
  env: Readonly<Record<string, string>>,
  ...args: string[]
) {
  const path = `${folder}:${process.env["PATH"] ?? ""}`;
  return execa(join(folder, "jenkins/scripts", script), args, {
    env: { ...env, PATH: path },
    reject: false,
  });
}

const sweep = (folder: string) =>
  run(folder, "sweep.sh", {
    SLIPWAY_REPOSITORY: "team/shop",
    GITHUB_TOKEN_FILE: join(folder, "token"),
    GITHUB_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
const callsOf = (folder: string) => readFileSync(join(folder, "calls"), "utf8");

test("a sweep has the numbers of all pages of open pull requests, also of one with fewer than it may have", async () => {
  const first = Array.from({ length: 99 }, (_, index) => index + 1);
  pages = [first, [101, 205]];
  const folder = checkout();
  expect((await sweep(folder)).exitCode).toBe(0);
  expect(callsOf(folder)).toBe(
    `slipway trial sweep --yes --open ${[...first, 101, 205].join(",")}\n`,
  );
  expect(asked).toEqual(
    [1, 2, 1, 2].map(
      (page) =>
        `/repos/team/shop/pulls?state=open&sort=created&direction=asc&per_page=100&page=${page} Bearer t0ken`,
    ),
  );
});

test("a pull request that moves to an earlier page while they are read is still open", async () => {
  const first = Array.from({ length: 100 }, (_, index) => index + 1);
  // Between the first page and the second, 1 is closed, so that 101 is the last of the first.
  pages = [first, [102]];
  later = [[...first.slice(1), 101], [102]];
  const folder = checkout();
  await sweep(folder);
  expect(callsOf(folder)).toContain(",102,101\n");
});

test.each([["{}"], ['[{"id": 1}]'], ["[null]"], ["<html>"]])(
  "where GitHub answers %s, nothing is swept",
  async (answer) => {
    pages = [[]];
    body = answer;
    const folder = checkout();
    expect((await sweep(folder)).exitCode).not.toBe(0);
    expect(callsOf(folder)).toBe("");
  },
);

test("a repository without open pull requests says so, in a word", async () => {
  pages = [[]];
  const folder = checkout();
  await sweep(folder);
  expect(callsOf(folder)).toBe("slipway trial sweep --yes --open none\n");
});

test("where GitHub does not answer, nothing is swept", async () => {
  pages = [Array.from({ length: 100 }, (_, index) => index + 1)];
  const folder = checkout();
  const { exitCode, stderr } = await sweep(folder);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(
    /^which pull requests are open is not known, so that nothing is swept: http.* answers 500$/,
  );
  expect(callsOf(folder)).toBe("");
});

test("a trial leaves its result, whatever became of it", async () => {
  const folder = checkout(5, '{"verdict": "failed", "number": 7}');
  expect((await run(folder, "trial.sh", { NUMBER: "7" }, "tried")).exitCode).toBe(5);
  expect(callsOf(folder)).toBe("slipway trial up 7 --context tried --comment trial.md --json\n");
  expect(readFileSync(join(folder, "trial.json"), "utf8")).toContain('"number": 7');
  expect((await run(folder, "trial-result.sh", {})).exitCode).toBe(1);
});

test("a trial that ended before there was anything to tell has failed, and one that is ready has not", async () => {
  const folder = checkout(1);
  await run(folder, "trial.sh", { NUMBER: "7" }, "tried");
  expect(readFileSync(join(folder, "trial.md"), "utf8")).toMatch(
    /^## Trial of pull request 7: failed\n/,
  );
  expect((await run(folder, "trial-result.sh", {})).exitCode).toBe(1);
  const ready = checkout(0, '{"verdict": "ready"}');
  await run(ready, "trial.sh", { NUMBER: "7" }, "tried");
  expect((await run(ready, "trial-result.sh", {})).exitCode).toBe(0);
});
