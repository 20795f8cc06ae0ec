import * as pulumi from "@pulumi/pulumi";

import { parseQuantity } from "../contract/quantity.ts";
import type { FoundClaim, FoundClaims } from "../contract/volume-claims.ts";
import { plain } from "../mask/plain.ts";
import { askProvider } from "./ask-provider.ts";
import { claimName, perPodName } from "./manifests/volume-claims.ts";
import { completeReplicas } from "./service/kinds.ts";
import {
  accessOf,
  isShared,
  type NewClaim,
  type PerPodVolume,
  type Volume,
} from "./service/volumes.ts";
import { PODS, type ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

type Services = Readonly<Record<string, ServiceDefinition>>;

/** A service's use of a claim. */
interface Use {
  readonly service: string;
  readonly path: string;
  readonly name: string;
  /** What is requested of it, undefined for one that the service only finds. */
  readonly request: NewClaim | undefined;
  /**
   * Whether it is of one pod of a StatefulSet.
   * @default false
   */
  readonly isOfPod?: boolean;
  readonly hasSeveralPods: boolean;
}

/** Inputs of {@link requireClaims}. */
export interface RequiredClaims {
  /** By name. */
  readonly services: Services;
  readonly namespace: string;
  readonly provider: SlipwayProvider;
}

/**
 * Looks for the claims that services name, and ends the run before anything is registered if one is missing, or is not and cannot
 * become what the settings say: the API server would say so when half of the stack is applied.
 *
 * @returns the claims that Slipway has made and that exist: those that were kept are taken up again
 * @throws RunError with a line for each fault
 */
export async function requireClaims({
  services,
  namespace,
  provider,
}: RequiredClaims): Promise<ReadonlySet<string>> {
  const uses = Object.entries(services).flatMap(([name, service]) => usesOf(name, service));
  if (uses.length === 0) {
    return new Set();
  }
  const names = [...new Set(uses.map(({ name }) => name))].sort();
  const { claims = {} } = await askProvider("volumeClaims", { namespace, names }, provider);
  const faults = claimFaults(uses, claims);
  if (faults.length > 0) {
    const title = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    throw new pulumi.RunError(
      `${title} in the volumes of namespace ${namespace}\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
  }
  return new Set(
    uses.flatMap(({ name, request, isOfPod }) =>
      request !== undefined && isOfPod !== true && typeof claims[name] === "object" ? [name] : [],
    ),
  );
}

function usesOf(service: string, definition: ServiceDefinition): Use[] {
  const { volumes = {}, autoscale, everyNode } = definition;
  const replicas = completeReplicas(definition, PODS.replicas.default);
  const hasSeveralPods = everyNode !== undefined || (autoscale?.max ?? replicas) > 1;
  return Object.entries(volumes).flatMap(([path, volume]: [string, Volume]) => {
    if ("perPod" in volume) {
      return definition.stateful === undefined
        ? []
        : usesOfPods({ service, path, replicas }, volume);
    }
    if (!("claim" in volume)) {
      return [];
    }
    const { claim } = volume;
    const [name, request] =
      typeof claim === "string" ? [claim, undefined] : [claimName(service, path, claim), claim];
    return [{ service, path, name, request, hasSeveralPods }];
  });
}

/** The claims of a StatefulSet's pods, which are called by its template and by the pods. */
function usesOfPods(
  { service, path, replicas }: Pick<Use, "service" | "path"> & { readonly replicas: number },
  { perPod }: PerPodVolume,
): Use[] {
  return Array.from({ length: replicas }, (_, ordinal) => ({
    service,
    path,
    name: `${perPodName(path, perPod)}-${service}-${ordinal}`,
    request: perPod,
    isOfPod: true,
    hasSeveralPods: false,
  }));
}

/** What is wrong with the claims that services use, a line each. */
export function claimFaults(uses: readonly Use[], claims: FoundClaims): string[] {
  const made = new Map(
    uses.flatMap(({ name, request }) => (request === undefined ? [] : [[name, request] as const])),
  );
  return uses.flatMap((use) => {
    const found = claims[use.name];
    const key = use.isOfPod === true ? "perPod" : "claim";
    const at = `slipway:services.${use.service}.volumes["${use.path}"].${key}`;
    const say = (fault: string | undefined) =>
      fault === undefined ? [] : [`${at}${plain(fault)}`];
    if (use.request !== undefined) {
      return typeof found === "object" ? requestFaults(use, use.request, found).flatMap(say) : [];
    }
    return say(useFault(use, made.get(use.name), found));
  });
}

function useFault(
  { name, hasSeveralPods }: Use,
  made: NewClaim | undefined,
  found: FoundClaims[string] | undefined,
): string | undefined {
  if (made === undefined && found === "missing") {
    return `: got "${name}", which does not exist; allowed: a claim that exists in the namespace; create it, or write {size: 10Gi} to have the stack create one`;
  }
  if (typeof found === "object" && found.isEnding) {
    return ending(name);
  }
  const access = made ? [accessOf(made)] : typeof found === "object" ? found.access : undefined;
  const isSingle = access?.every((mode) => !isShared(mode));
  return hasSeveralPods && isSingle === true
    ? `: got "${name}", which is ${access?.join(", ") ?? ""}, for several pods; allowed: a claim that several nodes may mount (ReadWriteMany); set replicas to 1, or give each pod its own with perPod`
    : undefined;
}

function ending(name: string): string {
  return `: the claim ${name} is being deleted; wait for its end, which a pod that mounts it holds up, and run pulumi up again`;
}

function requestFaults(
  { service, name, isOfPod = false }: Use,
  request: NewClaim,
  found: FoundClaim,
): (string | undefined)[] {
  if (!isOfPod && found.service !== service) {
    const owner = found.service === "" ? "Slipway has not made it" : `it is of ${found.service}`;
    return [
      `: the claim ${name} exists, and ${owner}; write claim: ${name} to use it, or claim.name for a different one`,
    ];
  }
  if (found.isEnding) {
    return [ending(name)];
  }
  const access = accessOf(request);
  return [
    sizeFault(name, request, isOfPod ? { ...found, isOfPod } : found),
    request.class !== undefined && request.class !== found.class
      ? `.class: got "${request.class}"; the claim ${name} has ${found.class === "" ? "no class" : `"${found.class}"`}, which never changes; ${MOVE}`
      : undefined,
    found.access.length === 1 && found.access[0] === access
      ? undefined
      : `.access: got ${access}; the claim ${name} has ${found.access.join(", ")}, which never changes; ${MOVE}`,
  ];
}

const MOVE = "write it so, or give claim.name a different name for a new claim and copy the data";

function sizeFault(
  name: string,
  { size }: NewClaim,
  found: FoundClaim & Pick<Use, "isOfPod">,
): string | undefined {
  const [wanted, present] = [parseQuantity(size), parseQuantity(found.size)];
  if (wanted === undefined || present === undefined || wanted === present) {
    return undefined;
  }
  if (wanted < present) {
    return `.size: got ${size}; the claim ${name} has ${found.size}, and a volume never shrinks; allowed: at least ${found.size}`;
  }
  if (found.isOfPod === true) {
    return `.size: got ${size}; the claim ${name} has ${found.size}, and a StatefulSet does not grow its claims; write ${found.size}, or grow each of them first: kubectl patch pvc ${name} --patch '{"spec":{"resources":{"requests":{"storage":"${size}"}}}}'`;
  }
  return found.grows === false
    ? `.size: got ${size}; the claim ${name} has ${found.size}, and its class ${found.class === "" ? "(it has none)" : found.class} lets no volume grow; write ${found.size}, or set allowVolumeExpansion of the class`
    : undefined;
}
