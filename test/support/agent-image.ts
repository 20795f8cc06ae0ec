import { randomUUID } from "node:crypto";
import { globSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { execa } from "execa";

import { ENGINE_VERSION } from "../../tools/engine/install.ts";
import { docker } from "../../tools/platform/docker.ts";
import { environment } from "../../tools/platform/environment.ts";
import { librariesOf } from "../../tools/platform/node-image.ts";
import { registryDigest } from "../../tools/platform/registry-digest.ts";

const HOME = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");

const CHECKOUT = resolve(import.meta.dirname, "../..");
const NATIVE = "node_modules/@*/*-linux-x64-gnu/*.node";

/** The programs of the image but Node. Docker's client is for the offline stand-in of the Docker plugin alone. */
const PROGRAMS = {
  git: "usr/bin/git",
  curl: "usr/bin/curl",
  crane: "usr/local/bin/crane",
  docker: "usr/local/bin/docker",
} as const;

/**
 * Builds the image that stands in for that of the agent pods, and pushes it to the platform's registry.
 *
 * @returns `repository@sha256:…`
 */
export async function pushAgentImage(): Promise<string> {
  const { SLIPWAY_REGISTRY, SLIPWAY_BASE_IMAGE } = environment();
  const repository = `${SLIPWAY_REGISTRY}/e2e/stand-in-for-jenkins-agent`;
  const tag = `${repository}:${randomUUID()}`;
  const context = await mkdtemp(join(tmpdir(), "slipway-agent-"));
  try {
    await cp(join(import.meta.dirname, "agent/Dockerfile"), join(context, "Dockerfile"));
    await fillRoot(join(context, "root"));
    await docker(
      "build",
      "--quiet",
      `--build-arg=BASE=${SLIPWAY_BASE_IMAGE}`,
      `--tag=${tag}`,
      context,
    );
    await docker("push", "--quiet", tag);
    const digest = await registryDigest(tag);
    await docker("rmi", tag);
    return `${repository}@${digest ?? "lost"}`;
  } finally {
    await rm(context, { recursive: true });
  }
}

async function fillRoot(root: string): Promise<void> {
  const npm = dirname(dirname(await realpath(await find("npm"))));
  const engine = join(HOME, "versions", ENGINE_VERSION, "bin");
  const copies: Record<string, string> = {
    [npm]: "usr/local/lib/node_modules/npm",
    [engine]: "opt/pulumi",
    [join(HOME, "plugins")]: "opt/pulumi-home/plugins",
    [join(import.meta.dirname, "agent/npm")]: "usr/local/bin/npm",
    [join(CHECKOUT, "jenkins/kubeconfig.yaml")]: "etc/slipway/kubeconfig",
  };
  for (const [name, to] of Object.entries(PROGRAMS)) {
    const program = await realpath(await find(name));
    copies[program] = to;
    for (const library of await librariesOf(program)) {
      copies[library] = library;
    }
  }
  const { stdout: gitCore } = await execa("git", ["--exec-path"]);
  const remote = join(gitCore, "git-remote-http");
  copies[remote] = remote;
  // Native code of packages is mounted with them; what it needs is the image's.
  for (const file of [remote, ...globSync(`${CHECKOUT}/${NATIVE}`)]) {
    for (const library of await librariesOf(file)) {
      copies[library] = library;
    }
  }
  for (const [from, to] of Object.entries(copies)) {
    await cp(from, join(root, to), { recursive: true, dereference: true, filter: isWanted });
  }
  await chmod(join(root, "usr/local/bin/npm"), 0o755);
  await execa("chmod", ["-R", "a+rX", join(root, "opt")]);
  for (const folder of ["opt/packages/node_modules", "usr/share/git-core/templates"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await symlink("../../bin/busybox", join(root, "usr/bin/env"));
  await symlink("../lib/node_modules/npm/bin/npx-cli.js", join(root, "usr/local/bin/npx"));
}

/** Neither plugins that are just being installed, which have hidden names, nor what Node keeps of those that ran. */
function isWanted(path: string): boolean {
  return !/\/(\.stand-in-|compile-cache)/.test(path);
}

async function find(program: string): Promise<string> {
  const { PATH } = environment();
  const { stdout } = await execa("which", ["-a", program], { env: { PATH } });
  const found = stdout.split("\n").find((path) => !path.includes("node_modules/.bin"));
  if (found === undefined) {
    throw new Error(`${program} is not on PATH`);
  }
  return found;
}
