import type { ServedKind } from "../../contract/served-kinds.ts";
import type { ManifestsDefinition } from "../service/manifests.ts";
import { heldPortFault } from "../surge-faults.ts";
import type { Hooked } from "./hooks.ts";
import {
  at,
  groupOf,
  idOf,
  items,
  type ManifestObject,
  type Rendered,
  textOf,
  without,
} from "./object.ts";

/** What comes first, by kind; objects of a kind that is not here are configuration. */
const STAGES: Readonly<Record<string, number>> = {
  Namespace: 0,
  CustomResourceDefinition: 1,
  Deployment: 5,
  StatefulSet: 5,
  DaemonSet: 5,
  ReplicaSet: 5,
  ReplicationController: 5,
  Pod: 5,
  Job: 5,
  CronJob: 5,
  HorizontalPodAutoscaler: 5,
  Ingress: 5,
  // Before their servers answer, they are in the way of everything.
  ValidatingWebhookConfiguration: 6,
  MutatingWebhookConfiguration: 6,
  APIService: 6,
};
const CONFIGURATION = 2;
const BEFORE = 3;
/** What is later comes once these are ready. */
export const WORKLOADS = 5;
const AFTER = 6;

/** Groups of Kubernetes itself: any other is of custom resources. */
const BUILT_IN = /^(?:|apps|batch|autoscaling|policy|extensions|[a-z.]+\.k8s\.io)$/;

/** Groups of what makes Secrets, which pods wait for, with what that needs itself: its stores and issuers. */
const SECRET_MAKERS = [
  "bitnami.com",
  "cert-manager.io",
  "external-secrets.io",
  "generators.external-secrets.io",
  "secrets.hashicorp.com",
];

/** How far weights move an object within its stage. */
const WEIGHTS = 1_000_000;

/** Objects with their places, and what is wrong with others. */
export interface Placed {
  readonly objects: readonly Rendered[];
  readonly notes: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Puts each object into its namespace and its place in the order.
 *
 * @param served what the cluster serves, and what is defined before
 */
export function placed(
  hooked: readonly (Hooked & { readonly origin: string })[],
  home: string,
  { outside = [] }: Pick<ManifestsDefinition, "outside">,
  served: ReadonlyMap<string, ServedKind>,
): Placed {
  const known = new Map([...served, ...kindsDefinedBy(hooked.map(({ object }) => object))]);
  const objects: Rendered[] = [];
  const notes: string[] = [];
  const faults: string[] = [];
  for (const { object, origin, place, weight } of hooked) {
    const kind = known.get(keyOf(object));
    const own = kind?.namespaced === true ? within(object, home) : withoutNamespace(object);
    const id = idOf(own, home);
    const isHome = kind?.namespaced === true && own.metadata.namespace === home;
    if (kind === undefined) {
      faults.push(
        `${id} (${origin}): the cluster does not serve ${object.kind} of ${object.apiVersion}; install its definition (slipway:extras), or leave it out`,
      );
    } else if (object.kind === "Namespace" && object.metadata.name === home) {
      notes.push(`${id} is left out with its labels, because Slipway creates that namespace`);
    } else if (!isHome && !outside.includes(id)) {
      faults.push(outsideFault(own, home, kind.namespaced));
    } else {
      faults.push(...ttlFaults(own, home), ...surgeFaults(own, home));
      const stage = stageOf(own, place) + (place === undefined ? 0 : weight / WEIGHTS);
      objects.push({ object: own, origin, resource: kind.resource, isHome, stage });
    }
  }
  return { objects: objects.toSorted(byStage), notes, faults };
}

/** How `served` has a kind. */
export function keyOf({ apiVersion, kind }: Pick<ServedKind, "apiVersion" | "kind">): string {
  return `${apiVersion}/${kind}`;
}

/** The kinds that CustomResourceDefinitions among these define. */
export function kindsDefinedBy(objects: readonly ManifestObject[]): Map<string, ServedKind> {
  const kinds = objects
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .flatMap((object) => {
      const group = textOf(at(object, "spec", "group"));
      const kind = textOf(at(object, "spec", "names", "kind"));
      const resource = textOf(at(object, "spec", "names", "plural"));
      const namespaced = at(object, "spec", "scope") === "Namespaced";
      return items(at(object, "spec", "versions")).map((version) => {
        return {
          apiVersion: `${group}/${textOf(at(version, "name"))}`,
          kind,
          resource,
          namespaced,
        };
      });
    });
  return new Map(kinds.map((kind) => [keyOf(kind), kind]));
}

/** Whether a kind is not one of Kubernetes itself. */
function isCustom(object: ManifestObject): boolean {
  return !BUILT_IN.test(groupOf(object));
}

function byStage(one: Rendered, other: Rendered): number {
  return one.stage - other.stage;
}

function stageOf(object: ManifestObject, place: Hooked["place"]): number {
  const { kind } = object;
  if (isCustom(object)) {
    return SECRET_MAKERS.includes(groupOf(object))
      ? CONFIGURATION
      : place === "after"
        ? AFTER
        : WORKLOADS;
  }
  const stage = STAGES[kind] ?? CONFIGURATION;
  // What a hook's Job needs is a hook, too, and no reason to wait.
  if (place === undefined || stage < WORKLOADS) {
    return stage;
  }
  return place === "before" ? BEFORE : AFTER;
}

function within(object: ManifestObject, home: string): ManifestObject {
  const { namespace = home } = object.metadata;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function withoutNamespace(object: ManifestObject): ManifestObject {
  const metadata = without(object.metadata, ["namespace"]);
  return { ...object, metadata } as ManifestObject;
}

function outsideFault(object: ManifestObject, home: string, namespaced: boolean): string {
  const id = idOf(object, home);
  return namespaced
    ? `${id}: is in the namespace ${object.metadata.namespace ?? ""}; allowed: ${home}; leave metadata.namespace out (namespace: of a kustomization), or add ${id} to outside`
    : `${id}: is outside of namespaces, and so for the whole cluster; allowed: what outside lists; add ${id} to it, or leave it out with without`;
}

/** A Job that deletes itself is missing at the next refresh. */
function ttlFaults(object: ManifestObject, home: string): string[] {
  const seconds = at(object, "spec", "ttlSecondsAfterFinished");
  return object.kind === "Job" && seconds !== undefined
    ? [
        `${idOf(object, home)}: spec.ttlSecondsAfterFinished: got ${JSON.stringify(seconds)}; allowed: none, because the Job is an object of the stack, which would create it again; leave it out`,
      ]
    : [];
}

/** It would be updated on no node, and wait for ever. */
function surgeFaults(object: ManifestObject, home: string): string[] {
  const path = ["spec", "updateStrategy", "rollingUpdate", "maxSurge"];
  const fault =
    object.kind === "DaemonSet" ? heldPortFault(object, at(object, ...path)) : undefined;
  return fault === undefined ? [] : [`${idOf(object, home)}: ${path.join(".")}: ${fault}`];
}
