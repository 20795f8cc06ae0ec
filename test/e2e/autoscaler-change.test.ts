// Proves the number of pods while an autoscaler comes and goes; by which metrics it scales is not asked.
import { setTimeout as sleep } from "node:timers/promises";

import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, EVENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const { replicas, ...unscaled } = shop;

/** Longer than the controller takes from one look at an autoscaler to the next. */
const LOOK_MILLISECONDS = 16_000;

let project: Project;
beforeAll(async () => {
  project = await Project.create("autoscaler-change");
  await project.settings({ services: { shop: { ...unscaled, replicas } } });
  await succeed(project.up());
});
afterAll(() => project.dispose());

const numberOf = async () =>
  (await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.replicas;

test("an autoscaler takes over the number of pods as it is, and no pod ends", async () => {
  await project.settings({ services: { shop: { ...unscaled, autoscale: { min: 2, max: 3 } } } });
  await succeed(project.up());
  expect(await numberOf()).toBe(2);
  await sleep(LOOK_MILLISECONDS);
  const events = await cluster.list(EVENT, project.namespace);
  expect(events.filter(({ message = "" }) => message.startsWith("Scaled down"))).toEqual([]);
  await succeed(project.up("--expect-no-changes"));
});

test("a number that follows an autoscaler is the one that is asked for, at the end and after it", async () => {
  await project.settings({ services: { shop: { ...unscaled, replicas: 1 } } });
  await succeed(project.up());
  expect(await numberOf()).toBe(1);
  await sleep(LOOK_MILLISECONDS);
  expect(await numberOf()).toBe(1);
  await succeed(project.up("--expect-no-changes"));
});
