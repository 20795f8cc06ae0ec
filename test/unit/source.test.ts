// Cannot prove what a CI server's checkout looks like; it uses repositories made here with the real git.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { sourceOf, UNKNOWN_SOURCE, withoutCredentials } from "../../components/image/source";
import { folderWith, removeFolders, write } from "../support/folder";

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
