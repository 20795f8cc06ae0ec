import { join } from "node:path";
import { sealedSecrets, sealedSecretsModule, sealedSecretsProgram } from "../go/sealed-secrets.ts";
import { inCluster } from "./controller.ts";
import { SEALED_SECRETS_IMAGE } from "./images.ts";

const DEFINITION = "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml";

/** The Sealed Secrets controller. */
export const sealedSecretsController = inCluster({
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
});
