// Cannot prove what a builder sends to its daemon; the end-to-end stories show that an image is built when it must be.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";

import { type Content, contentHash } from "../../build-context/content-hash.ts";
import { folderWith, removeFolders, write } from "../support/folder.ts";

afterEach(removeFolders);

const FILES = { Dockerfile: "FROM scratch\n", "src/main.js": "run()\n", "src/lib/a.js": "1\n" };

const hashOf = (context: string, content: Partial<Content> = {}): string =>
  contentHash({ context, dockerfile: join(context, "Dockerfile"), ...content });

/** Whether the hash is another one after the change. */
function changes(files: Record<string, string>, change: (folder: string) => void): boolean {
  const folder = folderWith(files);
  const before = hashOf(folder);
  change(folder);
  return hashOf(folder) !== before;
}

test("is a tag that a registry takes", () => {
  expect(hashOf(folderWith(FILES))).toMatch(/^[0-9a-f]{32}$/);
});

test("is the same for the same content somewhere else, written in another order and at another time", () => {
  const one = folderWith(FILES);
  const other = folderWith(Object.fromEntries(Object.entries(FILES).reverse()));
  utimesSync(join(other, "Dockerfile"), 0, 0);
  chmodSync(join(other, "src/main.js"), 0o600);
  chmodSync(join(other, "src"), 0o700);
  expect(hashOf(other)).toBe(hashOf(one));
});

test.each<[string, (folder: string) => void]>([
  [
    "other content",
    (folder) => {
      write(folder, "src/main.js", "stop()\n");
    },
  ],
  [
    "another file",
    (folder) => {
      write(folder, "src/new.js", "");
    },
  ],
  [
    "a file less",
    (folder) => {
      rmSync(join(folder, "src/lib/a.js"));
    },
  ],
  [
    "another name",
    (folder) => {
      rmSync(join(folder, "src/lib/a.js"));
      write(folder, "src/lib/b.js", "1\n");
    },
  ],
  [
    "the executable bit",
    (folder) => {
      chmodSync(join(folder, "src/main.js"), 0o755);
    },
  ],
  [
    "another Dockerfile",
    (folder) => {
      write(folder, "Dockerfile", "FROM other\n");
    },
  ],
  [
    "a link in place of a file",
    (folder) => {
      rmSync(join(folder, "src/lib/a.js"));
      symlinkSync("1\n", join(folder, "src/lib/a.js"));
    },
  ],
])("%s is another image", (_, change) => {
  expect(changes(FILES, change)).toBe(true);
});

test("a link counts by where it points, not by what is there", () => {
  const folder = folderWith({ ...FILES, target: "1" });
  symlinkSync("target", join(folder, "link"));
  const before = hashOf(folder, { args: {} });
  rmSync(join(folder, "link"));
  symlinkSync("nowhere", join(folder, "link"));
  expect(hashOf(folder)).not.toBe(before);
});

test("content that moves between two files is not the same", () => {
  const one = folderWith({ Dockerfile: "", a: "xy", b: "" });
  const other = folderWith({ Dockerfile: "", a: "x", b: "y" });
  expect(hashOf(one)).not.toBe(hashOf(other));
});

test.each<[string, Partial<Content>]>([
  ["target", { target: "test" }],
  ["platform", { platform: "linux/arm64" }],
  ["build arguments", { args: { BASE: "other" } }],
])("another %s is another image", (_, content) => {
  const folder = folderWith(FILES);
  expect(hashOf(folder, content)).not.toBe(hashOf(folder));
});

test("the order of build arguments does not count", () => {
  const folder = folderWith(FILES);
  expect(hashOf(folder, { args: { A: "1", B: "2" } })).toBe(
    hashOf(folder, { args: { B: "2", A: "1" } }),
  );
});

