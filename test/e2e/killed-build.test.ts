// Proves builds with the builder of this machine's Docker engine; where it is BuildKit, a killed client ends the build likewise.
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { KillableUp } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

const SLOW = `ARG BASE
FROM \${BASE}
RUN ["node", "-e", "setTimeout(() => {}, 6000)"]
COPY server.js /srv/server.js
ENTRYPOINT ["node", "/srv/server.js"]
`;

let project: Project;
let up: KillableUp | undefined;
beforeAll(async () => {
  project = await Project.create("killed-build");
  await cp(join(import.meta.dirname, "../fixtures/echo"), join(project.folder, "echo"), {
    recursive: true,
  });
  // Each run of this test is a build of its own: a cached layer takes no time to kill.
  await writeFile(
    join(project.folder, "echo/Dockerfile"),
    SLOW.replace("6000", `6000 /* ${project.namespace} */`),
  );
  const build = { context: "echo", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } };
  await project.settings({ services: { echo: { build, port: 9000, settleSeconds: 0 } } });
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await project.unlock();
  await project.dispose();
});

test.each([
  ["SIGTERM", "job"],
  ["SIGINT", "group"],
  ["SIGKILL", "group"],
] as const)(
  "a build that ends by %s of the %s leaves no process behind",
  async (signal, target) => {
    up = project.killableUp();
    await up.seen(/Image echo creating .*RUN/);
    await up.kill(signal, target);
    expect(await up.leftovers(10_000)).toEqual([]);
    await project.unlock();
  },
);

test("the next up builds and releases as if nothing had been", async () => {
  const { output } = await succeed(project.up());
  expect(output).not.toMatch(/ replaced|deleted/);
  expect((await project.outputs<{ releases: object }>()).releases).toMatchObject({
    echo: { verdict: "ready", previous: null },
  });
});
