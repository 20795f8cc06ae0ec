import { CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { traefik, traefikProgram } from "../go/traefik.ts";
import type { Addition } from "./addition.ts";
import { NODE_ADDRESS } from "./addresses.ts";
import { clusterConfig } from "./cluster.ts";
import { inCluster } from "./controller.ts";
import { TRAEFIK_IMAGE } from "./images.ts";

const SERVICE = { namespace: "traefik", name: "traefik" };

const controller = inCluster({
  title: "Traefik",
  place: SERVICE,
  label: "traefik",
  tools: traefik,
  image: { name: TRAEFIK_IMAGE, recipe: "traefik.Dockerfile", program: traefikProgram },
  manifests: "traefik.yaml",
  address: `http://${NODE_ADDRESS}`,
});

/** An ingress controller for the class `traefik`, which is not the cluster's default one. */
export const ingress: Addition = {
  ...controller,
  ensure: async (report) => {
    await controller.ensure(report);
    await publishAddress(NODE_ADDRESS);
  },
};

/**
 * Gives the ingress controller's Service its address, as a cloud's load balancers do.
 * @param ip undefined takes it away
 */
export async function publishAddress(ip: string | undefined): Promise<void> {
  const body = { status: { loadBalancer: { ingress: ip === undefined ? null : [{ ip }] } } };
  await clusterConfig()
    .makeApiClient(CoreV1Api)
    .patchNamespacedServiceStatus(
      { ...SERVICE, body },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
}
