import { looseningsOf } from "./manifests/loosenings.ts";
import { networkPolicyManifest } from "./manifests/network-policy.ts";
import { type Fields, fieldsOf } from "./manifests/plain-fields.ts";
import { unbuiltManifests } from "./manifests/unbuilt.ts";
import type { ExceptionWord } from "./service/exceptions.ts";
import type { Service } from "./service-definition.ts";

/** A place in a service's objects that a word permits. */
export interface Exception {
  readonly word: ExceptionWord;
  /** From the object. */
  readonly path: string;
  /** What the object is among the service's. */
  readonly object: string;
}

/** Everything in a service's objects that is looser than what every service has. */
export function exceptionsIn(service: Service): Exception[] {
  if (!mayBeLoose(service)) {
    return [];
  }
  const manifests = Object.entries(unbuiltManifests(service));
  const pods = manifests.flatMap(([object, manifest]) =>
    podSpecsIn(manifest).flatMap(({ at, spec }) =>
      looseningsOf(spec).map(({ word, path }) => ({ word, path: `${at}.${path}`, object })),
    ),
  );
  return [...pods, ...networkExceptions(service)];
}

/** Stacks have hundreds of services that say nothing of all this. */
export function mayBeLoose({ allow, pod, patches }: Service): boolean {
  return allow.length > 0 || pod !== undefined || patches !== undefined;
}

/** What pods are made from, in an object. */
export interface PodTemplate {
  /** Where the object has the pods' spec. */
  readonly at: string;
  readonly spec: Fields;
  readonly metadata: Fields;
}

/** What a service's pods are made from, in any of its objects. */
export function podSpecsIn(manifest: unknown): PodTemplate[] {
  const spec = fieldsOf(fieldsOf(manifest)["spec"]);
  const inJob = fieldsOf(fieldsOf(spec["jobTemplate"])["spec"]);
  return [
    { at: "spec.template.spec", template: spec["template"] },
    { at: "spec.jobTemplate.spec.template.spec", template: inJob["template"] },
  ].flatMap(({ at, template }) => {
    const { spec: pod, metadata } = fieldsOf(template);
    return pod === undefined ? [] : [{ at, spec: fieldsOf(pod), metadata: fieldsOf(metadata) }];
  });
}

/** A patch of the network policy may let in and out anybody. */
function networkExceptions(service: Service): Exception[] {
  if (service.patches?.networkPolicy === undefined) {
    return [];
  }
  const [before, after] = [
    networkPolicyManifest(service),
    unbuiltManifests(service).networkPolicy,
  ].map(({ spec }) => JSON.stringify(spec));
  return before === after ? [] : [{ word: "network", path: "spec", object: "networkPolicy" }];
}
