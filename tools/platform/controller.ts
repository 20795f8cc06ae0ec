import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ApiException,
  AppsV1Api,
  KubernetesObjectApi,
  type KubernetesObject,
  loadAllYaml,
  PatchStrategy,
  type V1Deployment,
} from "@kubernetes/client-node";
import { goBuild, type GoTools, type Report } from "../go/build.ts";
import type { Addition } from "./addition.ts";
import { clusterConfig } from "./cluster.ts";
import { ensureProgramImage, type ProgramImage } from "./program-image.ts";
import type { RunState } from "./run-state.ts";

const SECONDS = 60;

/** A controller that runs in the cluster as a Deployment of one static program. */
export interface Controller {
  /** For people. */
  readonly title: string;
  /** Of its Deployment, and of the label app.kubernetes.io/name of its pods. */
  readonly place: { readonly namespace: string; readonly name: string };
  readonly label: string;
  readonly tools: GoTools & { readonly version: string };
  readonly image: ProgramImage;
  /** File of ./manifests; its word IMAGE stands for the image. */
  readonly manifests: string;
  /**
   * What other words of its manifests stand for.
   * @default - none stands for anything
   */
  readonly words?: () => Readonly<Record<string, string>>;
  /**
   * Paths of the YAML files that define its kinds.
   * @default - it has none
   */
  readonly definitions?: () => Promise<readonly string[]>;
  /**
   * Where it answers.
   * @default - the API server alone talks to it
   */
  readonly address?: string;
}

/** A controller as an addition to the platform. It is not ready if it is not after a minute. */
export function inCluster(controller: Controller): Addition {
  return {
    title: `${controller.title} ${controller.tools.version}`,
    tools: controller.tools,
    ensure: (report) => ensureController(controller, report),
    state: () => controllerState(controller),
  };
}

async function ensureController(controller: Controller, report: Report): Promise<void> {
  if (await isReady(controller)) {
    return;
  }
  await goBuild(controller.tools, report);
  await ensureProgramImage(controller.image);
  const api = KubernetesObjectApi.makeApiClient(clusterConfig());
  for (const object of await objectsOf(controller)) {
    await api.patch(object, undefined, undefined, "slipway", true, PatchStrategy.ServerSideApply);
  }
  const end = Date.now() + SECONDS * 1000;
  while (!(await isReady(controller))) {
    if (Date.now() > end) {
      throw new Error(
        `the ${controller.title} controller is not ready after ${SECONDS} s; see why with: kubectl -n ${controller.place.namespace} describe pods -l app.kubernetes.io/name=${controller.label}`,
      );
    }
    await sleep(200);
  }
}

async function controllerState(controller: Controller): Promise<RunState | undefined> {
  const deployment = await find(controller);
  if (deployment === undefined) {
    return undefined;
  }
  const { namespace, name } = controller.place;
  return {
    pid: "",
    state: isAvailable(deployment) ? "running" : "not answering",
    since: "",
    address: controller.address ?? `deployment ${namespace}/${name}`,
  };
}

async function isReady(controller: Controller): Promise<boolean> {
  const deployment = await find(controller);
  const [container] = deployment?.spec?.template.spec?.containers ?? [];
  return (
    deployment !== undefined &&
    container?.image === controller.image.name &&
    isAvailable(deployment)
  );
}

function isAvailable({ metadata, status }: V1Deployment): boolean {
  return (
    status?.observedGeneration === metadata?.generation && (status?.availableReplicas ?? 0) > 0
  );
}

async function find({ place }: Controller): Promise<V1Deployment | undefined> {
  try {
    return await clusterConfig().makeApiClient(AppsV1Api).readNamespacedDeployment(place);
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) {
      return undefined;
    }
    throw error;
  }
}

async function objectsOf(controller: Controller): Promise<KubernetesObject[]> {
  const kinds = ((await controller.definitions?.()) ?? []).map((path) =>
    readFileSync(path, "utf8"),
  );
  const file = join(import.meta.dirname, "manifests", controller.manifests);
  const words = { IMAGE: controller.image.name, ...controller.words?.() };
  const own = Object.entries(words).reduce(
    (text, [word, meaning]) => text.replaceAll(word, () => meaning),
    readFileSync(file, "utf8"),
  );
  return [...kinds, own].flatMap((text) => loadAllYaml(text) as KubernetesObject[]);
}
