import type { HandOffController } from "../../contract/hand-off-target.ts";
import type { Applier, Right } from "../../rights.ts";
import { byName } from "../by-name.ts";
import { complete } from "../complete-service.ts";
import type { CredentialDefinition } from "../credentials/credential.ts";
import type { Sealing } from "../credentials/sealed-credential.ts";
import type { AdmissionManifests } from "./policies/policy.ts";
import type { AllRendered } from "../rendered/all.ts";
import type { NamedObject } from "../rendered/object.ts";
import { type WorkloadManifests, workloadManifests } from "../manifests/workload.ts";
import { workloadKindOf } from "../service/kinds.ts";
import { releaseRuleManifest, UNJUDGED_RELEASE } from "../manifests/release-rule.ts";
import type { WorkloadKind } from "../../contract/workload-kind.ts";
import type { Service, ServiceDefinition } from "../service-definition.ts";

/** A credential, as far as it is known before its values. */
export type DeliveredCredential = Pick<CredentialDefinition, "namespace" | "format" | "store"> & {
  readonly keys: Readonly<Record<string, unknown>>;
};

/** What a stack delivers, as far as what the lanes may do follows from it. */
export interface Delivery {
  /** Of the services. */
  readonly namespace: string;
  /**
   * Whether others have created it, so that its Pod Security level is not the stack's.
   * @default false
   */
  readonly namespaceExists?: boolean;
  readonly services: Readonly<Record<string, ServiceDefinition>>;
  /** By name; one without a namespace is in that of the services. */
  readonly credentials: Readonly<Record<string, DeliveredCredential>>;
  readonly sealing: Sealing;
  /**
   * Of the services that have manifests of their own, and of the extras.
   * @default - there are none
   */
  readonly rendered?: AllRendered;
  /**
   * What holds everybody to the stack's policy in its namespace.
   * @default - nothing
   */
  readonly admission?: AdmissionManifests | undefined;
  /**
   * The namespaces that the same is delivered into, whichever is free: a pool, with the namespace of the services as one of them.
   * @default - the namespace of the services alone
   */
  readonly places?: readonly string[];
  /**
   * What the deploy lane needs beside what it delivers.
   * @default []
   */
  readonly also?: readonly Right[];
  /**
   * Who applies what the stack declares.
   * @default - the stack itself
   */
  readonly handOff?: { readonly by: HandOffController } | undefined;
}

/** The namespaces that a delivery may go into. */
export function placesOf({ namespace, places = [namespace] }: Delivery): readonly string[] {
  return places;
}

/** Each right and policy asks for them: they are completed, and their objects built, once for a delivery. */
const completed = new WeakMap<Delivery, readonly Service[]>();
const built = new WeakMap<Service, WorkloadManifests>();

/** The services that Slipway describes with their defaults, as far as they are known before their images. */
export function servicesOf(delivery: Delivery): readonly Service[] {
  const services = completed.get(delivery) ?? completeAll(delivery);
  completed.set(delivery, services);
  return services;
}

function completeAll({ namespace, services, credentials }: Delivery): Service[] {
  const keys = byName(credentials, (_, credential) => Object.keys(credential.keys));
  const described = Object.entries(services).filter(([, { manifests }]) => manifests === undefined);
  return described.map(([name, definition]) =>
    complete({ name, namespace, version: "", pullSecret: undefined }, definition, keys),
  );
}

/** The objects of a service, without its image. */
export function manifestsOf(service: Service): WorkloadManifests {
  const manifests = built.get(service) ?? workloadManifests(service, "");
  built.set(service, manifests);
  return manifests;
}

/** All objects of the services that Slipway describes. */
export function serviceObjects(delivery: Delivery): NamedObject[] {
  const manifests = servicesOf(delivery).flatMap((service) =>
    Object.values(manifestsOf(service)).flat(),
  );
  return [...described(manifests), ...releaseRules(delivery)];
}

/** The PrometheusRules of the services, those that show their releases among them. */
export function monitoringObjects(
  delivery: Delivery,
): (NamedObject & { readonly spec?: unknown })[] {
  const rules = servicesOf(delivery).map((service) => manifestsOf(service).prometheusRule);
  return [...described(rules), ...releaseRules(delivery)];
}

/** As they are whatever the verdict is. */
function releaseRules(delivery: Delivery): NamedObject[] {
  return described(
    servicesOf(delivery).map((service) => releaseRuleManifest(service, UNJUDGED_RELEASE)),
  );
}

function described(manifests: readonly (object | undefined)[]): NamedObject[] {
  return manifests.filter((manifest) => manifest !== undefined) as NamedObject[];
}

/** The kinds that deliver services, each once. */
export function kindsOf(delivery: Delivery): WorkloadKind[] {
  return [...new Set(servicesOf(delivery).map(workloadKindOf))].sort();
}

/** The names of the services between whose old and new pods a route's requests are divided. */
export function dividedNames(delivery: Delivery): string[] {
  const divided = servicesOf(delivery).filter(({ weights }) => weights !== undefined);
  return divided.map(({ name }) => name);
}

/** The credentials whose Secrets are in the services' namespace: the lanes write no others. */
export function ownCredentials({ namespace, credentials }: Delivery) {
  return Object.entries(credentials).filter(([, credential]) => isAt(credential, namespace));
}

/** Whether a credential's Secret is in this namespace, given that of the services. */
export function isAt({ namespace }: Pick<DeliveredCredential, "namespace">, home: string): boolean {
  return namespace === undefined || namespace === home;
}

/** Whether services describe, or name, any PersistentVolumeClaims. */
export function hasClaims({ services }: Delivery): boolean {
  return Object.values(services)
    .flatMap(({ volumes = {} }) => Object.values(volumes))
    .some((volume) => "claim" in volume);
}

/** Whether pods of services have claims of their own. */
export function hasPerPodClaims({ services }: Delivery): boolean {
  return Object.values(services)
    .flatMap(({ volumes = {} }) => Object.values(volumes))
    .some((volume) => "perPod" in volume);
}

/** The object by which a controller applies what the stack declares; undefined if the stack does. */
export function applierOf({ handOff }: Pick<Delivery, "handOff">): Applier | undefined {
  const { by } = handOff ?? {};
  if (by === undefined) {
    return undefined;
  }
  return "argocd" in by
    ? { of: "argocd", namespace: by.argocd.namespace, name: by.argocd.application }
    : { of: "flux", namespace: by.flux.namespace, name: by.flux.kustomization };
}

/** Whether anything is sealed. */
export function sealsIn({ credentials }: Delivery): boolean {
  return Object.values(credentials).some(({ store }) => store === undefined);
}
