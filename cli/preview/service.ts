import type { PodChanges } from "../../contract/pod-changes.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { differences } from "./difference.ts";
import { type ImagePreview, imageOf } from "./image.ts";
import { type PodsPreview, podsOf } from "./pods.ts";
import { compare, type Step } from "./step.ts";

/** What a preview says of one service. */
export interface ServicePreview {
  readonly name: string;
  readonly image: ImagePreview;
  readonly pods: PodsPreview;
}

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

/** The services of a preview, by name. */
export function servicePreviews(
  steps: readonly Step[],
  live: ReadonlyMap<string, PodChanges> = new Map(),
): ServicePreview[] {
  const services = Map.groupBy(steps, ({ service }) => service);
  const credentials = changedKeys(steps);
  const names = [...services.keys()].filter((name) => name !== undefined);
  return names.sort(compare).map((name) => {
    const own = services.get(name) ?? [];
    const deployments = own.filter(isDeployment);
    const deployment = deployments.find((each) => each.name === name) ?? deployments[0];
    const seen = deployment && live.get(deployment.urn);
    const image = imageOf(own, deployment);
    return { name, image, pods: podsOf(deployment, image, credentials, seen) };
  });
}

/** Whether an object has a service's pods. */
export function isDeployment({ type }: Step): boolean {
  return type === DEPLOYMENT;
}

/** Keys of each credential whose values differ. */
function changedKeys(steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  const sealed = steps.filter(({ type }) => type === RESOURCES.SealedValues);
  return new Map(
    sealed.map(({ name, before, after }) => [
      name,
      differences(before?.["digests"] ?? {}, after?.["digests"] ?? {}),
    ]),
  );
}
