// What gate run makes of commands, reports and waivers: real commands run, and there is no registry. Signing and attaching are for
// test/e2e/gates.test.ts.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";

import { gateCommand } from "../../cli/gate.ts";
import { checked } from "../../cli/gate/attach.ts";
import { publishable, withImage } from "../../cli/gate/command-line.ts";
import { FORMATS } from "../../cli/gate/formats.ts";
import { builderOf, commitOf } from "../../cli/gate/origin.ts";
import { passed } from "../../cli/gate/pass.ts";
import { programDigest } from "../../cli/gate/program-digest.ts";
import { toolOf } from "../../cli/gate/tool.ts";
import { usedWaivers, waiversIn } from "../../cli/gate/waivers.ts";
import type { GateFields, Statement } from "../../provider/statements/statement.ts";
import { CHECKOUT } from "../../tools/platform/folders.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const HEX = "a".repeat(64);
const IMAGE = `registry.example.com/team/shop@sha256:${HEX}`;
const NOW = Date.parse("2026-11-30T12:00:00Z");

interface Written {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly statement: Statement | undefined;
  readonly fields: GateFields | undefined;
}

async function gateRun(
  options: readonly string[],
  command: readonly string[],
  { files = {}, env = {} }: { files?: Record<string, string>; env?: Record<string, string> } = {},
): Promise<Written> {
  const cwd = folderWith(files);
  const args = ["gate", "run", "scan", "--image", IMAGE, "--output", "out.json", ...options];
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [join(CHECKOUT, "cli/slipway"), ...args, "--", ...command],
    { cwd, env, reject: false },
  );
  const statement = read(join(cwd, "out.json"));
  const fields = statement?.predicate["slipway_gate"] as GateFields | undefined;
  return { exitCode, stdout, stderr, statement, fields };
}

function read(file: string): Statement | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Statement;
  } catch {
    return undefined;
  }
}

test("a command runs without a shell, with the image in each place, and its output is seen", async () => {
  const words = ["{image}", "a={image},b={image}", "$HOME;x"];
  const ran = await gateRun([], ["printf", "%s\\n", ...words], {
    env: { BUILD_URL: "https://ci.example.com/job/7/", GIT_COMMIT: "9b1c0de" },
  });
  expect(ran.stdout).toContain(`${IMAGE}\na=${IMAGE},b=${IMAGE}\n$HOME;x\n`);
  expect(ran.exitCode).toBe(0);
  expect(ran.statement).toMatchObject({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "registry.example.com/team/shop", digest: { sha256: HEX } }],
    predicateType: "https://in-toto.io/attestation/svr/v0.1",
    predicate: {
      verifier: { id: "https://ci.example.com/job/7/" },
      properties: ["SLIPWAY_GATE_SCAN"],
    },
  });
  expect(ran.fields).toMatchObject({
    gate: "scan",
    result: "passed",
    exitCode: 0,
    tool: { name: "printf" },
    commit: "9b1c0de",
    builder: "https://ci.example.com/job/7/",
  });
});

test("the statement has the digest of the file that ran, and none of a tool that it ran for", async () => {
  const script = "#!/bin/sh\nexit 0\n";
  const digest = `sha256:${createHash("sha256").update(script).digest("hex")}`;
  const folder = folderWith({ scanner: script });
  chmodSync(join(folder, "scanner"), 0o755);
  const { fields } = await gateRun([], [join(folder, "scanner")]);
  expect(fields?.tool).toEqual({ name: "scanner", digest });
  const other = await gateRun(["--tool", "grype"], [join(folder, "scanner")]);
  expect(other.fields?.tool).toEqual({ name: "grype" });
  expect(await programDigest("scanner", `/nowhere:${folder}`)).toBe(digest);
  expect(await programDigest("scanner", "/nowhere")).toBeUndefined();
});

