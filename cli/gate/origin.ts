import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";

import { masked } from "../../mask/mask.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where a pipeline says which of its runs this is. */
const BUILDS = ["BUILD_URL", "CI_JOB_URL", "CIRCLE_BUILD_URL"];

/** Where a pipeline says which commit it runs for. */
const COMMITS = ["GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"];

/** Where a pipeline says who has started it. */
const USERS = [
  "BUILD_USER_EMAIL",
  "BUILD_USER_ID",
  "BUILD_USER",
  "GITHUB_ACTOR",
  "GITLAB_USER_LOGIN",
];

/** The address of the pipeline's run, undefined where there is none. */
export function builderOf(variables: Variables): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = variables;
  const github =
    GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID
      ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`
      : undefined;
  const url = firstOf(BUILDS, variables) ?? github;
  return url === undefined ? undefined : masked(url);
}

/** The commit that the pipeline runs for, undefined where it does not say. */
export function commitOf(variables: Variables): string | undefined {
  const commit = firstOf(COMMITS, variables);
  return commit !== undefined && /^[0-9a-f]{7,64}$/.test(commit) ? commit : undefined;
}

/** Who has started this: as the pipeline says, as git knows them, or the account. */
export async function personOf(variables: Variables): Promise<string> {
  const known = firstOf(USERS, variables);
  if (known !== undefined) {
    return known;
  }
  const [name, email] = await Promise.all([gitSetting("user.name"), gitSetting("user.email")]);
  const words = [name, email && `<${email}>`].filter(Boolean).join(" ");
  return words === "" ? userInfo().username : words;
}

async function gitSetting(name: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("git", ["config", "--get", name]);
    return stdout.trim();
  } catch {
    return "";
  }
}

function firstOf(names: readonly string[], variables: Variables): string | undefined {
  return names.map((name) => variables[name]).find((value) => (value ?? "") !== "");
}
