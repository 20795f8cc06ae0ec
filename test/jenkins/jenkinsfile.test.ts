// Proves what the Jenkinsfile does on which branch, on the Groovy that Jenkins runs; no Jenkins is here, so its own checks are not proved.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BuildCase, type BuildResult, Harness } from "./harness.ts";
import { JAVA_COMPILER, MAVEN, provided } from "../../tools/platform/needed-program.ts";

const JENKINSFILE = readFileSync(join(import.meta.dirname, "../../jenkins/Jenkinsfile"), "utf8");

const CONFIGURATION = readFileSync(join(import.meta.dirname, "../../jenkins/jenkins.yaml"), "utf8");

const MAIN = { BRANCH_NAME: "main", BUILD_NUMBER: "12" };
const FEATURE = { BRANCH_NAME: "feature/x" };
const PULL_REQUEST = { BRANCH_NAME: "PR-7", CHANGE_ID: "7", CHANGE_TARGET: "main" };

const PERSON = "hudson.model.Cause$UserIdCause";
const JOB = "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause";
const OTHERS = [
  "hudson.model.Cause$UpstreamCause",
  "hudson.triggers.TimerTrigger$TimerTriggerCause",
  "org.jenkinsci.plugins.workflow.cps.replay.ReplayCause",
];

const VERIFY = ["stage Verify", "timeout {time=30, unit=MINUTES}", "agent slipway-preview"];
const INSTALL = "sh jenkins/scripts/install.sh";
const CHECK = ["checkout scm", INSTALL, "sh jenkins/scripts/verify.sh"];
/** Has the job that pull requests may copy from take what this build has left. */
const HAND_ON = "build {job=/slipway-deliver/state, wait=false, parameters=[BUILD=12]}";
const REFUSED =
  "error main is delivered by a push or by a person, and rolled back by a person: nothing else may start either, another job and a replay included";
const APPROVE = "submitter=release-managers}";