test("a command that fails gives its exit code, and a statement that it has failed", async () => {
  const ran = await gateRun([], ["sh", "-c", "exit 42"]);
  expect(ran.exitCode).toBe(42);
  expect(ran.fields).toMatchObject({ result: "failed", exitCode: 42 });
  expect(ran.statement?.predicate["properties"]).toEqual([]);
});

test.each<[string, readonly string[], RegExp]>([
  ["waivers that are not there", ["--waivers", "no.yaml"], /--waivers: got "no\.yaml"; allowed: /],
  ["a date that is none", ["--database-date", "today"], /--database-date: got "today"; allowed: /],
  [
    "a folder that is not there",
    ["--output", "no/out.json"],
    /--output: got "no\/out\.json", and no is no folder; allowed: a file in a folder that is there/,
  ],
  ["a folder", ["--output", "."], /--output: got "\.", which is a folder; allowed: /],
])("%s is told before the command runs", async (_, options, message) => {
  const ran = await gateRun(options, ["sh", "-c", "echo has run"]);
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).toMatch(message);
  expect(ran.stdout).not.toContain("has run");
});

test("a signal is passed on, and says nothing about the image", async () => {
  const ran = await gateRun([], ["sh", "-c", "kill -TERM $$"]);
  expect(ran.exitCode).toBe(143);
  expect(ran.stderr).toContain("nothing is recorded, because a signal has ended the command");
  expect(ran.statement).toBeUndefined();
});

test("a signal to Slipway reaches the command, which may end in its own way", async () => {
  const cwd = folderWith({});
  const script = 'trap "echo ended; exit 9" TERM; echo ready; while :; do sleep 0.05; done';
  const args = ["gate", "run", "scan", "--image", IMAGE, "--output", "out.json"];
  const child = execa(
    process.execPath,
    [join(CHECKOUT, "cli/slipway"), ...args, "--", "sh", "-c", script],
    {
      cwd,
      reject: false,
    },
  );
  for await (const line of child) {
    if (line === "ready") {
      child.kill("SIGTERM");
    }
  }
  const { exitCode } = await child;
  expect(exitCode).toBe(9);
  expect(read(join(cwd, "out.json"))?.predicate["slipway_gate"]).toMatchObject({
    result: "failed",
  });
});

test("the command does not get the password of the key", async () => {
  const ran = await gateRun([], ["sh", "-c", 'echo "got ${COSIGN_PASSWORD-nothing}"'], {
    env: { COSIGN_PASSWORD: "hunter2hunter2" },
  });
  expect(ran.stdout).toContain("got nothing");
});

test("with --json the result alone is on standard output", async () => {
  const { stdout, stderr } = await gateRun(["--json"], ["echo", "hello"]);
  expect(JSON.parse(stdout)).toEqual({
    gate: "scan",
    image: IMAGE,
    result: "passed",
    kind: "summary",
    output: "out.json",
  });
  expect(stderr).toContain("hello");
});

test.each<[string, string[], string[], number, RegExp]>([
  [
    "a command that does not exist",
    [],
    ["no-such-tool"],
    2,
    /got "no-such-tool", which cannot be started: it is not on the PATH/,
  ],
  ["a key with a file", ["--key", "k"], ["true"], 2, /--key: got it with --output/],
  [
    "a form without a report",
    ["--format", "trivy"],
    ["true"],
    2,
    /--format: got "trivy" without --report/,
  ],
  ["a service with an image", ["--service", "shop"], ["true"], 2, /--image: got it with --service/],
  [
    "a report that is not written",
    ["--report", "r.json"],
    ["true"],
    1,
    /--report: r\.json: it must be there once the command has ended/,
  ],
  [
    "a scan that leaves no report, which says nothing of what it has found",
    ["--kind", "scan", "--database-date", "2026-11-29"],
    ["true"],
    2,
    /--kind: got scan without --report; allowed: both, because a scan says what it has found/,
  ],
  ["an age that is none", ["--database-date", "soon"], ["true"], 2, /--database-date: got "soon"/],
  [
    "waivers that are not there",
    ["--waivers", "none.yaml"],
    ["true"],
    2,
    /--waivers: got "none\.yaml"/,
  ],
])("refuses %s", async (_, options, command, exitCode, message) => {
  const given = process.exitCode;
  const output = join(folderWith({}), "out.json");
  const args = ["run", "scan", "--image", IMAGE, "--output", output, ...options, "--", ...command];
  const ended = await gateCommand()
    .parseAsync(args, { from: "user" })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  process.exitCode = given;
  expect(ended).toMatchObject({ message: expect.stringMatching(message) as string, exitCode });
  expect(read(output)).toBeUndefined();
});

