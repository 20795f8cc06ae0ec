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
import { execa } from "execa";
import { goBuild, type Report } from "../go/build";
import { sealedSecrets } from "../go/sealed-secrets";
import { clusterConfig } from "./cluster";
import { sealedSecretsImage } from "./images";
import { ensureSealedSecretsImage } from "./sealed-secrets-image";

const place = { name: "sealed-secrets-controller", namespace: "kube-system" };
const seconds = 60;
const manifests = join(__dirname, "manifests/sealed-secrets.yaml");
const definition = "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml";

/**
 * Runs the Sealed Secrets controller in the cluster; a moment's work where it runs already.
 * @param report - Told how its build gets on.
 * @throws When it is not ready after a minute.
 */
export async function ensureSealedSecrets(report: Report): Promise<void> {
  if (await isReady()) return;
  await goBuild(sealedSecrets, report);
  await ensureSealedSecretsImage();
  const api = KubernetesObjectApi.makeApiClient(clusterConfig());
  for (const object of [...(await customResource()), ...ownManifests()])
    await api.patch(object, undefined, undefined, "slipway", true, PatchStrategy.ServerSideApply);
  const end = Date.now() + seconds * 1000;
  while (!(await isReady())) {
    if (Date.now() > end)
      throw new Error(
        `the Sealed Secrets controller is not ready after ${seconds} s; see why with: kubectl -n ${place.namespace} describe pods -l app.kubernetes.io/name=sealed-secrets`,
      );
    await sleep(200);
  }
}

async function isReady(): Promise<boolean> {
  try {
    const api = clusterConfig().makeApiClient(AppsV1Api);
    const { metadata, spec, status } = await api.readNamespacedDeployment(place);
    return (
      spec?.template.spec?.containers[0]?.image === sealedSecretsImage &&
      status?.observedGeneration === metadata?.generation &&
      (status?.availableReplicas ?? 0) > 0
    );
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return false;
    throw error;
  }
}

/** The kind SealedSecret, as the controller's module brings it. */
async function customResource(): Promise<KubernetesObject[]> {
  const { stdout } = await execa(
    "go",
    ["mod", "download", "-json", "github.com/bitnami-labs/sealed-secrets"],
    { cwd: join(__dirname, "../go/sealed-secrets"), env: { GOWORK: "off" } },
  );
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  return loadAllYaml(readFileSync(join(Dir, definition), "utf8")) as KubernetesObject[];
}

function ownManifests(): KubernetesObject[] {
  const text = readFileSync(manifests, "utf8").replace("IMAGE", sealedSecretsImage);
  return loadAllYaml(text) as KubernetesObject[];
}
