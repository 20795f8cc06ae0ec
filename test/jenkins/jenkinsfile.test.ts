// Proves what the Jenkinsfile does on which branch, on the Groovy that Jenkins runs; no Jenkins is here, so its own checks are not proved.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BuildCase, type BuildResult, Harness } from "./harness.ts";
import { JAVA_COMPILER, MAVEN, provided } from "../../tools/platform/needed-program.ts";

const JENKINSFILE = readFileSync(join(import.meta.dirname, "../../jenkins/Jenkinsfile"), "utf8");

const MAIN = { BRANCH_NAME: "main" };
const FEATURE = { BRANCH_NAME: "feature/x" };
const PULL_REQUEST = { BRANCH_NAME: "PR-7", CHANGE_ID: "7", CHANGE_TARGET: "main" };

const VERIFY = ["stage Verify", "timeout {time=30, unit=MINUTES}", "agent slipway-preview"];
const CHECK = ["checkout scm", "sh jenkins/scripts/verify.sh"];
const PASSPHRASE = "env PULUMI_CONFIG_PASSPHRASE=credential slipway-passphrase";

let folder: string;
let harness: Harness;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-jenkins-"));
  await provided(JAVA_COMPILER);
  await provided(MAVEN);
  harness = Harness.build(folder);
}, 600_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function build(
  environment: BuildCase["environment"],
  failing: string[] = [],
  jenkinsfile = JENKINSFILE,
): BuildResult {
  const [result] = harness.run([{ jenkinsfile, environment, failing }]);
  if (result === undefined) {
    throw new Error("the harness said nothing");
  }
  return result;
}

function traced(environment: BuildCase["environment"], failing: string[] = []): readonly string[] {
  const { trace, refused } = build(environment, failing);
  if (trace === undefined) {
    throw new Error(refused);
  }
  return trace;
}

/** Stages, lanes, locks, people and scripts, in their order. */
function told(trace: readonly string[]): string[] {
  return trace.filter((line) => /^(stage|agent|lock|input|sh|SUCCESS|FAILURE|WASTES)/.test(line));
}

test("any branch is verified, in the lane that may change nothing, and no more", () => {
  const expected = [...VERIFY, ...CHECK, "SUCCESS"];
  expect(traced(FEATURE)).toEqual(expected);
  expect(traced({ ...PULL_REQUEST, CHANGE_TARGET: "release" })).toEqual(expected);
});

test("a pull request is previewed in the lane that may change nothing, without a secret", () => {
  const trace = traced(PULL_REQUEST);
  expect(told(trace)).toEqual([
    "stage Verify",
    "agent slipway-preview",
    "sh jenkins/scripts/verify.sh",
    "stage Preview",
    "agent slipway-preview",
    "sh jenkins/scripts/preview.sh dev",
    "SUCCESS",
  ]);
  expect(trace.filter((line) => line.startsWith("env "))).toEqual([]);
  expect(trace.at(-2)).toContain("publishChecks {name=slipway preview dev");
});

test("main goes to dev, is planned, approved without an agent, and goes to prod", () => {
  expect(told(traced(MAIN))).toEqual([
    "stage Verify",
    "agent slipway-preview",
    "sh jenkins/scripts/verify.sh",
    "stage Up dev",
    "lock slipway-dev",
    "agent slipway-deploy-dev",
    "sh jenkins/scripts/up.sh dev",
    "sh jenkins/scripts/after-up.sh dev",
    "stage Plan prod",
    "lock slipway-prod",
    "agent slipway-deploy-prod",
    "sh jenkins/scripts/plan.sh prod",
    "stage Approve prod",
    "input {message=Deliver to prod what preview-prod.md says?, submitter=release-managers}",
    "stage Up prod",
    "lock slipway-prod",
    "agent slipway-deploy-prod",
    "sh jenkins/scripts/up.sh prod",
    "sh jenkins/scripts/after-up.sh prod",
    "SUCCESS",
  ]);
});

test("secrets are in the lane that delivers only", () => {
  let lane = "";
  for (const line of traced(MAIN)) {
    if (line.startsWith("agent ")) {
      lane = line;
    }
    if (line === PASSPHRASE) {
      expect(lane).toMatch(/^agent slipway-deploy-/);
    }
  }
  expect(traced(MAIN).filter((line) => line === PASSPHRASE)).toHaveLength(3);
});

