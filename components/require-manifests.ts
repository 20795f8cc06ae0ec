import * as pulumi from "@pulumi/pulumi";

import { parseQuantity } from "../contract/quantity.ts";
import type { FoundClaim } from "../contract/volume-claims.ts";
import { askProvider } from "./ask-provider.ts";
import { ANY_IMAGE } from "./manifests/unbuilt.ts";
import type { AllRendered } from "./rendered/all.ts";
import { applied } from "./rendered/applied.ts";
import { manifestsError } from "./rendered/manifests-error.ts";
import { at, idOf, items, type ManifestObject, textOf } from "./rendered/object.ts";
import { exceptionsOf, type RenderedException, saidExceptions } from "./rendered/exceptions.ts";
import { type ExceptionWord, leavesLevel } from "./service/exceptions.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import { withoutAllocated } from "./tried-objects.ts";

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
  /** In the plural. */
  readonly resource: string;
  /** What its pods may do beside the level `restricted`. */
  readonly allow: readonly ExceptionWord[];
  /** As it would be applied, with an image of any digest. */
  readonly tried: Readonly<Record<string, unknown>>;
}

/** Kinds of which a refusal is a fault whoever refuses: others' webhooks may compare with what this very run changes. */
const WHOEVER_REFUSES = [
  "ConfigMap",
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "PersistentVolumeClaim",
  "Pod",
  "StatefulSet",
];
const BY_WEBHOOK = /^admission webhook /;

/** A webhook that knows no dry run says nothing of the object. */
const NO_ANSWER = /does not support dry run/;

/** Not every version of the API server refuses these. */
const BY_VERSION: readonly ExceptionWord[] = ["probe-hosts"];

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
      [...unsaidFaults(own), ...levelFaults(own, level)].map(
        (fault) => `${titleOf(own, namespace)}: ${fault}`,
      ),
    ),
    ...unusedFaults("extras", rendered.extras),
    ...unusedFaults("services", rendered.services),
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
  return Object.entries(made).flatMap(([name, { objects, image: called, allow = [] }]) => {
    const place = `slipway:${group}.${name}`;
    const image = called === undefined ? undefined : { called, reference: ANY_IMAGE };
    return objects.flatMap(({ object, resource, isHome }) => {
      const tried = applied(object, { image, digests: {}, annotations: {} });
      return isHome ? [{ place, object, resource, allow, tried }] : [];
    });
  });
}

async function refusals(
  all: readonly Own[],
  namespace: string,
  provider: SlipwayProvider,
): Promise<string[]> {
  const tried = all.filter(({ object: { kind } }) => kind !== "Secret");
  if (tried.length === 0) {
    return [];
  }
  const asked = {
    objects: tried.map((each) => withoutAllocated(each.tried)),
    resources: tried.map(({ resource }) => resource),
  };
  const { refused = [], forbidden = [] } = await askProvider("tryObjects", asked, provider);
  tellUntried(
    forbidden.flatMap(({ index }) => tried[index] ?? []),
    namespace,
  );
  return refused.flatMap(({ index, message }) => {
    const own = tried[index];
    if (own === undefined || NO_ANSWER.test(message)) {
      return [];
    }
    const words = `${titleOf(own, namespace)}: the API server refuses the object: ${message}`;
    if (BY_WEBHOOK.test(message) && !WHOEVER_REFUSES.includes(own.object.kind)) {
      void pulumi.log.warn(`${words}; what this run changes may be what it needs`);
      return [];
    }
    return [words];
  });
}

/** Of what only others may create, it is not known whether the API server accepts it. */
function tellUntried(untried: readonly Own[], namespace: string): void {
  if (untried.length > 0) {
    const titles = untried.map(({ object }) => idOf(object, namespace)).join(", ");
    void pulumi.log.info(
      `not tried, because whoever runs this may not create such objects: ${titles}; a preview by an administrator tries them`,
    );
  }
}

/** What the pods of an object do beside the level `restricted` without a word for it. */
export function unsaidFaults({ place, object, allow }: Pick<Own, "place" | "object" | "allow">) {
  const unsaid = exceptionsOf(object).filter(({ word }) => !allow.includes(word));
  const words = [...new Set(unsaid.map(({ word }) => word))];
  return unsaid.length === 0
    ? []
    : [
        `its pods leave the Pod Security level restricted by ${pathsOf(unsaid)}; allowed: what https://kubernetes.io/docs/concepts/security/pod-security-standards says of it; set it in the manifests, or permit it with ${place}.allow: [${words.join(", ")}]`,
      ];
}

/** Words that loosen the namespace for nothing. */
function unusedFaults(group: keyof AllRendered, made: AllRendered["services"]): string[] {
  return Object.entries(made).flatMap(([name, own]) => {
    const used = saidExceptions(own).map(({ word }) => word);
    const unused = (own.allow ?? []).filter((word) => !used.includes(word));
    return unused.map(
      (word) =>
        `slipway:${group}.${name}.allow: got ${word}, and no pod of the manifests leaves the Pod Security level restricted so; remove it`,
    );
  });
}

/** Why the namespace does not admit the pods of an object, by what every level is defined as. */
export function levelFaults(
  { object, allow }: Pick<Own, "object" | "allow">,
  level: string | undefined,
): string[] {
  const left = exceptionsOf(object).filter(
    ({ word, level: needed }) =>
      allow.includes(word) && leavesLevel(needed, level) && !BY_VERSION.includes(word),
  );
  return left.length === 0
    ? []
    : [
        `its pods leave the Pod Security level ${level ?? ""}, which the namespace enforces, by ${pathsOf(left)}; allowed: https://kubernetes.io/docs/concepts/security/pod-security-standards; set it in the manifests, or have the namespace's owner set its label pod-security.kubernetes.io/enforce`,
      ];
}

function pathsOf(exceptions: readonly RenderedException[]): string {
  const paths = [...new Set(exceptions.map((each) => each.path))];
  const more = paths.length > MOST_PATHS ? ` and ${paths.length - MOST_PATHS} more` : "";
  return `${paths.slice(0, MOST_PATHS).join(", ")}${more}`;
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
