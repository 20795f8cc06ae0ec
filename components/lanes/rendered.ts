import { type Right, rightsOfObject, rightsOfVerdict } from "../../rights.ts";
import { awaitOf } from "../rendered/awaited.ts";
import { groupOf, type Rendered } from "../rendered/object.ts";
import { secretsOf } from "../rendered/pod-spec.ts";
import type { Delivery } from "./delivery.ts";

/**
 * Kinds of a team's manifests that the deploy lane writes: policies limit them, or nothing in them reaches beyond the
 * namespace. Whoever could write any other could get more rights, somebody's secrets or traffic, or a node.
 */
const WRITTEN = [
  "/ConfigMap",
  "/Service",
  "/ServiceAccount",
  "apps/Deployment",
  "autoscaling/HorizontalPodAutoscaler",
  "networking.k8s.io/NetworkPolicy",
  "policy/PodDisruptionBudget",
];

const READ = ["get", "list", "watch"];

/** All objects of manifests. */
export function renderedObjects({ rendered }: Delivery): Rendered[] {
  const all = [
    ...Object.values(rendered?.extras ?? {}),
    ...Object.values(rendered?.services ?? {}),
  ];
  return all.flatMap(({ objects }) => [...objects]);
}

/** Whether the deploy lane writes objects of this kind; of any other it reads the ones that there are. */
export function isWritten({ object, isHome }: Rendered): boolean {
  return isHome && WRITTEN.includes(`${groupOf(object)}/${object.kind}`);
}

/**
 * Rights to read the objects that only an administrator applies. No lane reads a Secret, or anything in a namespace of others.
 */
export function rightsToReadRendered(delivery: Delivery): Right[] {
  return renderedObjects(delivery)
    .filter((each) => !isWritten(each) && each.object.kind !== "Secret")
    .filter(({ object: { metadata }, isHome }) => isHome || metadata.namespace === undefined)
    .map(({ object, resource }) => {
      const { name, namespace } = object.metadata;
      const right = { verb: "get", group: groupOf(object), resource, name } as const;
      return { ...right, ...(namespace !== undefined && { namespace }) };
    });
}

/** The Secrets that pods of manifests name. */
export function renderedSecrets(delivery: Delivery): string[] {
  return renderedObjects(delivery).flatMap(({ object }) => secretsOf(object));
}

/** What awaiting the objects of manifests needs. */
export function rightsToAwait(delivery: Delivery): Right[] {
  const { namespace } = delivery;
  const all = renderedObjects(delivery);
  const ingress = all.some(({ object }) => object.kind === "Ingress");
  const kinds = (["Deployment", "StatefulSet", "DaemonSet"] as const).filter((kind) =>
    all.some(({ object }) => object.kind === kind),
  );
  // What only an administrator writes, nobody else rolls back.
  const releases = kinds.flatMap((kind) =>
    rightsOfVerdict({ namespace, kind, ingress, logs: true, rollback: true }).filter(
      ({ verb }) => kind === "Deployment" || READ.includes(verb),
    ),
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
