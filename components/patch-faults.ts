import { isPinned } from "../contract/image-reference.ts";
import { exceptionsIn, mayBeLoose, podSpecsIn } from "./exceptions.ts";
import { type Fields, fieldsOf, listOf } from "./manifests/plain-fields.ts";
import { unbuiltManifests } from "./manifests/unbuilt.ts";
import { EXCEPTIONS } from "./service/exceptions.ts";
import type { Service } from "./service-definition.ts";
import { surgeFaults } from "./surge-faults.ts";

/** Of what has pods that go on running. */
const OF_PODS = {
  "spec.selector": "it selects the service's pods",
  "spec.replicas": "replicas or autoscale sets it",
  "spec.minReadySeconds": "settleSeconds sets it",
  "spec.template.spec.serviceAccountName": "the pods have the service's own account",
  "spec.template.spec.serviceAccount": "the pods have the service's own account",
  "spec.template.spec.nodeName": "nodeSelector and affinity choose nodes",
};

/** Fields that a patch leaves as they are, with what sets them. */
const FIXED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": {
    apiVersion: "Slipway sets it",
    kind: "Slipway sets it",
    "metadata.name": "it is the service's name",
    "metadata.namespace": "slipway:namespace sets it",
  },
  statefulSet: {
    ...OF_PODS,
    "spec.serviceName": "stateful.serviceName sets it",
    "spec.podManagementPolicy": "stateful.podManagementPolicy sets it",
    "spec.updateStrategy": "stateful.partition sets it",
  },
  daemonSet: { ...OF_PODS, "spec.updateStrategy": "everyNode sets it" },
  cronJob: {
    "spec.jobTemplate.spec.template.spec.serviceAccountName":
      "the pods have the service's own account",
    "spec.jobTemplate.spec.template.spec.serviceAccount": "the pods have the service's own account",
    "spec.jobTemplate.spec.template.spec.nodeName": "nodeSelector and affinity choose nodes",
    "spec.jobTemplate.spec.template.spec.restartPolicy":
      "a new pod replaces one that fails, whose log stays",
  },
  headlessService: { "spec.selector": "it selects the service's pods" },
  deployment: {
    ...OF_PODS,
    "spec.progressDeadlineSeconds": "deadlineSeconds sets it",
    "spec.paused": "a release would never be ready",
  },
  service: { "spec.selector": "it selects the service's pods" },
  networkPolicy: { "spec.podSelector": "it selects the service's pods" },
  podDisruptionBudget: { "spec.selector": "it selects the service's pods" },
  horizontalPodAutoscaler: {
    "spec.scaleTargetRef": "it is the service's Deployment",
    "spec.minReplicas": "autoscale.min sets it",
    "spec.maxReplicas": "autoscale.max sets it",
  },
};

/** Mappings of which a patch may add to, and change nothing that is there. */
const ADDED_TO = [
  "metadata.labels",
  "metadata.annotations",
  "spec.template.metadata.labels",
  "spec.template.metadata.annotations",
  "spec.jobTemplate.metadata.labels",
  "spec.jobTemplate.spec.template.metadata.labels",
  "spec.jobTemplate.spec.template.metadata.annotations",
];

/** The last word of a variable that holds a secret; a file's path, a number or a decision is none. */
const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)$/i;
const HARMLESS = /^(?:|\/.*|\d+|true|false|yes|no)$/i;
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;

/**
 * What is wrong with how a service leaves what every service has: a patch that changes who the service is, or loosens what no word of
 * `allow` permits. Each is a line that begins with the key.
 */
export function patchFaults(service: Service): string[] {
  if (!mayBeLoose(service)) {
    return [];
  }
  const plain: Fields = unbuiltManifests({ ...service, pod: {}, patches: {} });
  const final: Fields = unbuiltManifests(service);
  const objects = Object.keys(service.patches ?? {});
  const absent = objects.filter((object) => plain[object] === undefined);
  const faults = [
    ...absent.map(
      (object) => `patches.${object}: the service has no such object; remove the patch`,
    ),
    ...Object.entries(plain).flatMap(([object, before]) =>
      before === undefined ? [] : changedFaults(service, object, before, final[object]),
    ),
    ...unsaidFaults(service),
    ...secretFaults(service, final),
    ...surgeFaults(service, final),
  ];
  return [...new Set(faults)].map((fault) => `slipway:services.${service.name}.${fault}`);
}

