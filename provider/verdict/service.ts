import type { ReadinessInputs } from "../../contract/readiness.ts";
import { ROLLOUT_HASH } from "./argo-rollout.ts";
import type { Finding } from "./finding.ts";
import { hasAddress } from "./ingress.ts";
import {
  type EndpointSlice,
  nameOf,
  type Observed,
  type Pod,
  type Service,
  uidOf,
} from "./objects.ts";

/** Pods that a message names. */
const NAMED = 3;

/** A selector that does not match never will, except that the Service may be a moment behind what was applied. */
const STRANGER_SECONDS = 3;

/** Argo Rollouts writes the selector again for as long as the Rollout is there, and that is until the pods in its place are proved. */
const LED =
  ", by which Argo Rollouts leads it to the pods of a switch; set steps: [50], and remove steps with the release after it";

/**
 * Whether the Service routes to each of these pods: an EndpointSlice of it must have a ready endpoint for each. A service
 * that takes no connections has none. A load balancer must have its address, unless the release does without.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
export function judgeService(
  release: ReadinessInputs,
  { service, endpointSlices, rollout }: Observed,
  pods: readonly Pod[],
): Finding[] {
  if (release.serviceName === undefined) {
    return [];
  }
  const object = `service ${release.serviceName}`;
  if (service === undefined) {
    return [{ reason: "no-endpoints", object, message: `${object} does not exist` }];
  }
  const routed = new Set(
    endpointSlices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .map(({ targetRef }) => targetRef?.uid),
  );
  const left = pods.filter((pod) => !routed.has(uidOf(pod)));
  if (left.length === 0) {
    return [
      ...judgePorts(object, service, endpointSlices, pods),
      ...(release.loadBalancer === true ? judgeLoadBalancer(object, service) : []),
    ];
  }
  const selected = Object.entries(service.spec?.selector ?? {});
  const isLed = selected.some(([label]) => label === ROLLOUT_HASH);
  const isStranger = left.some(({ metadata }) =>
    selected.some(
      ([label, value]) =>
        // Argo Rollouts leads the Service from revision to revision by this one, in its own time.
        !(label === ROLLOUT_HASH && rollout !== undefined) && metadata?.labels?.[label] !== value,
    ),
  );
  const tolerance = isStranger || selected.length === 0 ? STRANGER_SECONDS : undefined;
  const selector = selected.map(([label, value]) => `${label}=${value}`).join(",");
  const led = isLed && rollout === undefined ? LED : "";
  const message = `no ready endpoint for ${namesOf(left)}; the service selects ${selector || "nothing"}${led}`;
  return [{ reason: "no-endpoints", object, message, tolerance }];
}

function judgeLoadBalancer(object: string, { spec, status }: Service): Finding[] {
  const { loadBalancerClass: name } = spec ?? {};
  const balancer = name === undefined ? "load balancer" : `load balancer of class ${name}`;
  const message = `no ${balancer} has given it an address`;
  return hasAddress(status?.loadBalancer?.ingress)
    ? []
    : [{ reason: "service-no-address", object, message }];
}

/** Whether each port of the Service maps to a port of each pod: a name that the pod does not have maps to none. */
function judgePorts(
  object: string,
  service: Service,
  endpointSlices: readonly EndpointSlice[],
  pods: readonly Pod[],
): Finding[] {
  const mapped = portsByPod(endpointSlices);
  for (const { name = "", port, targetPort } of service.spec?.ports ?? []) {
    const pod = pods.find((pod) => mapped.get(uidOf(pod))?.has(name) !== true);
    if (pod !== undefined) {
      const served = `port ${name === "" ? port : `${name} (${port})`}`;
      const target = String(targetPort ?? port);
      const message = `${served} maps to targetPort ${target}, which ${nameOf(pod)} does not have; its ports are ${portsOf(pod)}`;
      return [{ reason: "no-endpoints", object, message, tolerance: STRANGER_SECONDS }];
    }
  }
  return [];
}

/** The Service's ports, by name, that map to each pod's, by its uid. */
function portsByPod(endpointSlices: readonly EndpointSlice[]): ReadonlyMap<string, Set<string>> {
  const mapped = new Map<string, Set<string>>();
  for (const { endpoints, ports } of endpointSlices) {
    const names = (ports ?? []).map(({ name }) => name ?? "");
    for (const { targetRef: { uid = "" } = {} } of endpoints ?? []) {
      const known = mapped.get(uid) ?? new Set();
      names.forEach((name) => known.add(name));
      mapped.set(uid, known);
    }
  }
  return mapped;
}

/** The names of these pods, as far as one reads them. */
function namesOf(pods: readonly Pod[]): string {
  const others = pods.length > NAMED ? ` and ${pods.length - NAMED} more` : "";
  return `${pods.slice(0, NAMED).map(nameOf).join(", ")}${others}`;
}

function portsOf({ spec }: Pod): string {
  const ports = (spec?.containers ?? []).flatMap(({ ports }) => ports ?? []);
  const named = ports.map(({ name, containerPort }) =>
    name === undefined ? String(containerPort) : `${name} (${containerPort})`,
  );
  return named.join(", ") || "not named at all";
}
