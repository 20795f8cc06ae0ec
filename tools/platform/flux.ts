import { flux, fluxKinds, fluxProgram } from "../go/flux.ts";
import type { Addition } from "./addition.ts";
import { inCluster } from "./controller.ts";
import { FLUX_KUSTOMIZE_IMAGE, FLUX_SOURCE_IMAGE } from "./images.ts";
import { goBuild } from "../go/build.ts";
import { ensureProgramImage } from "./program-image.ts";

const controllers = inCluster({
  title: "Flux",
  place: { namespace: "flux-system", name: "flux" },
  label: "flux",
  tools: flux,
  image: {
    name: FLUX_SOURCE_IMAGE,
    recipe: "flux-source.Dockerfile",
    program: () => fluxProgram("source-controller"),
  },
  manifests: "flux.yaml",
  words: () => ({ KUSTOMIZE: FLUX_KUSTOMIZE_IMAGE }),
  definitions: fluxKinds,
});

/** Flux's controllers for Git repositories, OCI artifacts and Kustomizations, with their kinds. */
export const fluxControllers: Addition = {
  ...controllers,
  ensure: async (report) => {
    await goBuild(flux, report);
    await ensureProgramImage({
      name: FLUX_KUSTOMIZE_IMAGE,
      recipe: "flux-kustomize.Dockerfile",
      program: () => fluxProgram("kustomize-controller"),
    });
    await controllers.ensure(report);
  },
};
