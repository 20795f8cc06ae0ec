import { isDeepStrictEqual } from "node:util";

import { COMPONENTS } from "../contract/tokens.ts";
import { knownResources, type KnownResource } from "./known-resources.ts";
import { type Delivery, manifestsOf, servicesOf } from "./lanes/delivery.ts";
import { type Fields, fieldsOf } from "./manifests/plain-fields.ts";
import { deliveredBy } from "./manifests/workload.ts";
import type { AllRendered } from "./rendered/all.ts";
import { manifestsError } from "./rendered/manifests-error.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** Inputs of {@link requireSelectors}. */
export interface RequiredSelectors extends Delivery {
  readonly rendered: AllRendered;
  readonly provider: SlipwayProvider;
}

/** What a program describes, and where. */
interface Described {
  readonly place: string;
  readonly object: unknown;
}

const TYPES = ["Deployment", "StatefulSet", "DaemonSet"].map(
  (kind) => `kubernetes:apps/v1:${kind}`,
);

/**
 * Ends the run before anything is registered if a Deployment, StatefulSet or DaemonSet that the stack has would select other pods: that
 * never changes, so that the object would be deleted, with its pods, before there is another one. Only manifests can say so, or have said so.
 *
 * @throws RunError with a line for each
 */
export async function requireSelectors({
  provider,
  rendered,
  ...delivery
}: RequiredSelectors): Promise<void> {
  // Whoever previews may lack the key to the state's secrets: then it is not noticed.
  const known = await knownResources(provider).catch(() => []);
  const present = selectorsIn(known, delivery.namespace);
  const isOfManifests = known.some(({ urn }) => urn.includes(`$${COMPONENTS.Manifests}$`));
  const described = [
    ...writtenBy(rendered),
    ...(isOfManifests
      ? servicesOf(delivery).map((service) => ({
          place: `slipway:services.${service.name}`,
          object: deliveredBy(manifestsOf(service)),
        }))
      : []),
  ];
  const faults = described.flatMap(({ place, object }) => {
    const { kind, metadata, spec } = fieldsOf(object);
    const title = `${String(kind)}/${String(fieldsOf(metadata)["name"])}`;
    const [before, after] = [present.get(title), selectorOf(spec)];
    return before === undefined || isDeepStrictEqual(before, after)
      ? []
      : [
          `${place}: ${title}: spec.selector: got ${said(after)}; allowed: ${said(before)}, which the ${String(kind)} in the cluster has and which never changes; another one would take its pods down: keep that selector, with its labels on the pods, give the ${String(kind)} a different name, or take the old one out of the way first (docs/manifests.md#a-different-selector)`,
        ];
  });
  if (faults.length > 0) {
    throw manifestsError(faults);
  }
}

function writtenBy({ extras, services }: AllRendered): Described[] {
  const all = { "slipway:extras": extras, "slipway:services": services };
  return Object.entries(all).flatMap(([group, made]) =>
    Object.entries(made).flatMap(([name, { objects }]) =>
      objects
        .filter(({ isHome }) => isHome)
        .map(({ object }) => ({ place: `${group}.${name}`, object })),
    ),
  );
}

/** What selects the pods of the stack's own objects, by kind and name. */
function selectorsIn(known: readonly KnownResource[], namespace: string): Map<string, Selector> {
  const own = known.filter(
    ({ urn, outputs }) =>
      TYPES.some((type) => urn.split("::")[2]?.endsWith(type)) &&
      fieldsOf(outputs["metadata"])["namespace"] === namespace,
  );
  return new Map(
    own.map(({ outputs: { kind, metadata, spec } }) => [
      `${String(kind)}/${String(fieldsOf(metadata)["name"])}`,
      selectorOf(spec),
    ]),
  );
}

type Selector = Readonly<Record<"matchLabels" | "matchExpressions", unknown>>;

function selectorOf(spec: unknown): Selector {
  const { matchLabels = {}, matchExpressions = [] } = fieldsOf(fieldsOf(spec)["selector"]);
  return { matchLabels, matchExpressions };
}

function said({ matchLabels, matchExpressions }: Selector): string {
  const labels = Object.entries(matchLabels as Fields).map(
    ([key, value]) => `${key}: ${String(value)}`,
  );
  const isPlain = isDeepStrictEqual(matchExpressions, []);
  return `{${labels.join(", ")}}${isPlain ? "" : ` and ${JSON.stringify(matchExpressions)}`}`;
}
