import type { ReadinessInputs } from "../../contract";
import type { Finding } from "./finding";
import { nameOf, type Observed, type Pod, uidOf } from "./objects";

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
    return [];
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
