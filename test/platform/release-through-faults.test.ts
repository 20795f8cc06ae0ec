// Runs on a platform of its own, so that it may break it; a node that stays away for minutes is not in it.
import { setTimeout as delay } from "node:timers/promises";

import type { KillableUp } from "../../testbed/killable-up.ts";
import type { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import { Sandbox } from "../support/sandbox.ts";
import { sandboxProject } from "../support/sandbox-project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const service = { ...shop, deadlineSeconds: 240, env: { FAULT_READY_AFTER_SECONDS: "20" } };
const WAITS = /Readiness shop (creating|updating) .*0\/2 ready/;
const CHANGE_WAITS = /Readiness shop updating .*\d\/2 ready/;

let sandbox: Sandbox;
let project: Project;
let up: KillableUp | undefined;
beforeAll(async () => {
  sandbox = await Sandbox.create();
  await platformUp();
  project = await sandboxProject("through-faults", sandbox);
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await project.forget();
  await sandbox.remove();
});

test("a release is ready although the API server was killed and started anew while it was awaited", async () => {
  await project.settings({ services: { shop: service } });
  up = project.killableUp();
  await up.seen(WAITS);
  const { "kube-apiserver": before = 0 } = sandbox.pids(["kube-apiserver"]);
  process.kill(before, "SIGKILL");
  const status = await sandbox.platform(["status"]);
  expect(status.output).toMatch(/^kube-apiserver +died/m);
  expect(up.hasEnded).toBe(false);
  await platformUp();
  expect(sandbox.pids(["kube-apiserver"])).not.toEqual({ "kube-apiserver": before });

  await succeed(up.ended);
  expect(await release()).toMatchObject({ verdict: "ready", generation: 1 });
});

test("a release is ready although its node was away for 15 s while it was awaited", async () => {
  await project.settings({ services: { shop: { ...service, env: { ...service.env, N: "2" } } } });
  up = project.killableUp();
  await up.seen(CHANGE_WAITS);
  const { kubelet = 0 } = sandbox.pids(["kubelet"]);
  process.kill(kubelet, "SIGSTOP");
  try {
    await kubectl("wait", "node/slipway", "--for=condition=Ready=Unknown", "--timeout=120s");
    await delay(15_000);
    expect(up.hasEnded).toBe(false);
  } finally {
    process.kill(kubelet, "SIGCONT");
  }

  await succeed(up.ended);
  expect(await release()).toMatchObject({ verdict: "ready", generation: 2 });
  const reasons = "--output=jsonpath={.items[*].reason}";
  expect(await kubectl("get", "events", "--all-namespaces", reasons)).toContain("NodeNotReady");
});

async function release(): Promise<unknown> {
  return (await project.outputs<{ releases: Record<string, unknown> }>()).releases["shop"];
}

async function platformUp(): Promise<void> {
  await succeed(ran(["up"]));
}

async function ran(command: string[]): Promise<Run> {
  const { exitCode = 1, output } = await sandbox.platform(command);
  return { exitCode, output };
}

function kubectl(...args: string[]): Promise<string> {
  return sandbox.kubectl(...args);
}
