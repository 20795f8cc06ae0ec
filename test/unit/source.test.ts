// Cannot prove what a CI server's checkout looks like; it uses repositories made here with the real git.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

import { sourceOf, UNKNOWN_SOURCE, withoutCredentials } from "../../components/image/source.ts";
import { folderWith, removeFolders, write } from "../support/folder.ts";

afterEach(removeFolders);

function git(folder: string, ...command: string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  return execFileSync("git", ["-C", folder, ...identity, ...command], { encoding: "utf8" }).trim();
}

/** A repository with one service in it, committed. */
function repository(): string {
  const folder = folderWith({
    "shop/Dockerfile": "FROM scratch\n",
    "shop/main.js": "1\n",
    "Pulumi.dev.yaml": "a: 1\n",
  });
  git(folder, "init", "--quiet");
  git(folder, "add", ".");
  git(folder, "commit", "--quiet", "--message", "first");
  return folder;
}

const shopOf = (folder: string) => sourceOf(join(folder, "shop"), join(folder, "shop/Dockerfile"));

test("a clean checkout is its commit", () => {
  const folder = repository();
  expect(shopOf(folder)).toEqual({
    commit: git(folder, "rev-parse", "HEAD"),
    dirty: false,
    repository: undefined,
  });
});

test.each([
  ["a changed file", "shop/main.js", true],
  ["a new file", "shop/new.js", true],
  ["a change elsewhere in the repository", "Pulumi.dev.yaml", false],
])("%s: dirty only where the image could hold it", (_, path, dirty) => {
  const folder = repository();
  write(folder, path, "2\n");
  expect(shopOf(folder).dirty).toBe(dirty);
});

describe("a content that is not the commit's", () => {
  const committed = (files: Readonly<Record<string, string>>): string => {
    const folder = folderWith({
      "shop/Dockerfile": "FROM scratch\n",
      "shop/main.js": "1\n",
      ...files,
    });
    git(folder, "init", "--quiet");
    git(folder, "add", "--force", ".");
    git(folder, "commit", "--quiet", "--message", "first");
    return folder;
  };

  test.each([
    ["a report that .dockerignore leaves out", { "shop/report.xml": "1\n" }, false],
    ["a changed file that .dockerignore leaves out", { "shop/NOTES.md": "2\n" }, false],
    ["a file that git ignores and the image has", { "shop/generated.js": "1\n" }, true],
    ["a file that git and .dockerignore leave out", { "shop/debug.log": "1\n" }, false],
    ["a comment in the .dockerignore, which the image has", { "shop/.dockerignore": "#\n" }, true],
    ["a Dockerfile that the image has not", { "shop/Dockerfile": "FROM x\n" }, true],
  ])("%s", (_, files, dirty) => {
    const folder = committed({
      ".gitignore": "generated.js\n*.log\n",
      "shop/.dockerignore": "report.xml\n*.log\n*.md\nDockerfile\n",
      "shop/NOTES.md": "1\n",
    });
    expect(shopOf(folder).dirty).toBe(false);
    for (const [path, text] of Object.entries(files)) {
      write(folder, path, text);
    }
    expect(shopOf(folder).dirty).toBe(dirty);
  });

  test("a .dockerignore that the image has not counts by what it does", () => {
    const folder = committed({
      "shop/.dockerignore": ".dockerignore\n*.md\n",
      "shop/NOTES.md": "",
    });
    write(folder, "shop/.dockerignore", "# all of it\n.dockerignore\n*.md\n");
    expect(shopOf(folder).dirty).toBe(false);
    write(folder, "shop/.dockerignore", ".dockerignore\n");
    expect(shopOf(folder).dirty).toBe(true);
    write(folder, "shop/.dockerignore", ".dockerignore\n*.md\nmain.js\n");
    expect(shopOf(folder).dirty).toBe(true);
  });

  test("a file that is missing, with a name that git would quote", () => {
    const folder = committed({ 'shop/gr\u00fc\u00df "e".js': "1\n" });
    expect(shopOf(folder).dirty).toBe(false);
    rmSync(join(folder, 'shop/gr\u00fc\u00df "e".js'));
    expect(shopOf(folder).dirty).toBe(true);
  });

  test("a submodule is as clean as git says", () => {
    const folder = committed({});
    const inner = folderWith({ "lib.js": "1\n" });
    git(inner, "init", "--quiet");
    git(inner, "add", ".");
    git(inner, "commit", "--quiet", "--message", "lib");
    git(
      folder,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "add",
      "--quiet",
      inner,
      "shop/lib",
    );
    git(folder, "commit", "--quiet", "--message", "submodule");
    expect(shopOf(folder).dirty).toBe(false);
    write(folder, "shop/lib/lib.js", "2\n");
    expect(shopOf(folder).dirty).toBe(true);
  });
});

test("a changed Dockerfile outside the context is dirty", () => {
  const folder = repository();
  write(folder, "docker/Recipe", "FROM scratch\n");
  expect(sourceOf(join(folder, "shop"), join(folder, "docker/Recipe")).dirty).toBe(true);
});

test("a Dockerfile outside the repository does not keep the commit from being told", () => {
  const folder = repository();
  const recipes = folderWith({ Recipe: "FROM scratch\n" });
  expect(sourceOf(join(folder, "shop"), join(recipes, "Recipe"))).toMatchObject({
    commit: git(folder, "rev-parse", "HEAD"),
    dirty: false,
  });
});

test("a folder that is in no repository has no commit", () => {
  const folder = folderWith({ Dockerfile: "" });
  expect(sourceOf(folder, join(folder, "Dockerfile"))).toEqual(UNKNOWN_SOURCE);
});

test("a repository without a commit has none", () => {
  const folder = folderWith({ Dockerfile: "" });
  git(folder, "init", "--quiet");
  expect(sourceOf(folder, join(folder, "Dockerfile"))).toMatchObject({
    commit: undefined,
    dirty: false,
  });
});

test("a machine without git has no commit", () => {
  const path = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  try {
    expect(shopOf(folderWith({ "shop/Dockerfile": "" }))).toEqual(UNKNOWN_SOURCE);
  } finally {
    process.env["PATH"] = path;
  }
});

test("a repository that git cannot read is an error, not a release without a commit", () => {
  const folder = repository();
  write(folder, ".git/config", "[core\n");
  expect(() => shopOf(folder)).toThrow(/git cannot tell the commit: fatal: bad config/);
});

test("the repository's address is told without the credentials of the checkout", () => {
  const folder = repository();
  git(folder, "remote", "add", "origin", "https://robot:hunter2@git.example.com/team/shop.git");
  expect(shopOf(folder).repository).toBe("https://git.example.com/team/shop.git");
});

test.each([
  ["https://token@git.example.com/a.git", "https://git.example.com/a.git"],
  ["https://a:p@ss@git.example.com/a.git", "https://git.example.com/a.git"],
  ["ssh://git@git.example.com/a.git", "ssh://git.example.com/a.git"],
  ["git@git.example.com:team/a.git", "git@git.example.com:team/a.git"],
  ["https://git.example.com/a@b.git", "https://git.example.com/a@b.git"],
])("%s is told as %s", (address, told) => {
  expect(withoutCredentials(address)).toBe(told);
});