let folder: string;
let harness: Harness;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-jenkins-"));
  await provided(JAVA_COMPILER);
  await provided(MAVEN);
  harness = Harness.start(folder);
}, 600_000);
afterAll(() => {
  harness.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The same build runs once. */
const known = new Map<string, BuildResult>();

async function build(
  environment: BuildCase["environment"],
  failing: string[] = [],
  jenkinsfile = JENKINSFILE,
  ...causes: string[]
): Promise<BuildResult> {
  const each = { jenkinsfile, environment, failing, ...(causes.length > 0 && { causes }) };
  const key = JSON.stringify(each);
  const result = known.get(key) ?? (await harness.run(each));
  known.set(key, result);
  return result;
}

async function traced(
  environment: BuildCase["environment"],
  failing: string[] = [],
  ...causes: string[]
): Promise<readonly string[]> {
  const { trace, refused } = await build(environment, failing, JENKINSFILE, ...causes);
  if (trace === undefined) {
    throw new Error(refused);
  }
  return trace;
}

/** Stages, lanes, locks, people and scripts, in their order. */
function told(trace: readonly string[]): string[] {
  const steps = trace.filter((line) => line !== INSTALL);
  return steps.filter((line) =>
    /^(stage|agent|lock|input|sh|error|SUCCESS|FAILURE|WASTES)/.test(line),
  );
}

/** The steps that see each credential, as `lane: step`. */
function seen(trace: readonly string[]): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  const bound = new Set<string>();
  let lane = "";
  for (const line of trace) {
    const [, step = "", rest = ""] = /^(\w+) ?(.*)$/.exec(line) ?? [];
    if (step === "agent") {
      lane = rest;
    } else if (step === "bind") {
      bound.add(rest);
    } else if (step === "unbind") {
      bound.delete(rest);
    } else {
      bound.forEach((credential) => (all[credential] ??= []).push(`${lane}: ${line}`));
    }
  }
  return all;
}

test("any branch is verified, in the lane that may change nothing, and no more", async () => {
  const expected = [...VERIFY, ...CHECK, "SUCCESS"];
  expect(await traced(FEATURE)).toEqual(expected);
  expect(await traced({ ...PULL_REQUEST, CHANGE_TARGET: "release" })).toEqual(expected);
});

test("a pull request is previewed in the lane that may change nothing, without a secret", async () => {
  const trace = await traced(PULL_REQUEST);
  expect(told(trace)).toEqual([
    "stage Verify",
    "agent slipway-preview",
    "sh jenkins/scripts/verify.sh",
    "stage Preview",
    "agent slipway-preview",
    "sh jenkins/scripts/preview.sh dev",
    "SUCCESS",
  ]);
  expect(trace.filter((line) => /^(env|bind) /.test(line))).toEqual([]);
  expect(trace.slice(-3)).toEqual([
    expect.stringContaining("publishChecks {name=slipway preview dev"),
    expect.stringContaining("archiveArtifacts {artifacts=preview-dev.md"),
    "SUCCESS",
  ]);
});

test("main goes to dev, is planned, approved without an agent, and goes to prod", async () => {
  expect(told(await traced(MAIN))).toEqual([
    "stage Verify main",
    "agent slipway-verify",
    "sh jenkins/scripts/verify.sh",
    "stage Up dev",
    "lock slipway-dev",
    "agent slipway-deploy-dev",
    "sh jenkins/scripts/up.sh dev",
    "sh jenkins/scripts/after-up.sh dev",
    "stage Plan prod",
    "lock slipway-prod",
    "agent slipway-preview-prod",
    "sh jenkins/scripts/plan.sh prod",
    "stage Approve prod",
    "input {message=Deliver to prod what preview-prod.md says?, submitter=release-managers}",
    "stage Up prod",
    "lock slipway-prod",
    "agent slipway-deploy-prod",
    "sh jenkins/scripts/up.sh prod --expect preview-prod.json",
    "sh jenkins/scripts/after-up.sh prod",
    "SUCCESS",
  ]);
});

const GATES = {
  ...MAIN,
  SLIPWAY_SCAN_IMAGE: "registry.example.com/scan@sha256:1",
  SLIPWAY_ACCEPTANCE: "npm run acceptance",
};
const SIGNING = [
  "PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-dev",
  "SLIPWAY_GATE_KEY=file slipway-gate-key",
  "SLIPWAY_GATE_PASSWORD=file slipway-gate-password",
];

test("gates are passed between dev and the plan for prod, where settings of the controller say so: one lane finds out, another one signs", async () => {
  const trace = told(await traced(GATES));
  const from = trace.indexOf("stage Gates");
  expect(trace.slice(from, trace.indexOf("stage Plan prod"))).toEqual([
    "stage Gates",
    "stage Scanners",
    "stage Render",
    "agent slipway-verify",
    "sh jenkins/scripts/preview.sh dev",
    "stage Scan",
    "agent slipway-build",
    "sh jenkins/scripts/scan.sh dev",
    "stage Sign scan",
    "agent slipway-deploy-dev",
    "sh jenkins/scripts/sign.sh dev",
    "stage Tests",
    "stage Acceptance",
    "agent slipway-verify",
    "sh jenkins/scripts/acceptance.sh dev",
    "stage Sign acceptance",
    "agent slipway-deploy-dev",
    "sh jenkins/scripts/sign.sh dev",
  ]);
  expect([...trace.slice(0, from), ...trace.slice(trace.indexOf("stage Plan prod"))]).toEqual(
    told(await traced(MAIN)),
  );
  const { SLIPWAY_ACCEPTANCE, ...scanned } = GATES;
  expect(told(await traced(scanned)).join("\n")).not.toMatch(/acceptance/i);
  expect(told(await traced({ ...MAIN, SLIPWAY_ACCEPTANCE })).join("\n")).not.toMatch(
    /Render|scan/i,
  );
});

test("one setting of the controller gives what delivers the key of the hand-off's repository, each stack its own, and changes no stage", async () => {
  const HAND_OFF = { SLIPWAY_HAND_OFF: "git.example.com ssh-ed25519 AAAA" };
  const trace = await traced({ ...MAIN, ...HAND_OFF });
  expect(told(trace)).toEqual(told(await traced(MAIN)));
  const keyOf = (stack: string) => `SLIPWAY_HAND_OFF_KEY=file slipway-hand-off-${stack}`;
  const credentials = seen(trace);
  expect(credentials[keyOf("dev")]).toEqual(["slipway-deploy-dev: sh jenkins/scripts/up.sh dev"]);
  expect(credentials[keyOf("prod")]).toEqual([
    "slipway-deploy-prod: sh jenkins/scripts/up.sh prod --expect preview-prod.json",
  ]);
  const back = seen(await traced({ ...MAIN, ...HAND_OFF, ROLLBACK: "dev" }, [], PERSON));
  expect(back[keyOf("dev")]).toEqual([
    'slipway-deploy-dev: sh jenkins/scripts/rollback.sh "$ROLLBACK"',
  ]);
  expect(seen(await traced({ ...PULL_REQUEST, ...HAND_OFF }))).toEqual({});
  expect(Object.keys(seen(await traced(MAIN))).join()).not.toContain("HAND_OFF");
});

test("the key is there for the step that signs, and for none that runs a scanner or a test", async () => {
  const trace = await traced(GATES);
  const credentials = seen(trace);
  for (const credential of SIGNING.slice(1)) {
    expect(credentials[credential]).toEqual([
      "slipway-deploy-dev: sh jenkins/scripts/sign.sh dev",
      "slipway-deploy-dev: sh jenkins/scripts/sign.sh dev",
    ]);
  }
  expect(credentials[SIGNING[0] ?? ""]).toEqual([
    "slipway-deploy-dev: sh jenkins/scripts/up.sh dev",
    "slipway-deploy-dev: sh jenkins/scripts/sign.sh dev",
    "slipway-deploy-dev: sh jenkins/scripts/sign.sh dev",
  ]);
  expect(Object.values(credentials).flat().join("\n")).not.toMatch(
    /slipway-build|scan\.sh|acceptance\.sh/,
  );
});

test("a gate that was not passed is recorded and kept, and nothing is planned for prod after it", async () => {
  const failed = await traced(GATES, ["sh jenkins/scripts/sign.sh dev"]);
  expect(told(failed).slice(-2)).toEqual(["sh jenkins/scripts/sign.sh dev", "FAILURE"]);
  expect(failed).toContain("archiveArtifacts {artifacts=gates/**, allowEmptyArchive=true}");
  const unscanned = await traced(GATES, ["sh jenkins/scripts/scan.sh dev"]);
  expect(unscanned.slice(-2)).toEqual([
    "archiveArtifacts {artifacts=gates/**, allowEmptyArchive=true}",
    "FAILURE",
  ]);
});

test("what an up of dev has delivered is what is scanned: nothing goes on after one that failed", async () => {
  const trace = await traced(GATES);
  expect(trace.filter((line) => /^(un)?stash /.test(line))).toEqual([
    "stash {name=released, includes=state/dev.json}",
    "unstash released",
    "stash {name=rendered, includes=manifests-dev/*.yaml}",
    "unstash released",
    "unstash rendered",
    "stash {name=scanned, includes=gates/**}",
    "unstash released",
    "unstash scanned",
    "unstash released",
    "stash {name=accepted, includes=gates/**}",
    "unstash released",
    "unstash accepted",
    "stash {name=plan, includes=plan-prod.json, preview-prod.json}",
    "unstash plan",
  ]);
  expect(told(await traced(GATES, ["sh jenkins/scripts/up.sh dev"])).join("\n")).not.toMatch(
    /Render|Acceptance/,
  );
});

test("no gate is passed by a branch, a pull request or a rollback", async () => {
  for (const other of [
    { ...GATES, ...FEATURE },
    { ...GATES, ...PULL_REQUEST },
  ]) {
    expect(told(await traced(other)).join("\n")).not.toMatch(/gate|scan|accept|sign/i);
  }
  const rolled = await traced({ ...GATES, ROLLBACK: "dev" }, [], PERSON);
  expect(told(rolled).join("\n")).not.toMatch(/scan|accept|sign/i);
});

test("what was approved is what up is held to: plan and preview go from the one pod to the other", async () => {
  const trace = await traced(MAIN);
  const [, stash] = trace.filter((line) => line.startsWith("stash "));
  expect(stash).toBe("stash {name=plan, includes=plan-prod.json, preview-prod.json}");
  const unstash = trace.indexOf("unstash plan");
  expect(unstash).toBeGreaterThan(trace.findIndex((line) => line.startsWith("input ")));
  expect(unstash).toBeLessThan(
    trace.indexOf("sh jenkins/scripts/up.sh prod --expect preview-prod.json"),
  );
});

test("a credential is there for the one step that needs it: not for a checkout, an installation, or what follows", async () => {
  const trace = await traced(MAIN);
  expect(seen(trace)).toEqual({
    "PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-dev": [
      "slipway-deploy-dev: sh jenkins/scripts/up.sh dev",
    ],
    "SLIPWAY_REGISTRY_READ=file slipway-registry-read": [
      "slipway-preview-prod: sh jenkins/scripts/plan.sh prod",
    ],
    "PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-prod": [
      "slipway-deploy-prod: sh jenkins/scripts/up.sh prod --expect preview-prod.json",
    ],
  });
  expect(trace.filter((line) => line.startsWith("env "))).toEqual([]);
});

test("a credential is gone after a step that failed, before what became of it is kept", async () => {
  const failed = await traced(MAIN, ["sh jenkins/scripts/up.sh dev"]);
  expect(failed.slice(failed.indexOf("sh jenkins/scripts/up.sh dev"))).toEqual([
    "sh jenkins/scripts/up.sh dev",
    "unbind PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-dev",
    "sh jenkins/scripts/after-up.sh dev",
    "archiveArtifacts {artifacts=report-dev.*, state/dev.json, allowEmptyArchive=true}",
    HAND_ON,
    "FAILURE",
  ]);
});

test("each stage that runs has a time limit, and nothing is tried again", async () => {
  const trace = await traced(MAIN);
  const stages = trace.filter((line) => line.startsWith("stage "));
  expect(trace.filter((line) => line.startsWith("timeout "))).toHaveLength(stages.length);
  expect(JENKINSFILE).not.toMatch(/\bretr(y|ies)\b/);
});

/** The build of a person who rolls a stack back. */
const rollback = (stack: string, failing: string[] = []): Promise<readonly string[]> =>
  traced({ ...MAIN, ROLLBACK: stack, SERVICE: "shop", TO: "sha256:1" }, failing, PERSON);

test("a rollback of prod is approved, without an agent, by who may approve a delivery; it is all that its build does", async () => {
  expect(told(await rollback("prod"))).toEqual([
    "stage Approve rollback",
    `input {message=Roll prod back? Service: 'shop', to: 'sha256:1'; empty means the only service, and the release before, ${APPROVE}`,
    "stage Rollback",
    "lock slipway-prod",
    "agent slipway-deploy-prod",
    'sh jenkins/scripts/rollback.sh "$ROLLBACK"',
    'sh jenkins/scripts/after-up.sh "$ROLLBACK"',
    "SUCCESS",
  ]);
});

test("what is not approved is not rolled back", async () => {
  const [approval = ""] = (await rollback("prod")).filter((line) => line.startsWith("input "));
  const refused = await rollback("prod", [approval]);
  expect(told(refused)).toEqual(["stage Approve rollback", approval, "FAILURE"]);
});

test("a rollback of dev needs a person and no approval", async () => {
  expect(told(await rollback("dev"))).toEqual([
    "stage Rollback",
    "lock slipway-dev",
    "agent slipway-deploy-dev",
    'sh jenkins/scripts/rollback.sh "$ROLLBACK"',
    'sh jenkins/scripts/after-up.sh "$ROLLBACK"',
    "SUCCESS",
  ]);
});

test("a rollback sees the passphrase of its own stack, in its one step", async () => {
  for (const stack of ["dev", "prod"]) {
    expect(seen(await rollback(stack))).toEqual({
      [`PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-${stack}`]: [
        `slipway-deploy-${stack}: sh jenkins/scripts/rollback.sh "$ROLLBACK"`,
      ],
    });
  }
});

test("a job of a branch can start neither a rollback nor a delivery, and is told so", async () => {
  const refusal = ["stage Refuse", REFUSED, "FAILURE"];
  for (const stack of ["dev", "prod"]) {
    expect(told(await traced({ ...MAIN, ROLLBACK: stack }, [], JOB))).toEqual(refusal);
  }
  expect(told(await traced({ ...MAIN, PLAN: false }, [], JOB))).toEqual(refusal);
  // A person's own request may have been merged with it while both waited: the person starts it again.
  expect(told(await traced({ ...MAIN, ROLLBACK: "prod" }, [], JOB, PERSON))).toEqual(refusal);
});

test("main is delivered by no cause but those that are known, alone or beside one that is", async () => {
  const refusal = ["stage Refuse", REFUSED, "FAILURE"];
  for (const cause of OTHERS) {
    expect(told(await traced(MAIN, [], cause))).toEqual(refusal);
    expect(told(await traced(MAIN, [], PERSON, cause))).toEqual(refusal);
  }
  const indexing = "jenkins.branch.BranchIndexingCause";
  expect(told(await traced(MAIN, [], indexing, PERSON))).toEqual(told(await traced(MAIN)));
});

test("a rollback that nobody asked for is refused: a push has no parameters", async () => {
  expect(told(await traced({ ...MAIN, ROLLBACK: "prod" }))).toEqual([
    "stage Refuse",
    expect.stringMatching(/^error /),
    "FAILURE",
  ]);
});

test("a person delivers, too, and a branch may be built by whatever starts it", async () => {
  expect(told(await traced(MAIN, [], PERSON))).toEqual(told(await traced(MAIN)));
  expect(told(await traced(FEATURE, [], JOB))).toEqual(told(await traced(FEATURE)));
});

test("whatever a build has left of the state is handed on to where pull requests find it, also after a failure", async () => {
  for (const failing of [
    [],
    ['sh jenkins/scripts/rollback.sh "$ROLLBACK"'],
    ['sh jenkins/scripts/after-up.sh "$ROLLBACK"'],
  ]) {
    expect((await rollback("dev", failing)).slice(-3, -1)).toEqual([
      "archiveArtifacts {artifacts=report-*.*, pin.patch, state/dev.json, allowEmptyArchive=true}",
      HAND_ON,
    ]);
  }
  expect((await traced(MAIN, ["sh jenkins/scripts/after-up.sh dev"])).slice(-2)).toEqual([
    HAND_ON,
    "FAILURE",
  ]);
});

describe("the copy of the state for pull requests", () => {
  const [, script = ""] = /script\('''\n([^]*?)'''\)/.exec(CONFIGURATION) ?? [];
  const copied =
    "copyArtifacts {projectName=/slipway-deliver/deliver/main, selector=upstream , filter=state/dev.json}";

  test("is all that its job keeps, and that of the build which started it: no parameter chooses another", async () => {
    expect((await build({ BUILD: "1" }, [], script)).trace).toEqual([
      "stage Copy",
      "agent slipway-verify",
      copied,
      "archiveArtifacts {artifacts=state/dev.json}",
      "SUCCESS",
    ]);
  });

  test("stays where a build leaves none, or none of main has started it: that fails, and pull requests take the last that did not", async () => {
    expect((await build({}, [copied], script)).trace?.slice(-2)).toEqual([copied, "FAILURE"]);
    expect(await traced(PULL_REQUEST)).toContain(
      "copyArtifacts {projectName=/slipway-deliver/state, selector=lastSuccessful , filter=state/dev.json, optional=true}",
    );
  });

  test("is made in no cloud that a branch can start an agent in", async () => {
    for (const environment of [MAIN, { ...MAIN, ROLLBACK: "dev" }]) {
      expect(await traced(environment, [], PERSON)).not.toContain("agent slipway-preview");
    }
    expect((await build({}, [], script)).trace).not.toContain("agent slipway-preview");
  });

  test("may be taken by the job that reviews, and reports with their log lines by nobody", () => {
    const permissions = (text: string) =>
      [...text.matchAll(/copyArtifactPermission\('([^']*)'\)/g)].map(([, to]) => to);
    expect(permissions(script)).toEqual(["/slipway-review/review/*"]);
    expect(permissions(JENKINSFILE)).toEqual(["/slipway-deliver/state"]);
  });
});

describe("trials of pull requests", () => {
  const on = { ...PULL_REQUEST, SLIPWAY_TRIALS: "on" };
  const [, trial = "", sweep = ""] = [...CONFIGURATION.matchAll(/script\('''\n([^]*?)'''\)/g)].map(
    ([, text]) => text,
  );
  const copied =
    "copyArtifacts {projectName=/slipway-deliver/trial, selector=lastCompleted , parameters=NUMBER=7, filter=trial.md, trial.json}";
  const result = "sh jenkins/scripts/trial-result.sh";

  test("are delivered by the job of the other folder, by their number, while no agent waits", async () => {
    const trace = await traced(on);
    expect(trace.slice(trace.indexOf("stage Trial"))).toEqual([
      "stage Trial",
      "timeout {time=1, unit=HOURS}",
      "build {job=/slipway-deliver/trial, propagate=false, parameters=[NUMBER=7]}",
      "stage Trial result",
      "timeout {time=30, unit=MINUTES}",
      "agent slipway-preview",
      "checkout scm",
      copied,
      result,
      expect.stringContaining("publishChecks {name=slipway trial, title=Where this change runs"),
      "SUCCESS",
    ]);
    expect(trace.join("\n")).not.toMatch(/slipway-deploy|bind /);
  });

  test("that are not ready fail the build of the pull request, and say why", async () => {
    expect((await traced(on, [result])).slice(-2)).toEqual([
      expect.stringContaining("conclusion=FAILURE"),
      "FAILURE",
    ]);
  });

  test("are off until a setting of the controller says so, and never those of main", async () => {
    expect((await traced(PULL_REQUEST)).join("\n")).not.toMatch(/trial/i);
    expect((await traced({ ...MAIN, SLIPWAY_TRIALS: "on" })).join("\n")).not.toMatch(/trial/i);
  });

  test("run main's scripts with what the pull request has in a folder of its own, in the lane of the pool", async () => {
    expect((await build({ NUMBER: "7" }, [], trial)).trace).toEqual([
      "stage Trial",
      "lock slipway-trial-7",
      "agent slipway-deploy-trial",
      expect.stringMatching(/^checkout scmGit \{branches=\[\{name=refs\/heads\/main\}\]/),
      expect.stringMatching(
        /^checkout scmGit .*relativeTargetDir=tried.*refspec=\+refs\/pull\/7\/head:refs\/remotes\/origin\/tried/,
      ),
      INSTALL,
      "bind PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-trial",
      "sh jenkins/scripts/trial.sh tried",
      "unbind PULUMI_CONFIG_PASSPHRASE_FILE=file slipway-passphrase-trial",
      expect.stringContaining("archiveArtifacts {artifacts=trial.md, trial.json"),
      "SUCCESS",
    ]);
  });

  test.each(["", "7 head", "-7", "7:refs/heads/main", "../main"])(
    "a number that is none, %j, is refused before anything is fetched",
    async (number) => {
      const { trace } = await build({ NUMBER: number }, [], trial);
      expect(trace).toEqual([
        "stage Refuse",
        "error NUMBER: allowed: the number of a pull request, such as 123",
        "FAILURE",
      ]);
    },
  );

  test("are swept every hour, if there are any", async () => {
    expect(told((await build({ SLIPWAY_TRIALS: "on" }, [], sweep)).trace ?? [])).toEqual([
      "stage Sweep",
      "agent slipway-deploy-trial",
      "sh jenkins/scripts/sweep.sh",
      "SUCCESS",
    ]);
    expect((await build({}, [], sweep)).trace).toEqual(["SUCCESS"]);
    expect(CONFIGURATION).toContain("cron { spec('H * * * *') }");
  });
});

test("a rollback from a branch or a pull request does nothing", async () => {
  expect(told(await traced({ ...FEATURE, ROLLBACK: "prod" }))).toEqual(["SUCCESS"]);
  expect(
    told(await traced({ ...PULL_REQUEST, BRANCH_NAME: "main", ROLLBACK: "prod" })),
  ).not.toContain("stage Rollback");
});

test("a pull request whose branch is called main delivers nothing", async () => {
  const trace = await traced({ ...PULL_REQUEST, BRANCH_NAME: "main" });
  expect(trace.join("\n")).not.toMatch(/slipway-deploy|up\.sh|input|rollback/);
});

test("nothing is delivered after a step that failed, and what became of an up is kept", async () => {
  const untested = await traced(MAIN, ["sh jenkins/scripts/verify.sh"]);
  expect(told(untested).slice(-2)).toEqual(["sh jenkins/scripts/verify.sh", "FAILURE"]);
  const failed = told(await traced(MAIN, ["sh jenkins/scripts/up.sh dev"]));
  expect(failed.slice(-2)).toEqual(["sh jenkins/scripts/after-up.sh dev", "FAILURE"]);
  const unplanned = told(await traced(MAIN, ["sh jenkins/scripts/plan.sh prod"]));
  expect(unplanned.slice(-2)).toEqual(["sh jenkins/scripts/plan.sh prod", "FAILURE"]);
});

test("a preview that failed publishes no check of an older one", async () => {
  const trace = await traced(PULL_REQUEST, ["sh jenkins/scripts/preview.sh dev"]);
  expect(trace.join("\n")).not.toContain("publishChecks");
});

describe("a mistake in the file shows", () => {
  /** The trace with a piece of the file replaced, wherever it stands. */
  function mutated(
    from: string | RegExp,
    to: string,
    environment: BuildCase["environment"],
  ): Promise<BuildResult> {
    const changed = JENKINSFILE.replaceAll(from, to);
    expect(changed).not.toBe(JENKINSFILE);
    return build(environment, [], changed);
  }

  test("a guard against pull requests that is gone", async () => {
    const { trace } = await mutated(/ *not \{ changeRequest\(\) \}\n/g, "", {
      ...PULL_REQUEST,
      BRANCH_NAME: "main",
    });
    expect(trace?.join("\n")).toContain("up.sh prod");
  });

  test("a guard on the branch that is gone", async () => {
    expect((await mutated(/ *branch 'main'\n/g, "", FEATURE)).trace?.join("\n")).toContain(
      "up.sh prod",
    );
  });

  test("a passphrase for a whole stage", async () => {
    const { trace } = await mutated(
      /withCredentials\(\[file\(credentialsId: 'slipway-passphrase-dev'.*\n(.*)\n *\}/g,
      "$1\n      }\n      environment {\n        PULUMI_CONFIG_PASSPHRASE = credentials('slipway-passphrase-dev')",
      MAIN,
    );
    expect(trace).toContain("env PULUMI_CONFIG_PASSPHRASE=credential slipway-passphrase-dev");
  });

  test("a passphrase as a variable, which every process of the pod shows", async () => {
    expect((await mutated("[file(", "[string(", MAIN)).refused).toBe(
      "string needs [name, value], got [credentialsId, variable]",
    );
  });

  test("a refusal, or an approval, that is gone", async () => {
    const rolled = { ...MAIN, ROLLBACK: "prod" };
    const started = async (from: RegExp, ...causes: string[]) => {
      const changed = JENKINSFILE.replace(from, "");
      expect(changed).not.toBe(JENKINSFILE);
      return (await build(rolled, [], changed, ...causes)).trace?.join("\n");
    };
    const stage = (name: string) => new RegExp(` {4}stage\\('${name}'\\) \\{[^]*?\n {4}\\}\n`);
    expect(await started(stage("Refuse"), JOB)).toContain("rollback.sh");
    expect(await started(stage("Approve rollback"), PERSON)).not.toContain("input");
  });

  test("an agent or a lock that waits only to be skipped", async () => {
    expect((await mutated(/ *beforeAgent true\n/g, "", FEATURE)).trace).toContainEqual(
      expect.stringMatching(/^WASTES an agent in 'Up prod'/),
    );
    expect((await mutated(/ *beforeOptions true\n/g, "", FEATURE)).trace).toContainEqual(
      expect.stringMatching(/^WASTES a lock in 'Up dev'/),
    );
  });

  test("a word that Declarative Pipeline does not know", async () => {
    expect((await mutated("beforeAgent true", "beforAgent true", MAIN)).refused).toBe(
      "'beforAgent' is not allowed in when",
    );
    expect((await mutated("stage('Up dev')", "stagez('Up dev')", MAIN)).refused).toBe(
      "'stagez' is not allowed in stages",
    );
    expect((await mutated("checkout scm", "chekout scm", MAIN)).refused).toBe(
      "'chekout' is not allowed in steps",
    );
  });

  test("Groovy that Jenkins does not run", async () => {
    expect((await build(MAIN, [], `def f = (x) -> x\n${JENKINSFILE}`)).refused).toMatch(
      /found '->'/,
    );
  });
});
