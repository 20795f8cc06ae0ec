import type * as k8s from "@pulumi/kubernetes";

import {
  accessOf,
  type ClaimRequest,
  type NewClaim,
  type PerPodClaim,
  type Volume,
} from "../service/volumes.ts";
import type { Service } from "../service-definition.ts";
import { sha256 } from "./hash.ts";
import { metadataOf, podLabels, SKIP_AWAIT } from "./labels.ts";

type Claimed = Pick<Service, "name" | "volumes">;

/** A claim that the stack creates, with its name. */
export interface OwnClaim {
  readonly name: string;
  readonly claim: NewClaim;
}

/** The claims that a service has the stack create, each once. */
export function ownClaims(service: Claimed): OwnClaim[] {
  const claims = Object.entries(service.volumes).flatMap(([path, volume]) =>
    "claim" in volume && typeof volume.claim !== "string"
      ? [{ name: claimName(service.name, path, volume.claim), claim: volume.claim }]
      : [],
  );
  return [...new Map(claims.map((own) => [own.name, own])).values()];
}

/** The claims that a service uses and does not describe, by name. */
export function foundClaims({ volumes }: Pick<Service, "volumes">): string[] {
  const names = Object.values(volumes).flatMap((volume) =>
    "claim" in volume && typeof volume.claim === "string" ? [volume.claim] : [],
  );
  return [...new Set(names)].sort();
}

/** The name of a claim that the stack creates. */
export function claimName(service: string, path: string, { name }: NewClaim): string {
  return name ?? `${service}-${slug(path)}`;
}

/** The claims that the stack creates for a service, undefined if there are none. */
export function volumeClaimManifests(service: Service) {
  const claims = ownClaims(service).map(
    ({ name, claim }) =>
      ({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { ...metadataOf(service, SKIP_AWAIT), name },
        spec: claimSpec(claim),
      }) satisfies k8s.types.input.core.v1.PersistentVolumeClaim,
  );
  return claims.length > 0 ? claims : undefined;
}

/**
 * The claims of each pod, as a StatefulSet has them. Its pods mount each under the template's name.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
 */
export function volumeClaimTemplates(
  service: Pick<Service, "name" | "namespace" | "volumes">,
): k8s.types.input.core.v1.PersistentVolumeClaim[] {
  return perPodClaims(service).map(([name, claim]) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels: podLabels(service) },
    spec: claimSpec(claim),
  }));
}

/**
 * The same for pods that have no name of their own: each claim is created and deleted with its pod.
 *
 * @see https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
 */
export function ephemeralClaims(
  service: Pick<Service, "name" | "namespace" | "volumes">,
): k8s.types.input.core.v1.Volume[] {
  return perPodClaims(service).map(([name, claim]) => ({
    name,
    ephemeral: {
      volumeClaimTemplate: { metadata: { labels: podLabels(service) }, spec: claimSpec(claim) },
    },
  }));
}

/** Name of the template of a path's claim, which is that of the pods' volume. */
export function perPodName(path: string, { name }: PerPodClaim): string {
  return name ?? slug(path);
}

function perPodClaims({ volumes }: Pick<Service, "volumes">): (readonly [string, PerPodClaim])[] {
  const claims = Object.entries(volumes).flatMap(([path, volume]) =>
    "perPod" in volume ? [[perPodName(path, volume.perPod), volume.perPod] as const] : [],
  );
  return [...new Map(claims)];
}

function claimSpec(request: ClaimRequest) {
  return {
    accessModes: [accessOf(request)],
    ...(request.class !== undefined && { storageClassName: request.class }),
    resources: { requests: { storage: request.size } },
  };
}

/** A path as a part of names: readable, and never the same for two paths. */
function slug(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const readable = last.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  return `${readable.slice(0, 30)}-${sha256(path).slice(0, 5)}`.replace(/^-|-(?=-)/g, "");
}

/** Whether a volume is one of a PersistentVolumeClaim. */
export function isClaimed(volume: Volume): boolean {
  return "claim" in volume || "perPod" in volume;
}
