import { z } from "zod";

import type { Build } from "../components/image/build-plan.ts";
import { isPinned, PINNED_ALLOWED } from "../contract/image-reference.ts";
import {
  type CredentialKey,
  type Expansion,
  PODS,
  type Resources,
  type SecretKey,
  type ServiceDefinition,
} from "../components/service-definition.ts";
import { shapeOf, type ShapeOf } from "../contract/field.ts";
import { VERDICT } from "../contract/verdict.ts";
import { dialect } from "./dialect.ts";
import { egress } from "./egress.ts";
import * as field from "./fields.ts";
import { manifestsShape } from "./service/manifests.ts";
import { autoscale } from "./service/autoscale.ts";
import { portsShape } from "./service/ports.ts";
import { probesShape } from "./service/probes.ts";
import { wayInShape } from "./service/way-in.ts";
import type { Surroundings } from "./surroundings.ts";

/** A service as the settings have it. */
export type ServiceForm = ServiceDefinition & { readonly build?: Build; readonly image?: string };

/** The form of one service in the settings; `serviceFaults` reports what its keys contradict. */
export function serviceSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      build: buildSchema(surroundings).exactOptional(),
      image: pinnedImage(surroundings).exactOptional(),
      ...portsShape(),
      ...probesShape(),
      ...wayInShape(),
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
      egress: field.list(egress, "a list of destinations").exactOptional(),
      ...manifestsShape(surroundings),
      ...shapeOf(VERDICT, dialect),
      ...shapeOf(PODS, dialect),
    } satisfies ShapeOf<ServiceForm>,
    "a mapping with either build or image, and as needed a port",
  );
}

function buildSchema(surroundings: Surroundings) {
  const fromProject = "a relative one starts at the folder of Pulumi.yaml";
  return field.mapping(
    {
      context: field.path(
        surroundings,
        "folder",
        `the folder of the build context; ${fromProject}`,
      ),
      dockerfile: field
        .path(surroundings, "file", `the path of the Dockerfile; ${fromProject}`)
        .exactOptional(),
      target: field
        .text(/^[a-zA-Z0-9][-._a-zA-Z0-9]*$/, "the name of a stage in the Dockerfile")
        .exactOptional(),
      args: field
        .named(
          field.variableName,
          field.expandedScalar(surroundings),
          "a mapping of build arguments",
        )
        .exactOptional(),
      commitArg: field.variableName.exactOptional(),
      platform: field
        .text(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, "a platform such as linux/amd64")
        .exactOptional(),
    } satisfies ShapeOf<Build>,
    "a mapping with the context of the build",
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
const expansion = field.mapping(
  { expand: z.string({ error: "allowed: a string" }) } satisfies ShapeOf<Expansion>,
  "expand",
);
const variable = secretOr(
  z.union([field.scalar, expansion]),
  "a string, a number, true, false, {expand: text with $(NAME)}, {secret, key} of an existing Secret, or {credential, key} of slipway:credentials",
);
const textOrSecret = secretOr(
  z.string(),
  "the text of the file, {secret, key} of an existing Secret, or {credential, key} of slipway:credentials",
);

function secretOr<Plain extends z.ZodType<string | Expansion>>(plain: Plain, what: string) {
  return z.union([plain, secretKey], { error: `allowed: ${what}` });
}

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
