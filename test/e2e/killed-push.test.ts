// Proves pushes by the Docker engine of this machine, through a gate that keeps an upload's last request.
import { cp } from "node:fs/promises";
import { join } from "node:path";

import { environment } from "../../tools/platform/environment.ts";
import { Gate } from "../support/gate.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

let registry: Gate;
let project: Project;
let up: KillableUp | undefined;
beforeAll(async () => {
  registry = await Gate.start(`http://${environment().SLIPWAY_REGISTRY}`);
  project = await Project.create("killed-push");
  await cp(join(import.meta.dirname, "../fixtures/echo"), join(project.folder, "echo"), {
    recursive: true,
  });
  const build = { context: "echo", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } };
  const repository = `${registry.address}/e2e/${project.namespace}`;
  const echo = { build, port: 9000, settleSeconds: 0 };
  await project.settings({ registry: { repository }, services: { echo } });
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await project.unlock();
  await project.dispose();
  registry.stop();
});

test.each([
  ["SIGTERM", "job"],
  ["SIGINT", "group"],
  ["SIGKILL", "group"],
] as const)(
  "a push that ends by %s of the %s leaves no process and no image that could be taken",
  async (signal, target) => {
    const upload = registry.hold("request", "PUT", /\/echo\/manifests\//);
    up = project.killableUp();
    await up.reaches(upload.caught);
    const { exitCode } = await up.kill(signal, target);
    expect(exitCode).not.toBe(0);
    expect(await up.leftovers(10_000)).toEqual([]);
    expect(await tags()).toEqual([]);
    await project.unlock();
  },
);

test("the next up pushes what is missing, and releases as if nothing had been", async () => {
  const before = registry.requests.length;
  const { output } = await succeed(project.up());
  expect(output).not.toMatch(/ replaced|deleted/);
  // The layers came with the pushes that were killed.
  const uploads = registry.requests.slice(before).filter((line) => line.startsWith("PUT "));
  expect(uploads).toEqual([expect.stringContaining("/manifests/")]);
  expect(await tags()).toHaveLength(1);
  expect((await project.outputs<{ releases: object }>()).releases).toMatchObject({
    echo: { verdict: "ready", previous: null },
  });
});

/** What the registry would give to whoever asks for it. */
async function tags(): Promise<readonly string[]> {
  const list = `http://${registry.address}/v2/e2e/${project.namespace}/echo/tags/list`;
  const { tags } = (await (await fetch(list)).json()) as { tags?: readonly string[] | null };
  return tags ?? [];
}
