import { join } from "node:path";
import type { Report } from "../go/build.ts";
import { sealedSecrets, sealedSecretsModule, sealedSecretsProgram } from "../go/sealed-secrets.ts";
import { type Controller, ensureController } from "./controller.ts";
import { SEALED_SECRETS_IMAGE } from "./images.ts";

const DEFINITION = "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml";

const controller: Controller = {
  title: "Sealed Secrets",
  place: { namespace: "kube-system", name: "sealed-secrets-controller" },
  label: "sealed-secrets",
  tools: sealedSecrets,
  image: {
    name: SEALED_SECRETS_IMAGE,
    recipe: "sealed-secrets.Dockerfile",
    program: () => sealedSecretsProgram("controller"),
  },
  manifests: "sealed-secrets.yaml",
  definitions: async () => [join(await sealedSecretsModule(), DEFINITION)],
};

/**
 * Runs the Sealed Secrets controller in the cluster; a moment's work where it runs already.
 * @param report Told how its build gets on.
 * @throws When it is not ready after a minute.
 */
export function ensureSealedSecrets(report: Report): Promise<void> {
  return ensureController(controller, report);
}
