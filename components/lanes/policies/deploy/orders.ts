import { CREDENTIAL, SEALING_SCOPE } from "../../../../contract/marks.ts";
import type { Delivery } from "../../delivery.ts";
import { writtenObjects } from "../../rendered.ts";
import { beginsWith, eachKey } from "../kept.ts";
import { literal } from "../policy.ts";
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

/** What charts write above pods and objects, for people and for a rollout when a file changes: nobody acts on it. */
const OF_CHARTS = ["app.kubernetes.io/", "checksum/", "helm.sh/", "meta.helm.sh/"];

/** Annotations that a stack's objects may have, whatever they say. */
export function ownOf(delivery: Delivery): readonly string[] {
  return writtenObjects(delivery).length === 0 ? OWN : [...OWN, ...OF_CHARTS];
}

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

/**
 * Annotations are orders to whoever watches the cluster: to an Ingress controller for more than routes, to a cloud for an identity, to
 * replicators, networks and DNS. So the deploy lane adds none but those that have no such reader.
 */
export function annotationsAt(
  path: string,
  own: readonly string[] = OWN,
  said: readonly Order[] = [],
) {
  const allowed = said.length === 0 ? "" : ", and those of slipway:services";
  return {
    expression: eachKey(
      `${path}.?annotations`,
      beginsWith(own) + orSaid(path, "annotations", said),
    ),
    message: refusal(`${fieldOf(path)}.annotations`, `those that Slipway itself writes${allowed}`),
  };
}

/** People sort by labels, so only those that are known to be orders are refused. */
export function labelsAt(path: string, said: readonly Order[] = []) {
  const free = `!${beginsWith(OBEYED_LABELS)}`;
  return {
    expression: eachKey(`${path}.?labels`, free + orSaid(path, "labels", said)),
    message: refusal(
      `${fieldOf(path)}.labels`,
      `those that do not begin with ${OBEYED_LABELS.join(", ")}`,
    ),
  };
}

/** A label or an annotation of one object, as the settings say it. */
export interface Order {
  /** Kind and name of the object. */
  readonly kind: string;
  readonly name: string;
  readonly key: string;
  readonly value: string;
}

/** The labels or annotations that the settings say, of those that a lane does not add by itself. */
export function ordersIn(
  kind: string,
  name: string,
  { labels = {}, annotations = {} }: Orders,
  own: readonly string[] = OWN,
): Readonly<Record<"labels" | "annotations", Order[]>> {
  const of = (mapping: Readonly<Record<string, unknown>>) =>
    Object.entries(mapping).map(([key, value]) => ({ kind, name, key, value: String(value) }));
  const begins = (starts: readonly string[], key: string) =>
    starts.some((start) => key.startsWith(start));
  return {
    labels: of(labels).filter(({ key }) => begins(OBEYED_LABELS, key)),
    annotations: of(annotations).filter(({ key }) => !begins(own, key)),
  };
}

interface Orders {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** Whether a key `k` has the value that the settings say of this very object. */
function orSaid(path: string, field: string, said: readonly Order[]): string {
  if (said.length === 0) {
    return "";
  }
  const lines = said.map(({ kind, name, key, value }) => [kind, name, key, value].join("\n"));
  const value = `object.${path}.?${field}.orValue({})[k]`;
  const line = `[dyn(request.kind.kind), dyn(object.metadata.name), dyn(k), dyn(${value})].join("\\n")`;
  return ` || ${line} in ${literal(lines)}`;
}

function fieldOf(path: string): string {
  return path.replaceAll("?", "");
}
