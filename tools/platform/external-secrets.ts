import { join } from "node:path";
import {
  externalSecrets,
  externalSecretsModule,
  externalSecretsProgram,
} from "../go/external-secrets.ts";
import { inCluster } from "./controller.ts";
import { EXTERNAL_SECRETS_IMAGE } from "./images.ts";

/** It ends without the last one, whatever it is told. */
const KINDS = [
  "external-secrets.io_externalsecrets",
  "external-secrets.io_secretstores",
  "external-secrets.io_clustersecretstores",
  "generators.external-secrets.io_generatorstates",
];

/** The External Secrets controller, with the stores `fake` and `kubernetes`. */
export const externalSecretsController = inCluster({
  title: "External Secrets",
  place: { namespace: "external-secrets", name: "external-secrets" },
  label: "external-secrets",
  tools: externalSecrets,
  image: {
    name: EXTERNAL_SECRETS_IMAGE,
    recipe: "external-secrets.Dockerfile",
    program: externalSecretsProgram,
  },
  manifests: "external-secrets.yaml",
  definitions: async () => {
    const folder = join(await externalSecretsModule(), "config/crds/bases");
    return KINDS.map((kind) => join(folder, `${kind}.yaml`));
  },
});