test("an image by its tag is refused before anything runs", async () => {
  const args = ["cli/slipway", "gate", "run", "scan", "--image", "x/shop:1", "--", "echo", "ran"];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, {
    cwd: CHECKOUT,
    reject: false,
  });
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain('--image: got "x/shop:1"; allowed: repository@sha256:<64 hex digits>');
});

const TRIVY = JSON.stringify({
  SchemaVersion: 2,
  ArtifactName: IMAGE,
  Trivy: { Version: "0.74.0" },
  Results: [
    {
      Vulnerabilities: [
        { VulnerabilityID: "CVE-1", Severity: "LOW" },
        { VulnerabilityID: "CVE-2", Severity: "CRITICAL" },
      ],
    },
    {
      Misconfigurations: [
        { ID: "DS-1", Severity: "HIGH", Status: "FAIL" },
        { ID: "DS-2", Severity: "HIGH", Status: "PASS" },
      ],
    },
    { Secrets: [{ RuleID: "aws", Severity: "CRITICAL" }] },
    {
      ExperimentalModifiedFindings: [
        { Type: "vulnerability", Status: "ignored", Finding: { VulnerabilityID: "CVE-9" } },
        { Type: "vulnerability", Status: "not_affected", Finding: { VulnerabilityID: "CVE-8" } },
      ],
    },
  ],
});

test("a scan's report gives counts, tool, findings and waivers with their ends, and its digest", async () => {
  const waivers = `vulnerabilities:
  - id: CVE-9
    expired_at: 2099-01-01
    statement: not reachable
  - id: CVE-7
`;
  const ran = await gateRun(
    ["--report", "r.json", "--waivers", "w.yaml", "--database-date", "2026-11-29T00:00:00+02:00"],
    ["sh", "-c", "cat given.json > r.json"],
    { files: { "given.json": TRIVY, "w.yaml": waivers } },
  );
  expect(ran.exitCode).toBe(0);
  expect(ran.fields).toMatchObject({
    result: "passed",
    tool: { name: "trivy", version: "0.74.0" },
    databaseDate: "2026-11-28T22:00:00.000Z",
    counts: { CRITICAL: 2, HIGH: 1, LOW: 1 },
    waivers: [{ id: "CVE-9", until: "2099-01-01T00:00:00.000Z", why: "not reachable" }],
    report: {
      format: "trivy",
      bytes: TRIVY.length,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    },
  });
  expect(ran.statement).toMatchObject({
    predicateType: "https://in-toto.io/attestation/vulns/v0.2",
    predicate: {
      scanner: {
        uri: "pkg:generic/trivy",
        version: "0.74.0",
        db: { lastUpdate: "2026-11-28T22:00:00.000Z" },
        result: [
          { id: "CVE-2", severity: [{ method: "scanner", score: "CRITICAL" }] },
          { id: "aws" },
          { id: "DS-1" },
          { id: "CVE-1" },
        ],
      },
    },
  });
});

