import { z } from "zod";

import { isPinned, PINNED_ALLOWED } from "../contract/image-reference.ts";
import {
  type Autoscale,
  type CredentialKey,
  type IngressDefinition,
  PODS,
  type Resources,
  type SecretKey,
  type ServiceDefinition,
} from "../components/service-definition.ts";
import { shapeOf, type ShapeOf } from "../contract/field.ts";
import type { Expansion } from "../contract/variable-reference.ts";
import { VERDICT } from "../contract/verdict.ts";
import { egress } from "./egress.ts";
import * as field from "./fields.ts";
import { type BuildForm, buildShape } from "./service/build.ts";
import { processShape } from "./service/process.ts";
import type { Surroundings } from "./surroundings.ts";

/** A service as the settings have it. */
export type ServiceForm = ServiceDefinition & {
  readonly build?: BuildForm;
  readonly image?: string;
};

/** The form of one service in the settings; `serviceFaults` reports what its keys contradict. */
export function serviceSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      build: buildShape(surroundings).exactOptional(),
      image: pinnedImage(surroundings).exactOptional(),
      ...processShape(),
      port: field.port,
      autoscale: autoscale.exactOptional(),
      health: field.urlPath.exactOptional(),
      ready: field.urlPath.exactOptional(),
      resources: resources.exactOptional(),
      env: field
        .named(field.variableName, variable, "a mapping of environment variables")
        .exactOptional(),
      files: field
        .named(field.filePath, textOrSecret, "a mapping of absolute paths to their text")
        .exactOptional(),
      credentials: field
        .list(field.objectName, "a list of names of slipway:credentials")
        .exactOptional(),
      writable: field.list(field.filePath, "a list of absolute paths of folders").exactOptional(),
      ingress: ingress.exactOptional(),
      egress: field.list(egress, "a list of destinations").exactOptional(),
      ...shapeOf(VERDICT, dialect),
      ...shapeOf(PODS, dialect),
    } satisfies ShapeOf<ServiceForm>,
    "a mapping with a port and either build or image",
  );
}

/** An image that is named by its digest. */
export function pinnedImage(surroundings: Surroundings) {
  return field
    .expanded(surroundings, "repository@sha256:<64 hex digits>")
    .pipe(z.string().refine(isPinned, { error: PINNED_ALLOWED, abort: true }));
}

const secretKey = z.union([
  field.mapping(
    { secret: field.objectName, key: field.dataKey } satisfies ShapeOf<SecretKey>,
    "secret and key",
  ),
  field.mapping(
    { credential: field.objectName, key: field.dataKey } satisfies ShapeOf<CredentialKey>,
    "credential and key",
  ),
]);
const variable = secretOr(
  z.union([field.scalar, field.expansion]),
  "a string, a number, true, false, {expand: text with $(NAME)}, {secret, key} of an existing Secret, or {credential, key} of slipway:credentials",
);
const textOrSecret = secretOr(
  z.string(),
  "the text of the file, {secret, key} of an existing Secret, or {credential, key} of slipway:credentials",
);

function secretOr<Plain extends z.ZodType<string | Expansion>>(plain: Plain, what: string) {
  return z.union([plain, secretKey], { error: `allowed: ${what}` });
}

const autoscale = field.mapping(
  {
    min: field.wholeNumber(PODS.replicas.from, PODS.replicas.to),
    max: field.wholeNumber(PODS.replicas.from, PODS.replicas.to),
    cpu: field.wholeNumber(1, 100).exactOptional(),
  } satisfies ShapeOf<Autoscale>,
  "min, max and cpu",
);

const amounts = field.mapping(
  {
    cpu: field.cpu("250m").exactOptional(),
    memory: field.memory("128Mi").exactOptional(),
  } satisfies ShapeOf<NonNullable<Resources["requests"]>>,
  "cpu and memory",
);

const resources = field.mapping(
  {
    requests: amounts.exactOptional(),
    limits: amounts.exactOptional(),
  } satisfies ShapeOf<Resources>,
  "requests and limits",
);

const AND = new Intl.ListFormat("en-GB");
const dialect = {
  number: field.wholeNumber,
  choice: field.choice,
  group: (shape: z.ZodRawShape) => field.mapping(shape, AND.format(Object.keys(shape))),
};

const ingress = field.mapping(
  {
    host: field.host,
    class: field.objectName.exactOptional(),
    path: field.urlPath.exactOptional(),
    tls: field.objectName.exactOptional(),
    awaitAddress: field.choice("whether a release waits for the address").exactOptional(),
  } satisfies ShapeOf<IngressDefinition>,
  "host, and as needed class, path, tls and awaitAddress",
);
