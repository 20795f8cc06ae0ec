import { parseQuantity } from "../contract/quantity.ts";
import type { FoundClaim } from "../contract/volume-claims.ts";
import { askProvider } from "./ask-provider.ts";
import { looseningsOf } from "./manifests/loosenings.ts";
import { ANY_IMAGE } from "./manifests/unbuilt.ts";
import type { AllRendered } from "./rendered/all.ts";
import { applied } from "./rendered/applied.ts";
import { manifestsError } from "./rendered/manifests-error.ts";
import { at, idOf, items, type ManifestObject, textOf } from "./rendered/object.ts";
import { podSpecPath } from "./rendered/pod-spec.ts";
import { type ExceptionWord, leaves } from "./service/exceptions.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** Inputs of {@link requireManifests}. */
export interface RequiredManifests {
  readonly rendered: AllRendered;
  /** Of the stack. */
  readonly namespace: string;
  /**
   * The Pod Security level that the namespace enforces.
   * @default - none
   */
  readonly level?: string | undefined;
  readonly provider: SlipwayProvider;
}

/** An object of manifests, and what has it. */
interface Own {
  readonly place: string;
  readonly object: ManifestObject;
  /** As it would be applied, with an image of any digest. */
  readonly tried: Readonly<Record<string, unknown>>;
}

/**
 * Kinds that are tried. A Service is not: the port or address that it has already is not free for a new one. Nor is anything that
 * somebody's webhook compares with other namespaces.
 */
const TRIED = [
  "ConfigMap",
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "PersistentVolumeClaim",
  "Pod",
  "StatefulSet",
];
const BUILT_IN = /^(?:v1|apps\/v1|batch\/v1)$/;

/** A webhook that knows no dry run says nothing of the object. */
const NO_ANSWER = /does not support dry run/;

/** Not every version of the API server refuses these. */
const BY_VERSION: readonly ExceptionWord[] = ["probe-hosts"];

/** Without any profile, `baseline` admits a container that `restricted` refuses. */
const STRICTEST_ONLY: readonly ExceptionWord[] = ["unconfined"];

const MOST_PATHS = 5;

/**
 * Ends the run before anything is registered if the API server would not accept an object of manifests, by a strict dry run, or if the
 * namespace would not admit its pods: `up` would notice when half of the stack is applied.
 *
 * @returns the claims of the manifests that exist: those that were kept are taken up again
 * @throws RunError with a line for each fault
 */
export async function requireManifests(args: RequiredManifests): Promise<ReadonlySet<string>> {
  const { rendered, namespace, level, provider } = args;
  const all = [...ownOf("extras", rendered.extras), ...ownOf("services", rendered.services)];
  const claims = all.filter(({ object: { kind } }) => kind === "PersistentVolumeClaim");
  const names = claims.map(({ object: { metadata } }) => metadata.name);
  const { claims: existing = {} } =
    names.length === 0 ? {} : await askProvider("volumeClaims", { namespace, names }, provider);
  const faults = [
    ...all.flatMap((own) =>
      levelFaults(own.object, level).map((fault) => `${titleOf(own, namespace)}: ${fault}`),
    ),
    ...(await refusals(all, namespace, provider)),
    ...claims.flatMap((own) => {
      const found = existing[own.object.metadata.name];
      return typeof found === "object"
        ? claimFaults(own.object, found).map((fault) => `${titleOf(own, namespace)}: ${fault}`)
        : [];
    }),
  ];
  if (faults.length > 0) {
    throw manifestsError(faults);
  }
  return new Set(names.filter((name) => typeof existing[name] === "object"));
}

function titleOf({ place, object }: Own, namespace: string): string {
  return `${place}: ${idOf(object, namespace)}`;
}

/** Those in the stack's namespace. */
function ownOf(group: keyof AllRendered, made: AllRendered["services"]): Own[] {
  return Object.entries(made).flatMap(([name, { objects, image: called }]) => {
    const place = `slipway:${group}.${name}`;
    const image = called === undefined ? undefined : { called, reference: ANY_IMAGE };
    return objects.flatMap(({ object, isHome }) => {
      const tried = applied(object, { image, digests: {}, annotations: {} });
      return isHome ? [{ place, object, tried }] : [];
    });
  });
}

async function refusals(
  all: readonly Own[],
  namespace: string,
  provider: SlipwayProvider,
): Promise<string[]> {
  const tried = all.filter(
    ({ object: { apiVersion, kind } }) => TRIED.includes(kind) && BUILT_IN.test(apiVersion),
  );
  if (tried.length === 0) {
    return [];
  }
  const objects = tried.map((each) => each.tried);
  const { refused = [] } = await askProvider("tryObjects", { objects }, provider);
  return refused.flatMap(({ index, message }) => {
    const own = tried[index];
    return own === undefined || NO_ANSWER.test(message)
      ? []
      : [`${titleOf(own, namespace)}: the API server refuses the object: ${message}`];
  });
}

/** Why the namespace does not admit the pods of an object, by what every level is defined as. */
export function levelFaults(object: ManifestObject, level: string | undefined): string[] {
  const path = podSpecPath(object);
  if (path === undefined || at(object, ...path, "os", "name") === "windows") {
    return [];
  }
  const left = looseningsOf(at(object, ...path)).filter(
    ({ word }) =>
      leaves(word, level) &&
      !BY_VERSION.includes(word) &&
      (level === "restricted" || !STRICTEST_ONLY.includes(word)),
  );
  if (left.length === 0) {
    return [];
  }
  const paths = [...new Set(left.map((each) => each.path))];
  const more = paths.length > MOST_PATHS ? ` and ${paths.length - MOST_PATHS} more` : "";
  return [
    `its pods leave the Pod Security level ${level ?? ""}, which the namespace enforces, by ${paths.slice(0, MOST_PATHS).join(", ")}${more}; allowed: https://kubernetes.io/docs/concepts/security/pod-security-standards; set it in the manifests, or deliver to a namespace that exists and enforces less (namespace: {name, exists: true})`,
  ];
}

/** What a claim that exists cannot become: its data is not to be lost for it. */
export function claimFaults(object: ManifestObject, found: FoundClaim): string[] {
  const { name } = object.metadata;
  const className = at(object, "spec", "storageClassName");
  const access = items(at(object, "spec", "accessModes")).map(textOf);
  const size = textOf(at(object, "spec", "resources", "requests", "storage"));
  const [wanted, present] = [parseQuantity(size), parseQuantity(found.size)];
  const never = (field: string, got: string, has: string) =>
    `spec.${field}: got ${got}; allowed: ${has}, which the claim ${name} has and which never changes; write it so, or give a new claim a different name and copy the data`;
  const is = (modes: readonly string[]) => [...modes].sort().join(", ");
  return [
    ...(typeof className === "string" && className !== found.class
      ? [never("storageClassName", `"${className}"`, `"${found.class}"`)]
      : []),
    ...(is(access) === is(found.access)
      ? []
      : [never("accessModes", is(access) || "none", is(found.access))]),
    ...(wanted !== undefined && present !== undefined && wanted < present
      ? [
          `spec.resources.requests.storage: got ${size}; allowed: at least ${found.size}, because a volume never shrinks`,
        ]
      : []),
    ...(found.isEnding ? [`the claim ${name} is being deleted; wait for its end`] : []),
  ];
}
