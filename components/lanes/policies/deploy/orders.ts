import { CREDENTIAL, SEALING_SCOPE } from "../../../../contract/marks.ts";
import { beginsWith, eachKey } from "../kept.ts";
import { refusal } from "./limit.ts";

/** Annotations that Slipway, Pulumi and kubectl write, which nobody else acts on. */
const OWN = [
  "pulumi.com/",
  "slipway/",
  CREDENTIAL,
  "org.opencontainers.image.",
  "kubectl.kubernetes.io/",
  SEALING_SCOPE,
  "external-secrets.io/force-sync",
];

/** Labels that are orders, by their readers: Grafana's sidecar, a cloud's identity, meshes, the network of the nodes. */
const OBEYED_LABELS = [
  "grafana_",
  "azure.workload.identity/",
  "mirror.linkerd.io/",
  "linkerd.io/",
  "istio.io/",
  "networking.istio.io/",
  "sidecar.istio.io/",
  "service.kubernetes.io/",
];

/** The variable that has the annotations which the settings give objects. */
export const NAMED_ANNOTATIONS = "named";

/**
 * Annotations are orders to whoever watches the cluster: to an Ingress controller for more than routes, to a cloud for an identity, to
 * replicators, networks and DNS. So the deploy lane adds none but those that have no such reader.
 *
 * @param own how the keys begin of those that it may add
 * @param isNamed whether there are such that the settings name
 */
export function annotationsAt(path: string, own: readonly string[] = OWN, isNamed = false) {
  const of = `object.kind + " " + object.metadata.name + " " + k + " " + object.${path}.annotations[k]`;
  const named = isNamed ? ` || (${of}) in variables.${NAMED_ANNOTATIONS}` : "";
  return {
    expression: eachKey(`${path}.?annotations`, `${beginsWith(own)}${named}`),
    message: refusal(
      `${fieldOf(path)}.annotations`,
      `those that Slipway itself writes${isNamed ? ", and those of slipway:services" : ""}`,
    ),
  };
}

/** People sort by labels, so only those that are known to be orders are refused. */
export function labelsAt(path: string) {
  return {
    expression: eachKey(`${path}.?labels`, `!${beginsWith(OBEYED_LABELS)}`),
    message: refusal(
      `${fieldOf(path)}.labels`,
      `those that do not begin with ${OBEYED_LABELS.join(", ")}`,
    ),
  };
}

function fieldOf(path: string): string {
  return path.replaceAll("?", "");
}
