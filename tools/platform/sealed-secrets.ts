import { join } from "node:path";
import { execa } from "execa";
import { sealedSecrets, sealedSecretsProgram } from "../go/sealed-secrets.ts";
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
  definitions: async () => [join(await publishedModule(), DEFINITION)],
});

/** Folder of the controller's module, which brings the kind SealedSecret. */
async function publishedModule(): Promise<string> {
  const { stdout } = await execa(
    "go",
    ["mod", "download", "-json", "github.com/bitnami-labs/sealed-secrets"],
    { cwd: join(import.meta.dirname, "../go/sealed-secrets"), env: { GOWORK: "off" } },
  );
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}
