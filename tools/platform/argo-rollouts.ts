import { readdirSync } from "node:fs";
import { join } from "node:path";
import { argoRollouts, argoRolloutsModule, argoRolloutsProgram } from "../go/argo-rollouts.ts";
import { inCluster } from "./controller.ts";
import { ARGO_ROLLOUTS_IMAGE } from "./images.ts";

/** The controller of Argo Rollouts, with its kinds. */
export const argoRolloutsController = inCluster({
  title: "Argo Rollouts",
  place: { namespace: "argo-rollouts", name: "argo-rollouts" },
  label: "argo-rollouts",
  tools: argoRollouts,
  image: {
    name: ARGO_ROLLOUTS_IMAGE,
    recipe: "argo-rollouts.Dockerfile",
    program: argoRolloutsProgram,
  },
  manifests: "argo-rollouts.yaml",
  definitions: async () => {
    const folder = join(await argoRolloutsModule(), "manifests/crds");
    return readdirSync(folder)
      .filter((file) => file.endsWith("-crd.yaml"))
      .map((file) => join(folder, file));
  },
});
