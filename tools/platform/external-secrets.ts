import { join } from "node:path";
import type { Report } from "../go/build.ts";
import {
  externalSecrets,
  externalSecretsModule,
  externalSecretsProgram,
} from "../go/external-secrets.ts";
import { type Controller, ensureController } from "./controller.ts";
import { EXTERNAL_SECRETS_IMAGE } from "./images.ts";

/** It ends without the last one, whatever it is told. */
const KINDS = [
  "external-secrets.io_externalsecrets",
  "external-secrets.io_secretstores",
  "external-secrets.io_clustersecretstores",
  "generators.external-secrets.io_generatorstates",
];

const controller: Controller = {
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
};

/**
 * Runs the External Secrets controller in the cluster, with the stores `fake` and `kubernetes`; a moment's work where
 * it runs already. The platform starts without it.
 * @param report Told how its build gets on.
 * @throws When it is not ready after a minute.
 */
export function ensureExternalSecrets(report: Report): Promise<void> {
  return ensureController(controller, report);
}
