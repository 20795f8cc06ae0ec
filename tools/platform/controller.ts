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
} from "@kubernetes/client-node";
import { goBuild, type GoTools, type Report } from "../go/build.ts";
import { clusterConfig } from "./cluster.ts";
import { ensureProgramImage, type ProgramImage } from "./program-image.ts";

const SECONDS = 60;

/** A controller that runs in the cluster as a Deployment of one static program. */
export interface Controller {
  /** For people. */
  readonly title: string;
  /** Of its Deployment, and of the label app.kubernetes.io/name of its pods. */
  readonly place: { readonly namespace: string; readonly name: string };
  readonly label: string;
  readonly tools: GoTools;
  readonly image: ProgramImage;
  /** File of ./manifests; its word IMAGE stands for the image. */
  readonly manifests: string;
  /** Paths of the YAML files that define its kinds. */
  readonly definitions: () => Promise<readonly string[]>;
}

/**
 * Runs a controller in the cluster; a moment's work where it runs already.
 * @param report Told how its build gets on.
 * @throws When it is not ready after a minute.
 */
export async function ensureController(controller: Controller, report: Report): Promise<void> {
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

async function isReady({ place, image }: Controller): Promise<boolean> {
  try {
    const api = clusterConfig().makeApiClient(AppsV1Api);
    const { metadata, spec, status } = await api.readNamespacedDeployment(place);
    return (
      spec?.template.spec?.containers[0]?.image === image.name &&
      status?.observedGeneration === metadata?.generation &&
      (status?.availableReplicas ?? 0) > 0
    );
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) {
      return false;
    }
    throw error;
  }
}

async function objectsOf({
  definitions,
  manifests,
  image,
}: Controller): Promise<KubernetesObject[]> {
  const kinds = (await definitions()).map((path) => readFileSync(path, "utf8"));
  const own = readFileSync(join(import.meta.dirname, "manifests", manifests), "utf8");
  return [...kinds, own.replace("IMAGE", image.name)].flatMap(
    (text) => loadAllYaml(text) as KubernetesObject[],
  );
}
