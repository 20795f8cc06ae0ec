import { hostsOf } from "../../../../policy/rules/loose.ts";
import { secretsOf } from "../../../credentials/credential-use.ts";
import { exceptionsIn } from "../../../exceptions.ts";
import { foundClaims, ownClaims } from "../../../manifests/volume-claims.ts";
import { listOf } from "../../../manifests/plain-fields.ts";
import { levelOf } from "../../../service/exceptions.ts";
import { type Delivery, hasPerPodClaims, ownCredentials, servicesOf } from "../../delivery.ts";
import { hasAnyClaims, isLoosened, renderedClaims, renderedSecrets } from "../../rendered.ts";
import { before } from "../kept.ts";
import { containerSecrets, isPinned, type MayName, volumesOf } from "../pod-spec.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { HARDENING_VARIABLES, hardening } from "./hardening.ts";
import { annotationsAt, labelsAt, ordersIn, ownOf } from "./orders.ts";
import {
  asSaid,
  asSaidVolume,
  lineOf,
  lineOfObject,
  namedAs,
  type SaidPods,
  saidPods,
} from "./said.ts";

const LISTS = ["containers", "initContainers"];
const SPEC = "spec.template.spec";
const TEMPLATE = "spec.template.?metadata";
const NAMED = "Secrets that slipway:services and slipway:credentials name";

/**
 * What the template of pods may hold, where a Deployment has it.
 *
 * @param account says whose account they may have, which is that of the object's name
 */
export function podLimit(
  delivery: Delivery,
  account: string,
): Pick<Limit, "variables" | "validations"> {
  const services = servicesOf(delivery);
  const pods = saidPods(delivery);
  const own = ownOf(delivery);
  const orders = pods.map(({ kind, name, metadata }) => ordersIn(kind, name, metadata, own));
  const words = services.flatMap((service) => exceptionsIn(service).map(({ word }) => word));
  const isLoose =
    delivery.namespaceExists === true || levelOf(words) !== "restricted" || isLoosened(delivery);
  return {
    variables: {
      secrets: literal(secretNames(delivery)),
      spec: "object.spec.template.spec",
      volumes: "variables.spec.?volumes.orValue([])",
      ...(hasAnyClaims(delivery) && { claims: literal(claimNames(delivery)) }),
      volumesBefore: before("spec.template.spec.?volumes", "[]"),
      ...(isLoose && HARDENING_VARIABLES),
      containersBefore: `oldObject == null ? [] : oldObject.spec.template.spec.containers + oldObject.spec.template.spec.?initContainers.orValue([])`,
    },
    validations: [
      annotationsAt(
        TEMPLATE,
        own,
        orders.flatMap((each) => each.annotations),
      ),
      labelsAt(
        TEMPLATE,
        orders.flatMap((each) => each.labels),
      ),
      ...identity(pods, account),
      ...place(pods),
      ...volumes(pods, delivery),
      ...LISTS.flatMap((list) => containers(list, pods)),
      ...(isLoose ? hardening(pods, SPEC) : []),
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
  return [...new Set([...names, ...renderedClaims(delivery)])].sort();
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
function identity(pods: readonly SaidPods[], allowed: string) {
  const account = `${SPEC}.?serviceAccountName`;
  const token = `${SPEC}.?automountServiceAccountToken`;
  const said = pods
    .filter(({ isRendered }) => isRendered)
    .map((own) => lineOf(own, accountOf(own)));
  const own = lineOfObject(`object.${account}.orValue("")`);
  return [
    {
      expression: [
        `object.${account}.orValue("") == object.metadata.name`,
        `(oldObject != null && object.${account} == oldObject.${account})`,
        ...(said.length === 0 ? [] : [`${own} in ${literal(said)}`]),
      ].join(" || "),
      message: refusal(`${SPEC}.serviceAccountName`, allowed),
    },
    {
      expression: [
        `!object.${token}.orValue(true)`,
        `(oldObject != null && oldObject.${token}.orValue(true))`,
        ...namedAs(pods.filter(({ spec }) => spec["automountServiceAccountToken"] !== false)),
      ].join(" || "),
      message: refusal(`${SPEC}.automountServiceAccountToken`, "false"),
    },
  ];
}

/** The account that pods are said to have. */
function accountOf({ spec }: SaidPods): string {
  const account = spec["serviceAccountName"] ?? spec["serviceAccount"];
  return typeof account === "string" ? account : "";
}

/** Where the pods run, and before whom. */
function place(pods: readonly SaidPods[]) {
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
    expression: [expression, ...asSaid(pods, field, SPEC)].join(" || "),
    message: refusal(`${SPEC}.${field}`, "none"),
  }));
}

/** Whether a field has one of these values, or the one from before. */
function isOneOf(field: string, values: readonly string[]): string {
  const path = `${SPEC}.?${field}`;
  const value = `object.${path}.orValue("")`;
  return `${value} in ${literal(values)} || ${value} == ${before(path, '""')}`;
}

function volumes(pods: readonly SaidPods[], delivery: Delivery) {
  const kinds = [
    "configMap",
    "emptyDir",
    ...(hasPerPodClaims(delivery) || pods.some(hasEphemeral) ? ["ephemeral"] : []),
    ...(hasAnyClaims(delivery) ? ["persistentVolumeClaim"] : []),
  ];
  const all = [...kinds, "secret"];
  return [
    {
      expression: volumesOf(
        "variables.volumes",
        all,
        ["v in variables.volumesBefore", ...asSaidVolume(pods, all)].join(" || "),
      ),
      message: refusal(`${SPEC}.volumes[]`, `${kinds.join(", ")} and secret`),
    },
    ...(hasAnyClaims(delivery)
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

/** The API server writes the sizes of these in words of its own, so that they cannot be compared. */
function hasEphemeral({ isRendered, spec }: SaidPods): boolean {
  return isRendered && listOf(spec["volumes"]).some((volume) => "ephemeral" in volume);
}

function containers(list: string, pods: readonly SaidPods[]) {
  const path = `${SPEC}.${list}`;
  const all = `variables.spec.?${list}.orValue([])`;
  return [
    {
      expression: `${all}.all(c, ${isPinned("c.image")} || variables.containersBefore.exists(b, b.image == c.image))`,
      message: refusal(`${path}[].image`, "repository@sha256:<64 hex digits>"),
    },
    {
      expression: [
        `${all}.all(c, ${hostsOf("c")}.all(h, variables.containersBefore.exists(b, h in ${hostsOf("b")})))`,
        ...namedAs(pods.filter(({ allow }) => allow.includes("probe-hosts"))),
      ].join(" || "),
      message: refusal(`${path}[]`, "probes and lifecycle hooks without a host"),
    },
    ...containerSecrets(all, path, mayName, (field) => refusal(field, NAMED)),
  ];
}
