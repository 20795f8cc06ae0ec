import { secretsOf } from "../../../credentials/credential-use.ts";
import { foundClaims, ownClaims } from "../../../manifests/volume-claims.ts";
import {
  type Delivery,
  hasClaims,
  hasPerPodClaims,
  ownCredentials,
  servicesOf,
} from "../../delivery.ts";
import { renderedSecrets } from "../../rendered.ts";
import { before } from "../kept.ts";
import { containerSecrets, hostsOf, isPinned, type MayName, volumesOf } from "../pod-spec.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt } from "./orders.ts";

const LISTS = ["containers", "initContainers"];
const SPEC = "spec.template.spec";
const TEMPLATE = "spec.template.?metadata";
const NAMED = "Secrets that slipway:services and slipway:credentials name";

/**
 * Deployments whose pods get no token, no Secret that the settings do not name, no image that can change, and no node of their choice.
 * The namespace's Pod Security level holds the rest.
 */
export function deployments(delivery: Delivery): Limit {
  return {
    apiGroups: ["apps"],
    apiVersion: "v1",
    resources: ["deployments"],
    variables: {
      secrets: literal(secretNames(delivery)),
      spec: "object.spec.template.spec",
      volumes: "variables.spec.?volumes.orValue([])",
      ...(hasClaims(delivery) && { claims: literal(claimNames(delivery)) }),
      volumesBefore: before("spec.template.spec.?volumes", "[]"),
      containersBefore: `oldObject == null ? [] : oldObject.spec.template.spec.containers + oldObject.spec.template.spec.?initContainers.orValue([])`,
    },
    validations: [
      annotationsAt(TEMPLATE),
      labelsAt(TEMPLATE),
      ...identity(),
      ...place(),
      ...volumes(delivery),
      ...LISTS.flatMap(containers),
    ],
  };
}

/** Those that services use, and those that are made for them. */
function secretNames(delivery: Delivery): string[] {
  const names = servicesOf(delivery).flatMap(secretsOf);
  const made = ownCredentials(delivery).map(([name]) => name);
  return [...new Set([...names, ...made, ...renderedSecrets(delivery)])].sort();
}

/** Those that services describe or name. */
function claimNames(delivery: Delivery): string[] {
  const names = servicesOf(delivery).flatMap((service) => [
    ...ownClaims(service).map(({ name }) => name),
    ...foundClaims(service),
  ]);
  return [...new Set(names)].sort();
}

/** Whether the settings name a Secret, or the pods have it already: this key of it, or the whole. */
const mayName: MayName = (secret, key) => {
  const is = (reference: string) => `o.?${reference}.?name.orValue("") == ${secret}`;
  const asKey = `b.?env.orValue([]).exists(o, ${is("valueFrom.?secretKeyRef")} && o.?valueFrom.?secretKeyRef.?key.orValue("") == ${key ?? ""})`;
  const whole = `b.?envFrom.orValue([]).exists(o, ${is("secretRef")})`;
  const had = key === undefined ? whole : `${asKey} || ${whole}`;
  return `(${secret} in variables.secrets || variables.containersBefore.exists(b, ${had}))`;
};

/** Who the pods are. */
function identity() {
  const account = `${SPEC}.?serviceAccountName`;
  const token = `${SPEC}.?automountServiceAccountToken`;
  return [
    {
      expression: `object.${account}.orValue("") == object.metadata.name || (oldObject != null && object.${account} == oldObject.${account})`,
      message: refusal(`${SPEC}.serviceAccountName`, "the name of the Deployment"),
    },
    {
      expression: `!object.${token}.orValue(true) || (oldObject != null && oldObject.${token}.orValue(true))`,
      message: refusal(`${SPEC}.automountServiceAccountToken`, "false"),
    },
  ];
}

/** Where the pods run, and before whom. */
function place() {
  const affinity = `${SPEC}.?affinity.?nodeAffinity`;
  const selector = `${SPEC}.?nodeSelector`;
  const rules: Readonly<Record<string, string>> = {
    nodeName: isOneOf("nodeName", [""]),
    priorityClassName: isOneOf("priorityClassName", [""]),
    runtimeClassName: isOneOf("runtimeClassName", [""]),
    schedulerName: isOneOf("schedulerName", ["", "default-scheduler"]),
    nodeSelector: `object.${selector}.orValue({}).size() == 0 || object.${selector}.orValue({}) == ${before(selector, "{}")}`,
    "affinity.nodeAffinity": `!object.${affinity}.hasValue() || (oldObject != null && object.${affinity} == oldObject.${affinity})`,
    tolerations: `object.${SPEC}.?tolerations.orValue([]).all(t, t in ${before(`${SPEC}.?tolerations`, "[]")})`,
  };
  return Object.entries(rules).map(([field, expression]) => ({
    expression,
    message: refusal(`${SPEC}.${field}`, "none"),
  }));
}

/** Whether a field has one of these values, or the one from before. */
function isOneOf(field: string, values: readonly string[]): string {
  const path = `${SPEC}.?${field}`;
  const value = `object.${path}.orValue("")`;
  return `${value} in ${literal(values)} || ${value} == ${before(path, '""')}`;
}

function volumes(delivery: Delivery) {
  const kinds = [
    "configMap",
    "emptyDir",
    ...(hasPerPodClaims(delivery) ? ["ephemeral"] : []),
    ...(hasClaims(delivery) ? ["persistentVolumeClaim"] : []),
  ];
  return [
    {
      expression: volumesOf(
        "variables.volumes",
        [...kinds, "secret"],
        "v in variables.volumesBefore",
      ),
      message: refusal(`${SPEC}.volumes[]`, `${kinds.join(", ")} and secret`),
    },
    ...(hasClaims(delivery)
      ? [
          {
            expression: `variables.volumes.all(v, !has(v.persistentVolumeClaim) || v in variables.volumesBefore || v.persistentVolumeClaim.claimName in variables.claims)`,
            message: refusal(
              `${SPEC}.volumes[].persistentVolumeClaim`,
              "claims that slipway:services name",
            ),
          },
        ]
      : []),
    {
      expression: `variables.volumes.all(v, !has(v.secret) || v in variables.volumesBefore || v.secret.?secretName.orValue("") in variables.secrets)`,
      message: refusal(`${SPEC}.volumes[].secret`, NAMED),
    },
  ];
}

function containers(list: string) {
  const path = `${SPEC}.${list}`;
  const all = `variables.spec.?${list}.orValue([])`;
  return [
    {
      expression: `${all}.all(c, ${isPinned("c.image")} || variables.containersBefore.exists(b, b.image == c.image))`,
      message: refusal(`${path}[].image`, "repository@sha256:<64 hex digits>"),
    },
    {
      expression: `${all}.all(c, ${hostsOf("c")}.all(h, variables.containersBefore.exists(b, h in ${hostsOf("b")})))`,
      message: refusal(`${path}[]`, "probes and lifecycle hooks without a host"),
    },
    ...containerSecrets(all, path, mayName, (field) => refusal(field, NAMED)),
  ];
}
