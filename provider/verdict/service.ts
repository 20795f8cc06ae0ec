import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Finding } from "./finding.ts";
import {
  type EndpointSlice,
  nameOf,
  type Observed,
  type Pod,
  type Service,
  uidOf,
} from "./objects.ts";

/** A selector that does not match never will; the Service may be a moment behind what was applied. */
const STRANGER_SECONDS = 3;

/**
 * Whether the Service routes to each of these pods: an EndpointSlice of it must have a ready endpoint for each.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
export function judgeService(
  release: ReadinessInputs,
  { service, endpointSlices }: Observed,
  pods: readonly Pod[],
): Finding[] {
  const object = `service ${release.serviceName}`;
  if (service === undefined) {
    return [
      { reason: "no-endpoints", object, message: `there is no service ${release.serviceName}` },
    ];
  }
  const routed = new Set(
    endpointSlices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .map(({ targetRef }) => targetRef?.uid),
  );
  const left = pods.filter((pod) => !routed.has(uidOf(pod)));
  if (left.length === 0) {
    return judgePorts(object, service, endpointSlices, pods);
  }
  const selected = Object.entries(service.spec?.selector ?? {});
  const isStranger = left.some(({ metadata }) =>
    selected.some(([label, value]) => metadata?.labels?.[label] !== value),
  );
  const tolerance = isStranger || selected.length === 0 ? { tolerance: STRANGER_SECONDS } : {};
  const selector = selected.map(([label, value]) => `${label}=${value}`).join(",");
  const message = `no ready endpoint for ${left.map(nameOf).join(", ")}; the service selects ${selector || "nothing"}`;
  return [{ reason: "no-endpoints", object, message, ...tolerance }];
}

/** Whether each port of the Service leads to a port of each pod: by a name that the pod does not have it does not. */
function judgePorts(
  object: string,
  service: Service,
  endpointSlices: readonly EndpointSlice[],
  pods: readonly Pod[],
): Finding[] {
  for (const { name = "", port, targetPort } of service.spec?.ports ?? []) {
    const pod = pods.find((pod) => !portsTo(pod, endpointSlices).has(name));
    if (pod !== undefined) {
      const served = `port ${name === "" ? port : `${name} (${port})`}`;
      const target = String(targetPort ?? port);
      const message = `${served} leads to targetPort ${target}, which ${nameOf(pod)} does not have; its ports are ${portsOf(pod)}`;
      return [{ reason: "no-endpoints", object, message, tolerance: STRANGER_SECONDS }];
    }
  }
  return [];
}

/** The Service's ports, by name, that lead to a pod. */
function portsTo(pod: Pod, endpointSlices: readonly EndpointSlice[]): Set<string> {
  const slices = endpointSlices.filter(({ endpoints }) =>
    endpoints?.some(({ targetRef }) => targetRef?.uid === uidOf(pod)),
  );
  return new Set(slices.flatMap(({ ports }) => (ports ?? []).map(({ name }) => name ?? "")));
}

function portsOf({ spec }: Pod): string {
  const ports = (spec?.containers ?? []).flatMap(({ ports }) => ports ?? []);
  const named = ports.map(({ name, containerPort }) =>
    name === undefined ? String(containerPort) : `${name} (${containerPort})`,
  );
  return named.join(", ") || "not named at all";
}