test("a scan without a database is a summary", async () => {
  const ran = await gateRun(["--report", "r.json"], ["sh", "-c", "cat given.json > r.json"], {
    files: { "given.json": TRIVY },
  });
  expect(ran.statement?.predicateType).toBe("https://in-toto.io/attestation/svr/v0.1");
  expect(ran.fields?.counts).toEqual({ CRITICAL: 2, HIGH: 1, LOW: 1 });
});

/** A scan whose command is a script, with a report of before beside it if there is one. */
const scanned = (script: string, options: readonly string[] = [], before?: string) =>
  gateRun(["--kind", "scan", "--report", "r.json", ...options], ["sh", "-c", script], {
    files: { "given.json": TRIVY, ...(before !== undefined && { "r.json": before }) },
  });
const DATED = ["--database-date", "2026-11-29T00:00:00Z"];

test("a scan of no known age is no pass", async () => {
  const ran = await scanned("cat given.json > r.json");
  expect([ran.exitCode, ran.statement]).toEqual([1, undefined]);
  expect(ran.stderr).toContain("nothing says of when the scanner's database is");
});

test.each<[string, string, string | undefined, string]>([
  ["before its report", "true", undefined, "it must be there once the command has ended"],
  ["at the beginning of its report", ": > r.json", undefined, "got an empty file"],
  ["in the middle of its report", "head -c 40 given.json > r.json", undefined, "got no report of"],
  ["beside the report of a moment ago", "true", TRIVY, "got the one that was there before"],
])("a scanner that ends well %s makes no pass", async (_, script, before, why) => {
  const ran = await scanned(script, DATED, before);
  expect([ran.exitCode, ran.statement]).toEqual([1, undefined]);
  expect(ran.stderr).toContain(why);
});

test.each<[string, readonly string[]]>([
  ["of no known age", []],
  ["of a known one", DATED],
])(
  "a scanner %s that crashes with the code of findings is recorded as a failure",
  async (_, dated) => {
    const ran = await scanned("exit 1", dated);
    expect(ran.exitCode).toBe(1);
    expect(ran.fields).toMatchObject({ result: "failed", exitCode: 1 });
    expect(ran.stderr).not.toContain("the failure is not recorded");
  },
);

test("a report of before is not that of the command", async () => {
  const cwd = folderWith({ "r.json": TRIVY });
  await execa("touch", ["-d", "2020-01-01", "r.json"], { cwd });
  const args = ["gate", "run", "scan", "--image", IMAGE, "--output", "o", "--report", "r.json"];
  const { exitCode, stderr } = await execa(
    process.execPath,
    [join(CHECKOUT, "cli/slipway"), ...args, "--", "true"],
    { cwd, reject: false },
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain("it must be written by the command, got the one that was there before");
});

const JUNIT = `<?xml version="1.0"?>
<testsuites><testsuite name="a" tests="4">
<testcase classname="shop" name="sells"/>
<testcase name="a > b"><system-out><![CDATA[<failure/> <testcase name="no"/>]]></system-out></testcase>
<testcase name="later"><skipped/></testcase>
<!-- <testcase name="gone"/> -->
<testcase name="breaks"><failure message="x">1</failure></testcase>
</testsuite><system-out><error/></system-out></testsuites>`;

test("tests that failed fail the gate, though the command ended with 0", async () => {
  const ran = await gateRun(["--report", "r.xml"], ["sh", "-c", "cat given.xml > r.xml"], {
    files: { "given.xml": JUNIT },
  });
  expect(ran.exitCode).toBe(1);
  expect(ran.stderr).toContain("its report has 1 failed tests: it has failed");
  expect(ran.fields).toMatchObject({
    result: "failed",
    counts: { passed: 2, failed: 1, skipped: 1 },
  });
  expect(ran.statement).toMatchObject({
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: "FAILED",
      passedTests: ["shop sells", "a > b"],
      failedTests: ["breaks"],
    },
  });
});