test("each stage that runs has a time limit, and nothing is tried again", () => {
  const trace = traced(MAIN);
  const stages = trace.filter((line) => line.startsWith("stage "));
  expect(trace.filter((line) => line.startsWith("timeout "))).toHaveLength(stages.length);
  expect(JENKINSFILE).not.toMatch(/\bretr(y|ies)\b/);
});

test("a rollback is all that its build does", () => {
  expect(told(traced({ ...MAIN, ROLLBACK: "prod", TO: "sha256:1" }))).toEqual([
    "stage Rollback",
    "lock slipway-prod",
    "agent slipway-deploy-prod",
    'sh jenkins/scripts/rollback.sh "$ROLLBACK"',
    'sh jenkins/scripts/after-up.sh "$ROLLBACK"',
    "SUCCESS",
  ]);
});

test("a rollback from a branch or a pull request does nothing", () => {
  expect(told(traced({ ...FEATURE, ROLLBACK: "prod" }))).toEqual(["SUCCESS"]);
  expect(told(traced({ ...PULL_REQUEST, BRANCH_NAME: "main", ROLLBACK: "prod" }))).not.toContain(
    "stage Rollback",
  );
});

test("a pull request whose branch is called main delivers nothing", () => {
  const trace = traced({ ...PULL_REQUEST, BRANCH_NAME: "main" });
  expect(trace.join("\n")).not.toMatch(/slipway-deploy|up\.sh|input|rollback/);
});

test("nothing is delivered after a step that failed, and what became of an up is kept", () => {
  const untested = traced(MAIN, ["sh jenkins/scripts/verify.sh"]);
  expect(told(untested).slice(-2)).toEqual(["sh jenkins/scripts/verify.sh", "FAILURE"]);
  const failed = told(traced(MAIN, ["sh jenkins/scripts/up.sh dev"]));
  expect(failed.slice(-2)).toEqual(["sh jenkins/scripts/after-up.sh dev", "FAILURE"]);
  const unplanned = told(traced(MAIN, ["sh jenkins/scripts/plan.sh prod"]));
  expect(unplanned.slice(-2)).toEqual(["sh jenkins/scripts/plan.sh prod", "FAILURE"]);
});

test("a preview that failed publishes no check of an older one", () => {
  const trace = traced(PULL_REQUEST, ["sh jenkins/scripts/preview.sh dev"]);
  expect(trace.join("\n")).not.toContain("publishChecks");
});

describe("a mistake in the file shows", () => {
  /** The trace with a piece of the file replaced, wherever it stands. */
  function mutated(
    from: string | RegExp,
    to: string,
    environment: BuildCase["environment"],
  ): BuildResult {
    const changed = JENKINSFILE.replaceAll(from, to);
    expect(changed).not.toBe(JENKINSFILE);
    return build(environment, [], changed);
  }

  test("a guard against pull requests that is gone", () => {
    const { trace } = mutated(/ *not \{ changeRequest\(\) \}\n/g, "", {
      ...PULL_REQUEST,
      BRANCH_NAME: "main",
    });
    expect(trace?.join("\n")).toContain("up.sh prod");
  });

  test("a guard on the branch that is gone", () => {
    expect(mutated(/ *branch 'main'\n/g, "", FEATURE).trace?.join("\n")).toContain("up.sh prod");
  });

  test("an agent or a lock that waits only to be skipped", () => {
    expect(mutated(/ *beforeAgent true\n/g, "", FEATURE).trace).toContainEqual(
      expect.stringMatching(/^WASTES an agent in 'Up prod'/),
    );
    expect(mutated(/ *beforeOptions true\n/g, "", FEATURE).trace).toContainEqual(
      expect.stringMatching(/^WASTES a lock in 'Up dev'/),
    );
  });

  test("a word that Declarative Pipeline does not know", () => {
    expect(mutated("beforeAgent true", "beforAgent true", MAIN).refused).toBe(
      "'beforAgent' is not allowed in when",
    );
    expect(mutated("stage('Up dev')", "stagez('Up dev')", MAIN).refused).toBe(
      "'stagez' is not allowed in stages",
    );
    expect(mutated("checkout scm", "chekout scm", MAIN).refused).toBe(
      "'chekout' is not allowed in steps",
    );
  });

  test("Groovy that Jenkins does not run", () => {
    expect(build(MAIN, [], `def f = (x) -> x\n${JENKINSFILE}`).refused).toMatch(/found '->'/);
  });
});
