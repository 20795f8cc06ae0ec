// Proves what is asked of a live Jenkins and GitHub and how their answers are read; a stand-in answers, in the form of their documentation.
import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { folderWith, removeFolders } from "../support/folder.ts";

const SCRIPT = join(import.meta.dirname, "../../jenkins/check-live.sh");
const PLUGINS = [
  ...["kubernetes", "workflow-aggregator", "configuration-as-code", "job-dsl"],
  ...["github-branch-source", "github-checks", "lockable-resources", "copyartifact"],
  "credentials-binding",
];
const LAUNCHERS = ["preview", "preview-prod", "deploy-dev", "deploy-prod"].map(
  (lane) => `slipway-launcher-${lane}`,
);
const DELIVERS = [
  ...["slipway-github-deliver", "slipway-registry-read"],
  ...["slipway-passphrase-dev", "slipway-passphrase-prod"],
];

const credentials = (ids: readonly string[]) =>
  JSON.stringify({ credentials: ids.map((id) => ({ id })) });
const config = (scope: string) =>
  `<x><scope>${scope}</scope><secret><secret-redacted/></secret></x>`;
const mayUse = (...clouds: readonly string[]) =>
  `<folder>\n  <permittedClouds>\n${clouds.map((name) => `    <string>${name}</string>\n`).join("")}  </permittedClouds>\n</folder>`;
const checks = (...required: object[]) =>
  JSON.stringify([
    { type: "required_status_checks", parameters: { required_status_checks: required } },
  ]);

/** What a Jenkins says that is as it should be, by path. */
const GOOD: Readonly<Record<string, string>> = {
  "/pipeline-model-converter/validate": "Jenkinsfile successfully validated.",
  "/pluginManager/api/json": `{"plugins":[${PLUGINS.map((name) => `{"active":true,"shortName":"${name}"}`).join()}]}`,
  "/configuration-as-code/check": "[]",
  "/job/slipway-deliver/job/state/api/json": '{"name":"state"}',
  "/manage/credentials/store/system/domain/_/api/json": credentials(LAUNCHERS),
  "/job/slipway-review/credentials/store/folder/domain/_/api/json": credentials([
    "slipway-github-review",
  ]),
  "/job/slipway-deliver/credentials/store/kubernetes/domain/_/api/json": credentials(DELIVERS),
  "/job/slipway-review/config.xml": mayUse("slipway-preview"),
  "/job/slipway-deliver/config.xml": mayUse("slipway-verify", "slipway-deploy-prod"),
  "/label/slipway-verify/api/json": '{"clouds":[{"name":"x"}]}',
  "/repos/team/shop/rules/branches/main": checks({ context: "audit", integration_id: 8 }),
  ...Object.fromEntries(
    LAUNCHERS.flatMap((id) => [
      [`/label/${id.replace("launcher-", "")}/api/json`, '{"clouds":[{"name":"x"}]}'],
      [`/manage/credentials/store/system/domain/_/credential/${id}/config.xml`, config("SYSTEM")],
    ]),
  ),
};