test.each<[string, unknown, object]>([
  [
    "grype",
    {
      matches: [{ vulnerability: { id: "CVE-1", severity: "High" } }],
      ignoredMatches: [{ vulnerability: { id: "CVE-2" } }],
      descriptor: {
        name: "grype",
        version: "0.116.0",
        db: { status: { built: "2026-11-29T00:00:00Z" } },
      },
    },
    {
      kind: "scan",
      counts: { HIGH: 1 },
      databaseDate: "2026-11-29T00:00:00Z",
      waived: [{ id: "CVE-2" }],
    },
  ],
  [
    "sarif",
    {
      runs: [
        {
          tool: { driver: { name: "semgrep", semanticVersion: "1.2.0" } },
          results: [
            { ruleId: "a", level: "error" },
            { ruleId: "b" },
            { ruleId: "c", suppressions: [{ status: "accepted", justification: "old" }] },
            { ruleId: "d", suppressions: [{ status: "rejected" }] },
          ],
        },
      ],
    },
    {
      kind: "summary",
      counts: { ERROR: 1, WARNING: 2 },
      tool: { name: "semgrep", version: "1.2.0" },
      waived: [{ id: "c", why: "old" }],
    },
  ],
])("reads the form %s, and finds out that it is it", (format, report, findings) => {
  const text = JSON.stringify(report);
  const names = Object.keys(FORMATS).filter((name) => FORMATS[name]?.is(text, report));
  expect(names).toEqual([format]);
  expect(FORMATS[format]?.read(text, report)).toMatchObject(findings);
});

test("a report of a different form than the named one is refused", async () => {
  const ran = await gateRun(
    ["--report", "r.json", "--format", "sarif"],
    ["sh", "-c", "cat given.json > r.json"],
    {
      files: { "given.json": TRIVY },
    },
  );
  expect(ran.exitCode).toBe(1);
  expect(ran.stderr).toMatch(
    /--report: r\.json must be a report of the form sarif, and is not at runs/,
  );
});

test("waivers are read of both of Trivy's forms, and those that have ended are not in force", async () => {
  const folder = folderWith({
    "w.yaml":
      "secrets:\n  - id: s\n    expired_at: 2026-11-30\nmisconfigurations:\n  - id: m\n    expired_at: 2026-12-01\n",
    ".trivyignore": "# why\nCVE-1 exp:2026-12-24 # soon\nCVE-2\n\nCVE-3 exp:2020-01-01\n",
    "bad.yaml": "vulnerabilities: {}\n",
    ".bad": "CVE-1 exp:tomorrow\n",
  });
  expect(await waiversIn(join(folder, "w.yaml"), NOW)).toEqual([
    { id: "m", until: "2026-12-01T00:00:00.000Z" },
  ]);
  expect(await waiversIn(join(folder, ".trivyignore"), NOW)).toEqual([
    { id: "CVE-1", until: "2026-12-24T00:00:00.000Z" },
    { id: "CVE-2" },
  ]);
  await expect(waiversIn(join(folder, "bad.yaml"), NOW)).rejects.toThrow("it is not of this form");
  await expect(waiversIn(join(folder, ".bad"), NOW)).rejects.toThrow("the end of CVE-1 is no date");
});

test("of waivers those count that let something pass, if the report says which", () => {
  const waivers = [{ id: "a", until: "2026-12-01" }, { id: "b" }];
  expect(usedWaivers(waivers, {})).toEqual(waivers);
  expect(
    usedWaivers(waivers, { waived: [{ id: "a" }, { id: "c", why: "x" }, { id: "c", why: "x" }] }),
  ).toEqual([
    { id: "a", until: "2026-12-01" },
    { id: "c", why: "x" },
  ]);
});