describe("what .dockerignore leaves out", () => {
  const ignoring = (patterns: string) => ({
    ...FILES,
    ".dockerignore": patterns,
    "node_modules/x/y.js": "1",
    "a.log": "1",
  });

  test.each(["node_modules", "node_modules/", "**/y.js", "/node_modules/*"])(
    "does not count: %s",
    (pattern) => {
      expect(
        changes(ignoring(pattern), (folder) => {
          write(folder, "node_modules/x/y.js", "2");
        }),
      ).toBe(false);
    },
  );

  test("counts again where a later rule takes it back in", () => {
    const files = ignoring("node_modules\n!node_modules/x/y.js\n");
    expect(
      changes(files, (folder) => {
        write(folder, "node_modules/x/y.js", "2");
      }),
    ).toBe(true);
  });

  test("is told apart by case, as on a Linux builder", () => {
    expect(
      changes(ignoring("A.LOG"), (folder) => {
        write(folder, "a.log", "2");
      }),
    ).toBe(true);
  });

  test("may be called as no wildcard, whatever it is in an expression", () => {
    const files = { ...ignoring("c++"), "c++/main": "1", c: "1" };
    expect(
      changes(files, (folder) => {
        write(folder, "c++/main", "2");
      }),
    ).toBe(false);
    expect(
      changes(files, (folder) => {
        write(folder, "c", "2");
      }),
    ).toBe(true);
  });

  test("never hides the Dockerfile", () => {
    expect(
      changes(ignoring("Dockerfile"), (folder) => {
        write(folder, "Dockerfile", "FROM other\n");
      }),
    ).toBe(true);
  });

  test("is said by the Dockerfile's own ignore file before the folder's", () => {
    const files = { ...ignoring("src"), "Dockerfile.dockerignore": "a.log" };
    expect(
      changes(files, (folder) => {
        write(folder, "src/main.js", "2");
      }),
    ).toBe(true);
    expect(
      changes(files, (folder) => {
        write(folder, "a.log", "2");
      }),
    ).toBe(false);
  });

  test.each(["mkdir", "mkfifo"])("is named where it is no file: %s", (make) => {
    const folder = folderWith(FILES);
    const file = join(folder, ".dockerignore");
    execFileSync(make, [file]);
    expect(() => hashOf(folder)).toThrow(`${file} is no file; make it one, or remove it`);
  });

  test("a pattern that cannot be read is named with its file", () => {
    expect(() => hashOf(folderWith(ignoring("a.log\n[b")))).toThrow(
      /\/\.dockerignore: a pattern cannot be read: "\[b": a \[ or a \\ is not complete/,
    );
  });
});

test("a Dockerfile outside the context counts", () => {
  const context = folderWith({ "main.js": "1" });
  const recipes = folderWith({ Recipe: "FROM scratch\n" });
  const before = contentHash({ context, dockerfile: join(recipes, "Recipe") });
  write(recipes, "Recipe", "FROM other\n");
  expect(contentHash({ context, dockerfile: join(recipes, "Recipe") })).not.toBe(before);
});

test("a pipe is refused by name, before anything waits on it", () => {
  const folder = folderWith(FILES);
  execFileSync("mkfifo", [join(folder, "pipe")]);
  expect(() => hashOf(folder)).toThrow(`${join(folder, "pipe")} is neither file, folder nor link`);
});

test("an absent Dockerfile is named", () => {
  expect(() => hashOf(folderWith({ a: "" }))).toThrow(/ENOENT.*Dockerfile/);
});

test("a file larger than memory's chunks counts to its end", () => {
  const large = "x".repeat(3 << 20);
  expect(
    changes({ ...FILES, large: `${large}1` }, (folder) => {
      write(folder, "large", `${large}2`);
    }),
  ).toBe(true);
});

test("an ignored folder of any size is not even entered", () => {
  const folder = folderWith({ ...FILES, ".dockerignore": "node_modules", "node_modules/x": "1" });
  execFileSync("mkfifo", [join(folder, "node_modules/pipe")]);
  cpSync(join(folder, "src"), join(folder, "node_modules/src"), { recursive: true });
  expect(() => hashOf(folder)).not.toThrow();
});
