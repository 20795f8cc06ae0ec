import type { InitContainer, Mount, Sidecar } from "../../components/service/containers.ts";
import type { FileSource, FolderItem } from "../../components/service/files.ts";
import type { ServiceForm } from "../../settings/service.ts";
import {
  COMMON,
  type Contained,
  mounted,
  type Pair,
  pairsOf,
  PROBED,
  type Rows,
} from "./container-fields.ts";
import { KINDS } from "./kind-fields.ts";
import { type Live, LiveObjects } from "./live-objects.ts";
import { REACHED } from "./network-fields.ts";
import { volumePairs } from "./volume-fields.ts";

/** Of the verdict alone: no object has it. */
const nowhere = (): Pair[] => [];

const bits = (mode: string) => Number.parseInt(mode, 8);

const same =
  (name: keyof ServiceForm) =>
  (value: unknown, live: Live): Pair[] => [[name, live.pod[name as keyof Live["pod"]], value]];

const secured = (name: string, field: "runAsUser" | "runAsGroup" | "fsGroup") =>
  ((value, { pod }) => [[name, pod.securityContext?.[field], value]]) satisfies (
    value: number,
    live: Live,
  ) => Pair[];

function itemOf({ key, path, mode }: FolderItem) {
  return { key, path, ...(mode !== undefined && { mode: bits(mode) }) };
}

/** A container beside the service's own. */
interface Beside extends Contained {
  readonly live: Live;
}

const mountOf = (mount: string | Mount) => (typeof mount === "string" ? { path: mount } : mount);

const BESIDE: Rows<Sidecar & InitContainer, Beside> = {
  ...COMMON,
  ...PROBED,
  name: (value, { container }) => [["name", container.name, value]],
  image: (value, { container }) => [["image", container.image, value]],
  of: (value, { container, live }) => [
    ["of", container.image, live.objects.service(value).container.image],
  ],
  serviceEnv: (value, { container, live }) => {
    const own = new Set(container.env?.map(({ name }) => name));
    const others = live.container.env?.map(({ name }) => name) ?? [];
    return [["serviceEnv", others.every((name) => own.has(name)), value]];
  },
  mounts: (value, contained) => [
    [
      "mounts",
      contained.container.volumeMounts,
      value.map(mountOf).map(({ path, at = path, readOnly }) => ({
        name: mounted(contained.live, path).mount?.name,
        mountPath: at,
        ...(readOnly && { readOnly }),
      })),
    ],
  ],
  user: (value, { container }) => [["user", container.securityContext?.runAsUser, value]],
  port: (value, { container }) => [["port", container.ports, [{ containerPort: value }]]],
  startsFirst: (value, { container, live: { pod } }) => [
    ["startsFirst", pod.initContainers?.[0]?.name === container.name, value],
  ],
};

/** How each container is hardened. */
const HARDENED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

function besidePairs(
  key: string,
  list: readonly (InitContainer | Sidecar)[],
  live: Live,
  form: ServiceForm,
): Pair[] {
  return list.flatMap((said) => {
    const container = live.pod.initContainers?.find(({ name }) => name === said.name);
    if (container === undefined) {
      throw new Error(`the pods of ${live.name} have no container ${said.name}`);
    }
    const beside = { container, pod: live.pod, live };
    const own = said.image === undefined && said.of === undefined;
    const pairs: Pair[] = [
      ["kind", container.restartPolicy, key === "sidecars" ? "Always" : undefined],
      ["hardened", container.securityContext, form.allow === undefined ? HARDENED : {}],
      ...(own ? [["image", container.image, live.container.image] as const] : []),
      ...pairsOf(BESIDE, said, beside),
    ];
    return pairs.map(([field, ...rest]) => [`${key}.${said.name}.${field}`, ...rest] as const);
  });
}

function sourceOf(file: FileSource) {
  if (typeof file !== "object") {
    return { configMap: {} };
  }
  return "secret" in file
    ? { secret: { secretName: file.secret } }
    : { configMap: { name: "configMap" in file ? file.configMap : "" } };
}

