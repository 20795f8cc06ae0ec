// Proves it with a registry that lets tags be moved; one that does not refuses the push that is shown here not to happen.
import { execa } from "execa";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { environment } from "../../tools/platform/environment.ts";

const NO_DAEMON = { DOCKER_HOST: "tcp://127.0.0.1:1" };
const service = { ...shop, replicas: 1 };

let project: Project;
let second: string;
let image: string;
beforeAll(async () => {
  project = await Project.create("lost-image");
  second = `${project.namespace}-second`;
  await project.settings({ services: { shop: service } });
  await succeed(project.up());
  image = (await releaseOf("dev")).image;
});
afterAll(async () => {
  await succeed(project.pulumi("destroy", "--yes", "--skip-preview", "--stack=second"));
  await project.dispose();
});

async function releaseOf(stack: string): Promise<ReleaseRecord> {
  const output = ["stack", "output", "releases", "--json", `--stack=${stack}`];
  const { output: text } = await succeed(project.pulumi(...output));
  return (JSON.parse(text) as { shop: ReleaseRecord }).shop;
}

const crane = (...args: string[]) => execa("crane", args, { env: environment() });
const upOfSecond = (...args: string[]): Promise<Run> =>
  project.with(NO_DAEMON).pulumi("up", "--yes", "--skip-preview", "--stack=second", ...args);

test("an image that the registry has is neither built nor asked for twice", async () => {
  await succeed(project.with(NO_DAEMON).up("--expect-no-changes"));
});

test("one that the registry has lost is seen by the preview, and built again by the next up", async () => {
  await crane("delete", image);
  const warning = `image of shop: the registry has lost ${image}; it is built again`;
  const preview = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(preview.output).toContain(warning);
  expect(preview.output).toMatch(/docker:index:Image .*update/);

  expect((await succeed(project.up())).output).toContain(warning);
  const { image: again } = await releaseOf("dev");
  expect((await crane("digest", again)).stdout).toBe(again.slice(again.indexOf("@") + 1));
  const { output } = await succeed(project.with(NO_DAEMON).up("--expect-no-changes"));
  expect(output).not.toContain("image of shop");
  image = again;
});

test("a second stack of the same content takes the digest that the tag has, without a builder", async () => {
  await succeed(project.pulumi("stack", "init", "second"));
  const repository = `\${SLIPWAY_REGISTRY}/e2e/${project.namespace}`;
  const settings = { namespace: second, registry: { repository }, services: { shop: service } };
  await project.write("Pulumi.second.yaml", "config: {}\n");
  await project.settings(settings, "second");
  await succeed(upOfSecond());
  expect((await releaseOf("second")).image).toBe(image);
  await succeed(upOfSecond("--expect-no-changes"));
});