function changedFaults(service: Service, object: string, before: unknown, after: unknown) {
  const fixed = { ...FIXED[""], ...FIXED[object] };
  const changed = Object.entries(fixed).flatMap(([path, remedy]) =>
    isSame(at(before, path), at(after, path))
      ? []
      : [`${keyOf(service, object, path)}: a patch may not change it: ${remedy}; remove it`],
  );
  const overwritten = ADDED_TO.flatMap((path) => {
    const now = fieldsOf(at(after, path));
    return Object.entries(fieldsOf(at(before, path))).flatMap(([key, value]) =>
      isSame(now[key], value)
        ? []
        : [
            `${keyOf(service, object, path)}["${key}"]: is Slipway's own or set by another key; remove it`,
          ],
    );
  });
  return [...changed, ...overwritten, ...imageFaults(service, object, before, after)];
}

/** The image of the build is that of the service's container; others are pinned. */
function imageFaults(service: Service, object: string, before: unknown, after: unknown): string[] {
  const known = new Map(
    containersIn(before).map(({ fields }) => [fields["name"], fields["image"]]),
  );
  const own = podSpecsIn(after).map(({ spec }) => listOf(spec["containers"])[0]?.["name"]);
  const key = (name: unknown, list = "spec.template.spec.containers") =>
    `${keyOf(service, object, list)}.${String(name)}`;
  return [
    ...own.flatMap((name) =>
      name === service.name
        ? []
        : [`${key(service.name)}: is the service, and its first container; remove the patch of it`],
    ),
    ...containersIn(after).flatMap(({ list, fields: { name, image } }) => {
      if (isSame(known.get(name), image)) {
        return [];
      }
      if (name === service.name) {
        return [`${key(name)}.image: a patch may not change it: build or image sets it; remove it`];
      }
      return typeof image === "string" && isPinned(image)
        ? []
        : [
            `${key(name, list)}.image: got ${JSON.stringify(image ?? null)}; allowed: repository@sha256:<64 hex digits>; name the image by its digest`,
          ];
    }),
  ];
}

/** What is looser than every service without the word that says so. */
function unsaidFaults(service: Service): string[] {
  return exceptionsIn(service)
    .filter(({ word }) => !service.allow.includes(word))
    .map(({ word, path, object }) => {
      const { permits } = EXCEPTIONS[word];
      return `${keyOf(service, object, path)}: lets the pods ${permits}, which nobody has allowed; write allow: [${word}], or remove it`;
    });
}

/** The value is not shown. */
function secretFaults(service: Service, final: Fields): string[] {
  const patches = JSON.stringify([service.pod, service.patches]);
  const keys = PRIVATE_KEY.test(patches)
    ? ["pod and patches: hold a private key in clear; put it into slipway:credentials"]
    : [];
  const known = new Set(Object.keys(service.env));
  const variables = Object.entries(final).flatMap(([object, manifest]) =>
    containersIn(manifest).flatMap(({ list, fields: { name: container, env } }) =>
      listOf(env).flatMap(({ name, value }) => {
        const isOwn = container === service.name && known.has(String(name));
        const isSecret = SECRET_NAME.test(String(name)) && typeof value === "string";
        return isOwn || !isSecret || HARMLESS.test(value)
          ? []
          : [
              `${keyOf(service, object, list)}.${String(container)}.env.${String(name)}: holds a secret in clear; name it under env as {credential, key} or {secret, key}`,
            ];
      }),
    ),
  );
  return [...keys, ...variables];
}

/** The key of the settings that a place in an object comes from. */
function keyOf({ pod }: Service, object: string, path: string): string {
  const [, inPod] = /^spec\.(?:jobTemplate\.spec\.)?template\.spec\.(.*)$/.exec(path) ?? [];
  const [first = ""] = inPod?.split(".") ?? [];
  return inPod !== undefined && pod !== undefined && first in pod
    ? `pod.${inPod}`
    : `patches.${object}.${path}`;
}

/** Every container of an object's pods, with the place of its list. */
function containersIn(manifest: unknown): { readonly list: string; readonly fields: Fields }[] {
  return podSpecsIn(manifest).flatMap(({ at: place, spec }) =>
    ["containers", "initContainers"].flatMap((list) =>
      listOf(spec[list]).map((fields) => ({ list: `${place}.${list}`, fields })),
    ),
  );
}

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => fieldsOf(inner)[key], value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
