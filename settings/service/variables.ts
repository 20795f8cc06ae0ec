import { z } from "zod";

import type {
  ConfigMapKey,
  CredentialKey,
  Expansion,
  FieldOfPod,
  MayBeMissing,
  ResourceOfContainer,
  SecretKey,
  VariableSource,
  VariablesDefinition,
  WholeSource,
} from "../../components/service/variables.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, listOf, type Mapping, mapping } from "../mapping.ts";
import { exactlyOne } from "./exactly-one.ts";

/** What every whole object is named by. */
export const WHOLE = ["secret", "configMap", "credential"];

const optional = {
  optional: field.choice("whether pods start without it").exactOptional(),
} satisfies ShapeOf<MayBeMissing>;

const secretKey = {
  secret: field.objectName,
  key: field.dataKey,
} satisfies ShapeOf<SecretKey>;
const credentialKey = {
  credential: field.objectName,
  key: field.dataKey,
} satisfies ShapeOf<CredentialKey>;
const configMapKey = {
  configMap: field.objectName,
  key: field.dataKey,
} satisfies ShapeOf<ConfigMapKey>;

/** What a file's content may come from beside its text. */
export const FILE_KEYS = [
  field.mapping(secretKey, "secret and key"),
  field.mapping(credentialKey, "credential and key"),
  field.mapping(configMapKey, "configMap and key"),
] as const;

/** Text with values of the container's variables. */
export const expansion = field.mapping(
  { expand: field.text(/^[^\0]*$/, "a string without NUL") } satisfies ShapeOf<Expansion>,
  "expand",
);

const FIELD =
  /^(metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['[^']{1,317}'\]|spec\.(nodeName|serviceAccountName)|status\.(hostIP|hostIPs|podIP|podIPs))$/;
const fieldOfPod = field.mapping(
  {
    field: field.text(
      FIELD,
      "a field of the pod: metadata.name, metadata.namespace, metadata.uid, metadata.labels['key'], metadata.annotations['key'], spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP or status.podIPs",
    ),
  } satisfies ShapeOf<FieldOfPod>,
  "field",
);

const DIVISOR = /^(1m|1|1[kMGTPE]|1[KMGTPE]i)$/;
const resourceOfContainer = field.mapping(
  {
    resource: field.text(
      /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/,
      "limits.cpu, limits.memory, limits.ephemeral-storage, or the same of requests",
    ),
    divisor: field.scalar
      .refine((written) => DIVISOR.test(written), {
        error: "allowed: a unit such as 1Mi for memory, or 1m for CPU",
      })
      .exactOptional(),
  } satisfies ShapeOf<ResourceOfContainer>,
  "resource and divisor",
);

const variable: z.ZodType<VariableSource> = z.union(
  [
    field.argument,
    expansion,
    field.mapping({ ...secretKey, ...optional }, "secret, key and optional"),
    field.mapping({ ...credentialKey, ...optional }, "credential, key and optional"),
    field.mapping({ ...configMapKey, ...optional }, "configMap, key and optional"),
    fieldOfPod,
    resourceOfContainer,
  ],
  {
    error:
      "allowed: a string, a number, true, false, {expand: text with $(NAME)}, {secret, key} of an existing Secret, {configMap, key} of an existing ConfigMap, {credential, key} of slipway:credentials, {field: status.podIP} or {resource: limits.memory}",
  },
);

/** Which one of the objects it is, `variablesFaults` says: a union would not name what is wrong within one. */
const wholeSource = field.mapping(
  {
    secret: field.objectName.exactOptional(),
    configMap: field.objectName.exactOptional(),
    credential: field.objectName.exactOptional(),
    prefix: field.variableName.exactOptional(),
    ...optional,
  },
  `one of ${WHOLE.join(", ")}, and as needed prefix and optional`,
) as unknown as z.ZodType<WholeSource>;

/** The form of a container's variables. */
export function variablesShape() {
  return {
    env: field
      .named(field.variableName, variable, "a mapping of environment variables")
      .exactOptional(),
    envFrom: field
      .list(wholeSource, "a list of {secret}, {configMap} and {credential}")
      .exactOptional(),
    credentials: field
      .list(field.objectName, "a list of names of slipway:credentials")
      .exactOptional(),
  } satisfies ShapeOf<VariablesDefinition>;
}

/** What is wrong within what a container's variables come from. */
export function variablesFaults({ env, envFrom }: Mapping): Fault[] {
  const sources = listOf(envFrom);
  return [
    ...sources.flatMap((source, index) => {
      const fields = mapping(source);
      return under(["envFrom", index], fields === undefined ? [] : exactlyOne(fields, WHOLE));
    }),
    ...Object.entries(fieldsOf(env)).flatMap(([name, value]) =>
      under(["env", name], divisorFaults(fieldsOf(value))),
    ),
  ];
}

function divisorFaults({ resource, divisor }: Mapping): Fault[] {
  const written = typeof divisor === "number" ? String(divisor) : divisor;
  if (typeof resource !== "string" || typeof written !== "string") {
    return [];
  }
  const isCpu = resource.endsWith(".cpu");
  const isWrong = isCpu ? written !== "1" && written !== "1m" : written === "1m";
  const allowed = isCpu ? "allowed for CPU: 1 or 1m" : "allowed for memory: a unit such as 1Mi";
  return faultIf(isWrong, ["divisor"], got(divisor, allowed));
}
