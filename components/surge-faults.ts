import { podSpecsIn } from "./exceptions.ts";
import { type Fields, listOf } from "./manifests/plain-fields.ts";
import type { Service } from "./service-definition.ts";

/**
 * A new pod on each node that starts before the old one ends, and needs a port of the node that the old one has: it would wait for ever.
 *
 * @param manifests the service's objects with its patches
 */
export function surgeFaults({ everyNode }: Service, manifests: Fields): string[] {
  const { maxSurge, maxUnavailable = 0 } = everyNode ?? {};
  const fault = heldPortFault(manifests["daemonSet"], maxSurge);
  return fault === undefined
    ? []
    : [`everyNode.maxSurge: ${fault}${maxUnavailable === 0 ? "" : " or the port"}`];
}

/** The same of any DaemonSet. */
export function heldPortFault(daemonSet: unknown, maxSurge: unknown): string | undefined {
  const surge = typeof maxSurge === "number" || typeof maxSurge === "string" ? maxSurge : 0;
  const held = Number.parseInt(String(surge), 10) > 0 ? heldPort(daemonSet) : undefined;
  return held === undefined
    ? undefined
    : `got ${JSON.stringify(maxSurge)}; allowed: 0, because ${held} is a port of the node, which the old pod has until it ends; remove maxSurge`;
}

/** A port of the node that the pods of an object listen on, as they are to be. */
function heldPort(manifest: unknown): string | undefined {
  const ports = podSpecsIn(manifest).flatMap(({ spec }) =>
    ["containers", "initContainers"]
      .flatMap((list) => listOf(spec[list]))
      .flatMap(({ ports }) => listOf(ports))
      .map(
        (port) => port["hostPort"] ?? (spec["hostNetwork"] === true ? port["containerPort"] : 0),
      ),
  );
  return ports.flatMap((port) => (typeof port === "number" && port > 0 ? [String(port)] : []))[0];
}
