import { type Delivery, ownCredentials, servicesOf } from "../../delivery.ts";
import { containerSecrets, isPinned, type MayName, volumesOf } from "../pod-spec.ts";
import { literal } from "../policy.ts";
import { before, type Limit, refusal } from "./limit.ts";

const LISTS = ["containers", "initContainers"];
const NAMED = "Secrets that slipway:services and slipway:credentials name";

/**
 * Deployments whose pods get no token, no Secret that the settings do not name, and no image that can change. The namespace's Pod Security
 * level holds the rest.
 */
export function deployments(delivery: Delivery): Limit {
  return {
    apiGroups: ["apps"],
    apiVersion: "v1",
    resources: ["deployments"],
    variables: {
      secrets: literal(secretsOf(delivery)),
      spec: "object.spec.template.spec",
      volumes: "variables.spec.?volumes.orValue([])",
      volumesBefore: before("spec.template.spec.?volumes", "[]"),
      containersBefore: `oldObject == null ? [] : oldObject.spec.template.spec.containers + oldObject.spec.template.spec.?initContainers.orValue([])`,
    },
    validations: [...identity(), ...volumes(), ...LISTS.flatMap(containers)],
  };
}

/** Those that services use, and those that are made for them. */
function secretsOf(delivery: Delivery): string[] {
  const used = servicesOf(delivery).flatMap(({ env, files }) => [
    ...Object.values(env),
    ...Object.values(files),
  ]);
  const names = used.flatMap((value) => (typeof value === "string" ? [] : value.secret));
  return [...new Set([...names, ...ownCredentials(delivery).map(([name]) => name)])].sort();
}

/** Whether the settings name a Secret, or the pods have it already. */
const mayName: MayName = (secret) => {
  const inEnv = `b.?env.orValue([]).exists(o, o.?valueFrom.?secretKeyRef.?name.orValue("") == ${secret})`;
  const whole = `b.?envFrom.orValue([]).exists(o, o.?secretRef.?name.orValue("") == ${secret})`;
  return `(${secret} in variables.secrets || variables.containersBefore.exists(b, ${inEnv} || ${whole}))`;
};

/** Who the pods are, and where they run. */
function identity() {
  const path = "spec.template.spec";
  const account = `${path}.?serviceAccountName`;
  const token = `${path}.?automountServiceAccountToken`;
  return [
    {
      expression: `object.${account}.orValue("") == object.metadata.name || object.${account}.orValue("") == ${before(account, '""')}`,
      message: refusal(`${path}.serviceAccountName`, "the name of the Deployment"),
    },
    {
      expression: `!object.${token}.orValue(true) || (oldObject != null && oldObject.${token}.orValue(true))`,
      message: refusal(`${path}.automountServiceAccountToken`, "false"),
    },
    ...["nodeName", "priorityClassName", "runtimeClassName"].map((field) => ({
      expression: `object.${path}.?${field}.orValue("") == "" || object.${path}.?${field}.orValue("") == ${before(`${path}.?${field}`, '""')}`,
      message: refusal(`${path}.${field}`, "none"),
    })),
  ];
}

function volumes() {
  const may = mayName('v.secret.?secretName.orValue("")');
  return [
    {
      expression: volumesOf(
        "variables.volumes",
        ["configMap", "emptyDir", "secret"],
        "v in variables.volumesBefore",
      ),
      message: refusal("spec.template.spec.volumes[]", "configMap, emptyDir and secret"),
    },
    {
      expression: `variables.volumes.all(v, !has(v.secret) || v in variables.volumesBefore || ${may})`,
      message: refusal("spec.template.spec.volumes[].secret", NAMED),
    },
  ];
}

function containers(list: string) {
  const path = `spec.template.spec.${list}`;
  const all = `variables.spec.?${list}.orValue([])`;
  return [
    {
      expression: `${all}.all(c, ${isPinned("c.image")} || variables.containersBefore.exists(b, b.image == c.image))`,
      message: refusal(`${path}[].image`, "repository@sha256:<64 hex digits>"),
    },
    ...containerSecrets(all, path, mayName, (field) => refusal(field, NAMED)),
  ];
}
