import { setTimeout as delay } from "node:timers/promises";

import { cluster } from "../../testbed/cluster.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";
import type { Project } from "../../testbed/project.ts";
import { type Case, PLAIN, type Prepared, type Settings } from "./case.ts";
import { putFaults } from "./faults.ts";
import type { Stage } from "./stage.ts";

/** Admission rules of the whole cluster do not count at once. */
const RULES_MILLISECONDS = 3000;

/** Prepares all that a case's `up` is to meet, its earlier release with it. */
export async function setUp(entry: Case, project: Project, stage: Stage): Promise<void> {
  const prepared = await entry.prepare?.(stage);
  if (entry.earlier !== undefined) {
    await project.settings(settingsOf(entry, { ...prepared, service: entry.earlier }, stage));
    await releaseEarlier(project);
  }
  if (entry.fault !== undefined) {
    await putFaults(project, { shop: entry.fault(stage.images, stage.namespace) });
  }
  const own = { ...entry.earlier, ...entry.settings, ...prepared?.service };
  await project.settings(settingsOf(entry, { ...prepared, service: own }, stage));
  const objects = entry.objects?.(project.namespace) ?? [];
  if (entry.earlier === undefined && (objects.length > 0 || entry.furnish !== undefined)) {
    await makeNamespace(project);
  }
  for (const object of objects) {
    await stage.create(object);
  }
  if (objects.some(({ kind }) => kind.startsWith("Validating"))) {
    await delay(RULES_MILLISECONDS);
  }
  await entry.furnish?.(stage);
}

function settingsOf(
  { beside = {} }: Case,
  { service, cluster, stack }: Prepared,
  { images }: Stage,
) {
  const plain = { ...PLAIN, image: images.shop };
  const services = { shop: service, ...beside };
  const all = Object.entries<Settings | undefined>(services).map(
    ([name, own]) => [name, { ...plain, ...own }] as const,
  );
  return {
    ...stack,
    services: Object.fromEntries(all),
    cluster: { kubeconfig: "${SLIPWAY_KUBECONFIG}", ...cluster },
  };
}

async function releaseEarlier(project: Project): Promise<void> {
  const { exitCode, output } = await project.up();
  if (exitCode !== 0) {
    throw new Error(`the earlier release was not ready:\n${output}`);
  }
}

async function makeNamespace(project: Project): Promise<void> {
  const type = "kubernetes:core/v1:Namespace";
  const target = `urn:pulumi:dev::slipway::${type}::${project.namespace}`;
  // What else the program does with a part of its stack is no matter here: the objects need the namespace alone.
  const { output } = await project.up("--target", target);
  const home = await cluster.find(NAMESPACE, undefined, project.namespace);
  if (home === undefined) {
    throw new Error(`the namespace was not made:\n${output}`);
  }
}
