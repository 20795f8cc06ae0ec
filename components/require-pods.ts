import * as pulumi from "@pulumi/pulumi";

import { askProvider } from "./ask-provider.ts";
import { exceptionsIn } from "./exceptions.ts";
import { faultsError } from "./faults-error.ts";
import { type Delivery, servicesOf } from "./lanes/delivery.ts";
import { patchFaults } from "./patch-faults.ts";
import { saidExceptions } from "./rendered/exceptions.ts";
import { EXCEPTIONS, type ExceptionWord, leaves, strictest } from "./service/exceptions.ts";
import type { Service } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import { triedObjects } from "./tried-objects.ts";

/** Inputs of {@link requirePods}. */
export interface RequiredPods extends Delivery {
  /**
   * The Pod Security level that the namespace enforces, if others have created it.
   * @default - none
   */
  readonly level?: string | undefined;
  readonly provider: SlipwayProvider;
}

/** What {@link requirePods} has found out, for the services' namespace. */
export interface PodSecurity {
  readonly exists: boolean;
  /**
   * The Pod Security level that it enforces if others have created it, and otherwise has to.
   * @default - it enforces none
   */
  readonly level?: string | undefined;
}

/**
 * Ends the run before anything is registered if a service leaves what every service has without saying so, if its namespace does not admit
 * its pods, or if the API server does not accept the plain fields of Kubernetes that it has, by a strict dry run.
 *
 * @throws RunError with a line for each fault
 */
export async function requirePods({
  level,
  provider,
  ...delivery
}: RequiredPods): Promise<PodSecurity> {
  const { namespace, namespaceExists = false } = delivery;
  const services = servicesOf(delivery);
  const faults = services.flatMap((service) => [
    ...patchFaults(service),
    ...(namespaceExists ? levelFaults(service, level) : []),
  ]);
  const refused = faults.length > 0 ? faults : await refusals(services, provider);
  if (refused.length > 0) {
    throw faultsError(refused, "faults in the stack's settings");
  }
  return namespaceExists ? tellFound(namespace, level) : tellNeeded(delivery, services);
}

/** Of a namespace that others have created, the pods get what it is. */
function tellFound(namespace: string, level: string | undefined): PodSecurity {
  const enforced =
    level === undefined ? "no Pod Security level" : `the Pod Security level ${level}`;
  void pulumi.log.info(`namespace ${namespace} exists; it enforces ${enforced}`);
  return { exists: true, level };
}

/** Of its own, the stack loosens the level as far as a word needs it. */
function tellNeeded({ namespace, rendered }: Delivery, services: readonly Service[]): PodSecurity {
  const described = services.map(
    (service) => [service.name, exceptionsIn(service).map(needOf)] as const,
  );
  const written = [...Object.entries(rendered?.extras ?? {})]
    .concat(Object.entries(rendered?.services ?? {}))
    .map(([name, made]) => [name, saidExceptions(made)] as const);
  const found = [...described, ...written];
  const level = strictest(found.flatMap(([, needs]) => needs.map((need) => need.level)));
  const why = found.flatMap(([name, needs]) => {
    const loose = needs.filter((need) => need.level !== "restricted").map(({ word }) => word);
    return loose.length === 0 ? [] : [`${name} (${[...new Set(loose)].join(", ")})`];
  });
  if (level !== "restricted") {
    void pulumi.log.info(
      `namespace ${namespace} enforces the Pod Security level ${level}, because of ${why.join(", ")}`,
    );
  }
  return { exists: false, level };
}

function needOf({ word }: { readonly word: ExceptionWord }) {
  return { word, level: EXCEPTIONS[word].level };
}

function levelFaults(service: Service, level: string | undefined): string[] {
  const words = exceptionsIn(service)
    .map(({ word }) => word)
    .filter((word) => leaves(word, level));
  return [...new Set(words)].map(
    (word) =>
      `slipway:services.${service.name}.allow: ${word} needs the Pod Security level ${EXCEPTIONS[word].level}, and the namespace ${service.namespace} enforces ${level ?? ""}; remove it and what needs it, or have the namespace's owner set its label pod-security.kubernetes.io/enforce`,
  );
}

/** What the API server does not accept of the services whose objects have fields that no schema here knows. */
async function refusals(
  services: readonly Service[],
  provider: SlipwayProvider,
): Promise<string[]> {
  const tried = services.flatMap((service) =>
    triedObjects(service).map((each) => ({ ...each, name: service.name })),
  );
  if (tried.length === 0) {
    return [];
  }
  const { refused = [] } = await askProvider(
    "tryObjects",
    { objects: tried.map(({ manifest }) => manifest) },
    provider,
  );
  return refused.map(({ index, message }) => {
    const { name = "", keys = "" } = tried[index] ?? {};
    return `slipway:services.${name}.${keys}: the API server refuses the object: ${message}`;
  });
}