let server: Server;
let answers: Readonly<Record<string, string>>;
let asked: string[];
beforeAll(async () => {
  server = createServer(({ url = "", headers: { authorization = "" } }, response) => {
    const { pathname } = new URL(url, "http://jenkins");
    asked.push(`${authorization.split(" ")[0] ?? ""} ${pathname}`);
    const answer = answers[pathname];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  removeFolders();
});

/** The checks that failed, and the exit code. */
async function failing(
  change: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<[code: number, failed: string[], said: string]> {
  answers = { ...GOOD, ...change };
  asked = [];
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const folder = folderWith({ token: "canary-of-a-token\n" });
  const all = {
    ...{ PATH: process.env["PATH"], JENKINS_URL: url, GITHUB_API_URL: url, JENKINS_USER: "ci" },
    ...{ JENKINS_TOKEN_FILE: join(folder, "token"), SLIPWAY_REPOSITORY: "team/shop" },
    ...env,
  };
  return new Promise((resolve) => {
    execFile("sh", [SCRIPT], { env: all }, (error, stdout, stderr) => {
      const failed = stdout.split("\n").filter((line) => line.startsWith("failed"));
      resolve([Number(error?.code ?? 0), failed, stdout + stderr]);
    });
  });
}

const STORE = "/manage/credentials/store/system/domain/_";
const REVIEW = "/job/slipway-review/credentials/store";

test("a Jenkins that is as it should be passes, and its token is in no argument and no output", async () => {
  const [code, failed, said] = await failing({});
  expect([code, failed]).toEqual([0, []]);
  expect(said).not.toContain("canary");
  expect(asked.every((request) => request.startsWith("Basic "))).toBe(true);
});

test.each([
  [
    "a launcher that every job may bind",
    { [`${STORE}/credential/slipway-launcher-deploy-prod/config.xml`]: config("GLOBAL") },
    ["failed  slipway-launcher-deploy-prod has the scope System"],
  ],
  [
    "a passphrase in Jenkins' own store",
    { [`${STORE}/api/json`]: credentials([...LAUNCHERS, "slipway-passphrase-prod"]) },
    [
      "failed  slipway-passphrase-prod is not in Jenkins' own store, from which every job could take it",
    ],
  ],
  [
    "a Secret that the folder of branches sees",
    {
      [`${REVIEW}/kubernetes/domain/_/api/json`]: credentials([
        "slipway-launcher-deploy-dev",
        "slipway-github-deliver",
      ]),
    },
    [
      "failed  slipway-review cannot have slipway-launcher-deploy-dev",
      "failed  slipway-review cannot have slipway-github-deliver",
    ],
  ],
  [
    "one App for both folders",
    { [`${REVIEW}/folder/domain/_/api/json`]: credentials(["slipway-github-deliver"]) },
    [
      "failed  slipway-review has slipway-github-review",
      "failed  slipway-review cannot have slipway-github-deliver",
    ],
  ],
  [
    "a lane that no cloud has",
    { "/label/slipway-preview-prod/api/json": '{"clouds":[]}' },
    ["failed  a cloud has the label slipway-preview-prod"],
  ],
  [
    "a cloud of both folders",
    { "/job/slipway-deliver/config.xml": mayUse("slipway-verify", "slipway-preview") },
    [
      "failed  slipway-deliver may not use the cloud slipway-preview, whose agents' labels branches choose",
    ],
  ],
  [
    "a second cloud for branches",
    { "/job/slipway-review/config.xml": mayUse("slipway-preview", "slipway-verify") },
    ["failed  slipway-review may use the cloud slipway-preview, and no other"],
  ],
  [
    "a folder whose clouds cannot be seen",
    { "/job/slipway-deliver/config.xml": "<folder/>" },
    [
      "failed  slipway-deliver may not use the cloud slipway-preview, whose agents' labels branches choose",
    ],
  ],
])("%s fails", async (_, change, expected) => {
  const [code, failed] = await failing(change);
  expect([code, failed]).toEqual([1, expected]);
});

test("launchers that come from Secrets have no file of their own: what the folders can have decides", async () => {
  const change = {
    [`${STORE}/api/json`]: credentials([]),
    "/manage/credentials/store/kubernetes/domain/_/api/json": credentials(LAUNCHERS),
  };
  const files = Object.fromEntries(
    LAUNCHERS.map((id) => [`${STORE}/credential/${id}/config.xml`, ""]),
  );
  expect((await failing({ ...change, ...files })).slice(0, 2)).toEqual([0, []]);
});

describe("GitHub", () => {
  const github = { GITHUB_TOKEN_FILE: "", REVIEW_APP_ID: "7" };
  const rules = async (...required: object[]) => {
    const token = join(folderWith({ token: "canary-of-a-token" }), "token");
    const path = "/repos/team/shop/rules/branches/main";
    return failing({ [path]: checks(...required) }, { ...github, GITHUB_TOKEN_FILE: token });
  };

  test("may require no check, or those of an App that no branch can use", async () => {
    expect((await rules()).slice(0, 2)).toEqual([0, []]);
    expect((await rules({ context: "audit", integration_id: 77 })).slice(0, 2)).toEqual([0, []]);
    expect(asked.at(-1)).toBe("Bearer /repos/team/shop/rules/branches/main");
  });

  test("must not require one that branches can write: of their App, or of any", async () => {
    const own = "failed  main requires no check of the App that branches can use";
    const any = "failed  each check that main requires is pinned to an App";
    expect((await rules({ context: "verify", integration_id: 7 })).slice(0, 2)).toEqual([1, [own]]);
    expect((await rules({ context: "verify" })).slice(0, 2)).toEqual([1, [any]]);
  });
});
