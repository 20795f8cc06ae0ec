import type { PodChanges } from "../../contract/pod-changes.ts";
import type { Exceptions } from "../exceptions.ts";
import type { PassedGate } from "../../contract/passed-gate.ts";
import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";
import { DELIVERING_TYPES } from "../../contract/workload-kind.ts";
import { differences } from "./difference.ts";
import { exceptionsOf } from "./exceptions.ts";
import { groupOf, type OfGroup } from "./group.ts";
import { type ImagePreview, imageOf } from "./image.ts";
import { type MigrationPreview, migrationOf } from "./migration.ts";
import { type PodsPreview, podsOf } from "./pods.ts";
import type { Gated } from "../passed-gates.ts";
import { compare, type Step } from "./step.ts";

/** What a preview says of one service. */
export interface ServicePreview extends Exceptions, Gated, OfGroup {
  readonly name: string;
  readonly image: ImagePreview;
  readonly pods: PodsPreview;
  /**
   * What becomes of its migrations.
   * @default - nothing, or it has none
   */
  readonly migration?: MigrationPreview;
}

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
    const delivering = own.filter(isDeployment);
    // Of a service that something else delivers from now on, the former one goes last; its own manifests may have several.
    const staying = delivering.filter(({ action }) => action !== "delete");
    const deployment = staying.find((each) => each.name === name) ?? staying[0] ?? delivering[0];
    const seen = deployment && live.get(deployment.urn);
    const image = imageOf(own, deployment);
    const pods = podsOf(deployment, image, credentials, seen);
    const told = { ...migrationOf(own), ...exceptionsOf(own), ...groupOf(own) };
    return { name, image, pods, ...told };
  });
}

/** The services with the gates that their images have passed: inputs of their components. */
export function withGates(
  services: readonly ServicePreview[],
  steps: readonly Step[],
): ServicePreview[] {
  const releases = steps.filter(({ type }) => type === COMPONENTS.Release);
  return services.map((service) => {
    const release = releases.find(({ name }) => name === service.name);
    const gates = release?.after?.["gates"] as readonly PassedGate[] | undefined;
    return gates === undefined ? service : { ...service, gates };
  });
}

/** Whether an object has a service's pods. */
export function isDeployment({ type }: Step): boolean {
  return DELIVERING_TYPES.has(type);
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
