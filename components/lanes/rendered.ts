import { type Right, rightsOfObject, rightsOfVerdict } from "../../rights.ts";
import { awaitOf } from "../rendered/awaited.ts";
import { saidExceptions } from "../rendered/exceptions.ts";
import { groupOf, type ManifestObject, type Rendered } from "../rendered/object.ts";
import { claimsOf, secretsOf } from "../rendered/pod-spec.ts";
import { type Delivery, hasClaims } from "./delivery.ts";

/**
 * Kinds of a team's manifests that the deploy lane writes: policies limit them, or nothing in them reaches beyond the
 * namespace. Whoever could write any other could get more rights, somebody's secrets or traffic, or a node.
 */
const WRITTEN = [
  "/ConfigMap",
  "/PersistentVolumeClaim",
  "/Service",
  "/ServiceAccount",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/StatefulSet",
  "autoscaling/HorizontalPodAutoscaler",
  "batch/CronJob",
  "batch/Job",
  "networking.k8s.io/Ingress",
  "networking.k8s.io/NetworkPolicy",
  "policy/PodDisruptionBudget",
];

/** All objects of manifests. */
function renderedObjects({ rendered }: Delivery): Rendered[] {
  const all = [
    ...Object.values(rendered?.extras ?? {}),
    ...Object.values(rendered?.services ?? {}),
  ];
  return all.flatMap(({ objects }) => [...objects]);
}

/** Whether the deploy lane writes objects of this kind; of any other it reads the ones that there are. */
function isWritten({ object, isHome }: Rendered): boolean {
  return isHome && WRITTEN.includes(`${groupOf(object)}/${object.kind}`);
}

/** The objects of manifests that the deploy lane writes. */
export function writtenObjects(delivery: Delivery): Rendered[] {
  return renderedObjects(delivery).filter(isWritten);
}

/** Those of one kind. */
export function writtenOf(delivery: Delivery, kind: string): ManifestObject[] {
  return writtenObjects(delivery).flatMap(({ object }) => (object.kind === kind ? [object] : []));
}

/** How the kinds among them that are of an API group are served, each once. */
export function writtenKinds(delivery: Delivery, group: string): string[] {
  const own = writtenObjects(delivery).filter(({ object }) => groupOf(object) === group);
  return [...new Set(own.map(({ resource }) => resource))].sort();
}

/** The objects of manifests that only an administrator writes. */
export function administeredObjects(delivery: Delivery): Rendered[] {
  return renderedObjects(delivery).filter((each) => !isWritten(each));
}

/**
 * Rights to read the objects that only an administrator applies. No lane reads a Secret, or anything in a namespace of others.
 */
export function rightsToReadRendered(delivery: Delivery): Right[] {
  return administeredObjects(delivery)
    .filter(({ object }) => object.kind !== "Secret")
    .filter(({ object: { metadata }, isHome }) => isHome || metadata.namespace === undefined)
    .map(({ object, resource }) => {
      const { name, namespace } = object.metadata;
      const right = { verb: "get", group: groupOf(object), resource, name } as const;
      return { ...right, ...(namespace !== undefined && { namespace }) };
    });
}

/** Whether manifests loosen the namespace's Pod Security level. */
export function isLoosened({ rendered }: Delivery): boolean {
  const all = [
    ...Object.values(rendered?.extras ?? {}),
    ...Object.values(rendered?.services ?? {}),
  ];
  return all.some((made) => saidExceptions(made).length > 0);
}

/** The Secrets that pods of manifests name. */
export function renderedSecrets(delivery: Delivery): string[] {
  return renderedObjects(delivery).flatMap(({ object }) => secretsOf(object));
}

/** The claims that manifests have, and those that their pods name. */
export function renderedClaims(delivery: Delivery): string[] {
  const own = writtenOf(delivery, "PersistentVolumeClaim").map(({ metadata }) => metadata.name);
  return [...own, ...renderedObjects(delivery).flatMap(({ object }) => claimsOf(object))];
}

/** Whether anything that is delivered describes, or names, any PersistentVolumeClaims. */
export function hasAnyClaims(delivery: Delivery): boolean {
  return hasClaims(delivery) || renderedClaims(delivery).length > 0;
}

/** What awaiting the objects of manifests needs. */
export function rightsToAwait(delivery: Delivery): Right[] {
  const { namespace } = delivery;
  const all = renderedObjects(delivery);
  const ingress = all.some(({ object }) => object.kind === "Ingress");
  const kinds = (["Deployment", "StatefulSet", "DaemonSet"] as const).filter((kind) =>
    all.some(({ object }) => object.kind === kind),
  );
  const releases = kinds.flatMap((kind) =>
    rightsOfVerdict({ namespace, kind, ingress, logs: true, rollback: true }),
  );
  const others = all.flatMap(({ object, resource, isHome }) =>
    awaitOf(object) === undefined || !isHome
      ? []
      : rightsOfObject({
          namespace,
          name: object.metadata.name,
          group: groupOf(object),
          resource,
          pods: true,
          logs: true,
        }),
  );
  return [...releases, ...others];
}