test("a command is published without secrets", () => {
  const env = { MY_TOKEN: "abcdef123456", SONAR_LOGIN: "x", SHORT_PASSWORD: "abc" };
  const command = [
    "scan",
    "--auth",
    "abcdef123456",
    "--password",
    "pa55word-x",
    "https://u:pw@x/",
    "a b",
  ];
  expect(publishable(command, env)).toBe("scan --auth *** --password *** https://u:***@x/ 'a b'");
  expect(withImage(["{image}", "x"], IMAGE)).toEqual([IMAGE, "x"]);
});

test("a secret that a shell would quote is masked as well", () => {
  const env = { SCAN_TOKEN: "it's $ecret\nof 2 lines" };
  const line = publishable(["scan", `--auth=${env.SCAN_TOKEN}`, `${env.SCAN_TOKEN} x`], env);
  expect(line).toBe("scan --auth=*** '*** x'");
});

test("a tool that is known is asked for its version, with the place of its database; any other is not run again", async () => {
  const folder = folderWith({
    trivy:
      '#!/bin/sh\necho "Version: 0.74.0"\necho "Vulnerability DB:"\necho "  UpdatedAt: 2026-11-28 06:12:13.1 +0000 UTC"\necho "$@" >"$0.args"\n',
    deploy: '#!/bin/sh\ntouch "$0.ran"\n',
  });
  for (const name of ["trivy", "deploy"]) {
    chmodSync(join(folder, name), 0o755);
  }
  expect(await toolOf([join(folder, "trivy"), "image", "--cache-dir", "/c", IMAGE])).toEqual({
    name: "trivy",
    version: "0.74.0",
    databaseDate: "2026-11-28T06:12:13Z",
  });
  expect(readFileSync(join(folder, "trivy.args"), "utf8")).toBe("--version --cache-dir /c\n");
  expect(await toolOf([join(folder, "deploy"), "x"])).toEqual({ name: "deploy" });
  expect(read(join(folder, "deploy.ran"))).toBeUndefined();
  writeFileSync(join(folder, "done"), "");
});

test("pipelines say which run and commit it is", () => {
  const github = {
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "a/b",
    GITHUB_RUN_ID: "7",
  };
  expect(builderOf(github)).toBe("https://github.com/a/b/actions/runs/7");
  expect(builderOf({ BUILD_URL: "https://u:pw12345@ci/1" })).toBe("https://u:***@ci/1");
  expect(builderOf({})).toBeUndefined();
  expect(commitOf({ GIT_COMMIT: "9b1c0de" })).toBe("9b1c0de");
  expect(commitOf({ GIT_COMMIT: "main" })).toBeUndefined();
});