/** Each setting of a service, and where the cluster has it. */
const SERVICE: Rows<ServiceForm, Live> = {
  ...COMMON,
  ...PROBED,
  ...REACHED,
  ...KINDS,
  build: ({ of }, { name, container, objects }) => [
    [
      "build",
      container.image,
      of === undefined
        ? (expect.stringMatching(`/${name}@sha256:\\w{64}$`) as unknown)
        : objects.service(of).container.image,
    ],
  ],
  replicas: (value, { workload }) => [["replicas", workload.spec?.["replicas"], value]],
  replacement: (value, { workload }) => [
    [
      "replacement",
      workload.spec?.["strategy"],
      value === "recreate"
        ? { type: "Recreate" }
        : { rollingUpdate: { maxSurge: value.surge, maxUnavailable: value.unavailable } },
    ],
  ],
  settleSeconds: (value, { workload }) => [
    ["settleSeconds", workload.spec?.["minReadySeconds"] ?? 0, value],
  ],
  deadlineSeconds: (value, { workload }) => [
    ["deadlineSeconds", workload.spec?.["progressDeadlineSeconds"], value],
  ],
  drainSeconds: (value, { container }) => [
    ["drainSeconds", container.lifecycle?.preStop?.sleep?.seconds ?? 0, value],
  ],
  stopSeconds: (value, { pod, container }) => {
    const drain = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    return [["stopSeconds", (pod.terminationGracePeriodSeconds ?? 0) - drain, value]];
  },
  ...{ warmupSeconds: nowhere, timeoutSeconds: nowhere, tolerate: nowhere, logs: nowhere },
  user: secured("user", "runAsUser"),
  group: secured("group", "runAsGroup"),
  fsGroup: secured("fsGroup", "fsGroup"),
  nodeSelector: same("nodeSelector"),
  tolerations: same("tolerations"),
  affinity: same("affinity"),
  serviceAccount: ({ annotations, token = false }, { name, objects, pod }) => [
    [
      "serviceAccount",
      objects.find("ServiceAccount", name)?.metadata,
      annotations ? { annotations } : {},
    ],
    ["serviceAccount.token", pod.automountServiceAccountToken, token],
  ],
  allow: (value, { workload }) => [
    ["allow", workload.metadata?.annotations, { "slipway/allow": value.join(",") }],
  ],
  writable: (value, live) =>
    value.map((path) => [`writable.${path}`, mounted(live, path).volume, { emptyDir: {} }]),
  volumes: (value, live) =>
    Object.entries(value).flatMap(([path, volume]) => volumePairs(path, volume, live)),
  files: (value, live) =>
    Object.entries(value).flatMap(([path, file]) => {
      const { mount, volume } = mounted(live, path);
      const subPath = typeof file === "object" ? { subPath: file.key } : {};
      return [
        [`files.${path}`, mount, { readOnly: true, ...subPath }],
        [`files.${path}: source`, volume, sourceOf(file)],
      ];
    }),
  folders: (value, live) =>
    Object.entries(value).map(([path, { mode, items, optional, ...whole }]) => {
      const form = {
        ...(mode !== undefined && { defaultMode: bits(mode) }),
        ...(items && { items: items.map(itemOf) }),
        ...(optional !== undefined && { optional }),
      };
      const source =
        "secret" in whole
          ? { secret: { secretName: whole.secret, ...form } }
          : { configMap: { name: "configMap" in whole ? whole.configMap : "", ...form } };
      return [`folders.${path}`, mounted(live, path).volume, source];
    }),
  initContainers: (value, live, form) => besidePairs("initContainers", value, live, form),
  sidecars: (value, live, form) => besidePairs("sidecars", value, live, form),
};

/**
 * Compares each field of the settings with what the cluster has of it; a setting that the table does not know is an error.
 *
 * @param more kinds of definitions that the namespace has, such as `HTTPRoute`
 */
export async function expectFields(
  namespace: string,
  services: Readonly<Record<string, ServiceForm>>,
  ...more: string[]
): Promise<void> {
  const objects = await LiveObjects.of(namespace, ...more);
  const pairs = Object.entries(services).flatMap(([name, form]) =>
    pairsOf(SERVICE, form, objects.service(name)).map(
      ([field, seen, expected]) => [`${name}.${field}`, seen, expected] as const,
    ),
  );
  const seen = Object.fromEntries(pairs.map(([field, value]) => [field, value]));
  expect(seen).toMatchObject(Object.fromEntries(pairs.map(([field, , value]) => [field, value])));
  // Of two rows of one name the first would not be compared.
  expect(Object.keys(seen)).toHaveLength(pairs.length);
}
