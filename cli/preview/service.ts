import { type ImagePreview, imageOf } from "./image.ts";
import { type PodsPreview, podsOf } from "./pods.ts";
import { compare, type Step } from "./step.ts";
import { RESOURCES } from "../../contract/tokens.ts";

/** What a preview says of one service. */
export interface ServicePreview {
  readonly name: string;
  readonly image: ImagePreview;
  readonly pods: PodsPreview;
}

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

/** The services of a preview, by name. */
export function servicePreviews(steps: readonly Step[]): ServicePreview[] {
  const names = new Set(steps.flatMap(({ service }) => service ?? []));
  const credentials = changedKeys(steps);
  return [...names].sort(compare).map((name) => {
    const own = steps.filter(({ service }) => service === name);
    const deployment = own.find(({ type }) => type === DEPLOYMENT);
    const image = imageOf(own, deployment);
    return { name, image, pods: podsOf(deployment, image, credentials) };
  });
}

/** Keys of each credential whose values are other ones. */
function changedKeys(steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    steps
      .filter(({ type }) => type === RESOURCES.SealedValues)
      .map(({ name, before, after }) => [
        name,
        differingKeys(before?.["digests"], after?.["digests"]),
      ]),
  );
}

function differingKeys(before: unknown, after: unknown): string[] {
  const was = (before ?? {}) as Readonly<Record<string, unknown>>;
  const is = (after ?? {}) as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keys].filter((key) => was[key] !== is[key]).sort(compare);
}