describe("a statement of another step", () => {
  const fields = { gate: "scan", result: "passed", finishedAt: "2026-11-30T11:00:00Z" };
  const given = (changes: object = {}, said: object = {}) =>
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "x", digest: { sha256: HEX } }],
      predicateType: "https://in-toto.io/attestation/svr/v0.1",
      predicate: { slipway_gate: { ...fields, ...said } },
      ...changes,
    });
  const asked = { file: "s.json", gate: "scan", image: IMAGE, now: NOW };

  test("is attached as far as it is understood", () => {
    const { statement, hasPassed } = checked(given({ more: 1 }, { unknown: "x" }), asked);
    expect(hasPassed).toBe(true);
    expect(statement).toEqual({
      ...JSON.parse(given()),
      subject: [{ name: "registry.example.com/team/shop", digest: { sha256: HEX } }],
      predicate: {
        verifier: { id: "urn:slipway:gate:v1" },
        timeCreated: fields.finishedAt,
        properties: ["SLIPWAY_GATE_SCAN"],
        slipway_gate: fields,
      },
    });
    expect(checked(given({}, { result: "failed" }), asked).hasPassed).toBe(false);
  });

  test("says nothing that its file has beside it, in whosever words", () => {
    const hostile = given(
      { subject: [{ name: "other/image", digest: { sha256: HEX, sha512: "c".repeat(128) } }] },
      { by: "alice", reason: "I have looked", command: "scan \u001b]0;owned\u0007 x" },
    );
    const file = JSON.parse(hostile) as Statement;
    const properties = ["SLSA_BUILD_LEVEL_3"];
    const predicate = { ...file.predicate, properties, verifier: { id: "https://slsa.dev" } };
    const { statement } = checked(JSON.stringify({ ...file, predicate }), asked);
    expect(JSON.stringify(statement)).not.toMatch(
      /SLSA|slsa|other|sha512|alice|looked|owned|u001b/,
    );
    expect(statement.predicate["slipway_gate"]).toEqual({ ...fields, command: "scan  x" });
  });

  test("keeps what a scan has found, and which tests have failed", () => {
    const scan = {
      scanner: {
        result: [{ id: "CVE-1", severity: [{ method: "scanner", score: "HIGH" }], more: "x" }],
      },
      slipway_gate: { ...fields, databaseDate: "2026-11-29T00:00:00Z" },
    };
    const predicateType = "https://in-toto.io/attestation/vulns/v0.2";
    const scanned = checked(given({ predicateType, predicate: scan }), asked).statement;
    expect(scanned.predicate["scanner"]).toMatchObject({
      db: { lastUpdate: "2026-11-29T00:00:00Z" },
      result: [{ id: "CVE-1", severity: [{ method: "scanner", score: "HIGH" }] }],
    });
    const tests = {
      result: "FAILED",
      passedTests: ["a"],
      failedTests: ["b"],
      slipway_gate: fields,
    };
    const type = "https://in-toto.io/attestation/test-result/v0.1";
    const tested = checked(given({ predicateType: type, predicate: tests }), asked);
    expect(tested.hasPassed).toBe(false);
    expect(tested.statement.predicate).toMatchObject({
      result: "FAILED",
      passedTests: ["a"],
      failedTests: ["b"],
      slipway_gate: { result: "failed" },
    });
  });

  test.each<[string, string, string]>([
    ["another gate", given({}, { gate: "other" }), "it is about the gate other"],
    [
      "another image",
      given({ subject: [{ digest: { sha256: "b".repeat(64) } }] }),
      "it is about a different digest",
    ],
    [
      "several images",
      given({ subject: [{ digest: { sha256: HEX } }, { digest: { sha256: "b".repeat(64) } }] }),
      "it is about 2 images",
    ],
    ["the future", given({}, { finishedAt: "2026-11-30T12:05:01Z" }), "it is from the future"],
    [
      "another predicate",
      given({ predicateType: "https://example.com/x" }),
      "it is not one that gate run has written",
    ],
    ["nothing that is known", given({ predicate: {} }), "it is not one that gate run has written"],
    ["nothing at all", "x", "it is no JSON"],
  ])("is refused if it is about %s", (_, text, why) => {
    expect(() => checked(text, asked)).toThrow(why);
  });
});

describe("a registry that keeps nothing but images", () => {
  const statement: Statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: HEX } }],
    predicateType: "https://in-toto.io/attestation/svr/v0.1",
    predicate: {},
  };
  const copied: string[] = [];
  const registry = {
    manifest: () => Promise.resolve("{}"),
    push: () => Promise.reject(new Error("MANIFEST_INVALID")),
    referrers: () => Promise.resolve([]),
    copy: (_: string, to: string) => Promise.resolve(void copied.push(to)),
  };
  const publication = { image: IMAGE, gate: "scan", hasPassed: true, statement };

  test("gets the tag that there was before, with a warning", async () => {
    const told = jest.spyOn(console, "error").mockReturnValue();
    expect(await passed(publication, registry)).toEqual({});
    expect(copied).toEqual([`registry.example.com/team/shop:gate-scan-${"a".repeat(32)}`]);
    expect(told).toHaveBeenCalledWith(
      "warning: the statement cannot be attached: MANIFEST_INVALID; the tag alone counts only where nothing is asked of signer, age or kind",
    );
    told.mockRestore();
  });
});
