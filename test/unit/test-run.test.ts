// Proves what a run of the tests builds ahead and says at its end; that a build goes on beside tests is seen where one is missing.
import { globSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, matchesGlob } from "node:path";

const require = createRequire(import.meta.filename);
const { programsOf } = require("../support/builds-ahead.cjs") as {
  readonly programsOf: (tests: readonly string[]) => string[];
};
const { skippedProblem, summaryOf } = require("../support/run-summary.cjs") as {
  readonly skippedProblem: (files: readonly object[]) => string | undefined;
  readonly summaryOf: (files: readonly object[]) => string[];
};

interface Project {
  readonly testMatch: readonly string[];
  readonly testPathIgnorePatterns?: readonly string[];
}

test("only what a chosen test needs is built ahead", () => {
  expect(programsOf(["unit test/unit/mask.test.ts", "e2e test/e2e/lanes.test.ts"])).toEqual([]);
  expect(
    programsOf(["e2e test/e2e/lanes.test.ts", "e2e test/e2e/external-secrets.test.ts"]),
  ).toEqual(["external-secrets"]);
  expect(programsOf(["e2e test/e2e/network.test.ts"])).toEqual([
    "network-policies",
    "dns",
    "ingress",
  ]);
  expect(programsOf(["unit test/unit/external-secret-readiness.test.ts"])).toEqual([]);
  expect(programsOf(["official test/e2e/lanes.test.ts"])).toEqual(["kubernetes-provider"]);
});

test("whatever a story has run beside Kubernetes is built ahead of it", () => {
  const folder = join(import.meta.dirname, "../e2e");
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "utf8");
    const [, names = ""] = /ensureExtras\(([^)]*)\)/.exec(text) ?? [];
    const extras = [...names.matchAll(/"([^"]+)"/g)].map(([, extra]) => extra);
    const signing = text.includes("goBuild(cosign") ? ["cosign"] : [];
    expect(programsOf([`e2e test/e2e/${name}`])).toEqual(
      expect.arrayContaining([...extras, ...signing]),
    );
  }
});

test("every file of tests is run by a project, and every file that a project names is there", () => {
  const folder = join(import.meta.dirname, "../..");
  const { projects } = require("../../jest.config.cjs") as { readonly projects: Project[] };
  const files = globSync("test/*/*.test.ts", { cwd: folder }).map((path) => `<rootDir>/${path}`);
  const run = ({ testMatch, testPathIgnorePatterns = [] }: Project) =>
    files.filter(
      (path) =>
        testMatch.some((pattern) => matchesGlob(path, pattern)) &&
        !testPathIgnorePatterns.includes(path),
    );
  expect([...new Set(projects.flatMap(run))].sort()).toEqual(files.toSorted());
  const named = projects.flatMap(({ testMatch, testPathIgnorePatterns = [] }) =>
    [...testMatch, ...testPathIgnorePatterns].filter((path) => !path.includes("*")),
  );
  expect(named.filter((path) => !files.includes(path))).toEqual([]);
});

test("a run ends with the tests of each project and its ten slowest files", () => {
  const file = (project: string, name: string, milliseconds: number, failed = 0) => ({
    project,
    path: `test/${project}/${name}.test.ts`,
    milliseconds,
    passed: 3,
    failed,
    skipped: 0,
  });
  const quick = Array.from({ length: 9 }, (_, index) =>
    file("unit", `quick-${index}`, 400 + index),
  );
  const lines = summaryOf([file("e2e", "lanes", 534_689), ...quick, file("e2e", "drift", 9400, 1)]);
  expect(lines.slice(0, 6)).toEqual([
    "Projects, with the time of their files:",
    "  e2e   2 files  6 passed   1 failed  0 skipped  544 s",
    "  unit  9 files  27 passed  0 failed  0 skipped  4 s",
    "Slowest files:",
    "  535 s  e2e test/e2e/lanes.test.ts",
    "  9 s    e2e test/e2e/drift.test.ts",
  ]);
  expect(lines).toHaveLength(14);
  expect(lines.at(-1)).toBe("  0 s    unit test/unit/quick-1.test.ts");
});

test("a run with a test that was skipped fails, and names the file", () => {
  expect(skippedProblem([{ path: "test/unit/mask.test.ts", skipped: 0 }])).toBeUndefined();
  const files = ["browser", "jenkins"].map((name) => ({
    path: `test/${name}.test.ts`,
    skipped: 1,
  }));
  expect(skippedProblem(files)).toBe(
    "tests were skipped in test/browser.test.ts, test/jenkins.test.ts; allowed: none, but by --testNamePattern; have them run, or delete them",
  );
});
