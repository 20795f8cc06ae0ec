import type { V1Container, V1PodSpec, V1Volume, V1VolumeMount } from "@kubernetes/client-node";

import type { InitContainer, Sidecar } from "../../components/service/containers.ts";
import type { ProcessText } from "../../components/service/process.ts";
import type { VariableSource, WholeSource } from "../../components/service/variables.ts";
import type { ServiceForm } from "../../settings/service.ts";

/** What a field has, and what the settings say that it has. */
export type Pair = readonly [field: string, seen: unknown, expected: unknown];

/** By the key of a setting, the fields that it becomes. */
export type Rows<Form, Live> = {
  readonly [Key in keyof Form]?: (
    value: NonNullable<Form[Key]>,
    live: Live,
    form: Form,
  ) => readonly Pair[];
};

/** The fields of all settings of a form. */
export function pairsOf<Form extends object, Live>(
  rows: Rows<Form, Live>,
  form: Form,
  live: Live,
): Pair[] {
  return Object.entries(form).flatMap(([key, value]) => {
    const row = rows[key as keyof Form];
    if (row === undefined) {
      throw new Error(`the table of fields has no row for ${key}`);
    }
    return row(value as NonNullable<Form[keyof Form]>, live, form);
  });
}

/** A container, and the pod that it is in. */
export interface Contained {
  readonly container: V1Container;
  readonly pod: V1PodSpec;
}

/** How text arrives: Kubernetes would expand it. */
const literal = (text: unknown) =>
  String(text).replaceAll(/\$+\(|\${2,}/g, (found) => found.replaceAll("$", () => "$$"));

const processText = (text: ProcessText) => (typeof text === "object" ? text.expand : literal(text));

function variable(value: VariableSource) {
  if (typeof value !== "object") {
    return { value: literal(value) };
  }
  if ("expand" in value) {
    return { value: value.expand };
  }
  const { optional, ...source } = { optional: undefined, ...value };
  const may = optional === undefined ? {} : { optional };
  if ("secret" in source) {
    return { valueFrom: { secretKeyRef: { name: source.secret, key: source.key, ...may } } };
  }
  if ("configMap" in source) {
    return { valueFrom: { configMapKeyRef: { name: source.configMap, key: source.key, ...may } } };
  }
  if ("field" in source) {
    return { valueFrom: { fieldRef: { fieldPath: source.field } } };
  }
  if ("resource" in source) {
    return { valueFrom: { resourceFieldRef: source } };
  }
  throw new Error("the table of fields knows no credentials: no story here has one");
}

function wholeSource(source: WholeSource) {
  const { prefix, optional } = source;
  const may = optional === undefined ? {} : { optional };
  const from =
    "secret" in source
      ? { secretRef: { name: source.secret, ...may } }
      : { configMapRef: { name: "configMap" in source ? source.configMap : "", ...may } };
  return { ...from, ...(prefix !== undefined && { prefix }) };
}

export function named<Each extends { readonly name?: string }>(list: readonly Each[] = []) {
  return Object.fromEntries(list.map((each) => [each.name ?? "", each]));
}

/** What is mounted at a path: the volume, and how. */
export function mounted({ container, pod }: Contained, path: string) {
  const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === path);
  const volume = pod.volumes?.find(({ name }) => name === mount?.name);
  return { mount, volume } as { mount?: V1VolumeMount; volume?: V1Volume };
}

type Common = Pick<
  ServiceForm & InitContainer,
  "command" | "args" | "workingDir" | "env" | "envFrom" | "resources"
>;

/** What a service's own container and those beside it have alike. */
export const COMMON = {
  command: (value, { container }) => [["command", container.command, value.map(processText)]],
  args: (value, { container }) => [["args", container.args, value.map(processText)]],
  workingDir: (value, { container }) => [["workingDir", container.workingDir, value]],
  env: (value, { container }) =>
    Object.entries(value).map(([name, each]) => [
      `env.${name}`,
      named(container.env)[name],
      { name, ...variable(each) },
    ]),
  envFrom: (value, { container }) => [["envFrom", container.envFrom, value.map(wholeSource)]],
  resources: (value, { container }) => [["resources", container.resources, value]],
} as const satisfies Rows<Common, Contained>;

type Probed = Pick<ServiceForm & Sidecar, "probes" | "health" | "ready">;

const PROBES = ["startup", "readiness", "liveness"] as const;

/** How a service's own container and sidecars are asked. */
export const PROBED = {
  // The file's word for none is a string.
  probes: (value, { container }) =>
    PROBES.flatMap((name) => {
      const said = typeof value === "object" ? value[name] : "none";
      const expected = typeof said === "object" ? said : undefined;
      return said === undefined ? [] : [[`probes.${name}`, container[`${name}Probe`], expected]];
    }),
  health: (path, { container }, { ready = path }) => [
    ["health: startup", container.startupProbe, { httpGet: { path } }],
    ["health: liveness", container.livenessProbe, { httpGet: { path } }],
    ["health: readiness", container.readinessProbe, { httpGet: { path: ready } }],
  ],
  ready: (path, { container }) => [["ready", container.readinessProbe, { httpGet: { path } }]],
} as const satisfies Rows<Probed, Contained>;
