import { z } from "zod";

import type { Build } from "../components/image/build-plan.ts";
import { isPinned, PINNED_ALLOWED } from "../contract/image-reference.ts";
import { PODS, type ServiceDefinition } from "../components/service-definition.ts";
import { shapeOf, type ShapeOf } from "../contract/field.ts";
import { VERDICT } from "../contract/verdict.ts";
import { dialect } from "./dialect.ts";
import { egress } from "./egress.ts";
import * as field from "./fields.ts";
import { manifestsShape } from "./service/manifests.ts";
import { kindsShape } from "./service/kinds.ts";
import { autoscale } from "./service/autoscale.ts";
import { portsShape } from "./service/ports.ts";
import { probesShape } from "./service/probes.ts";
import { wayInShape } from "./service/way-in.ts";
import { containersShape } from "./service/containers.ts";
import { filesShape } from "./service/files.ts";
import { replacementShape } from "./service/replacement.ts";
import { resources } from "./service/resources.ts";
import { variablesShape } from "./service/variables.ts";
import { volumesShape } from "./service/volumes.ts";
import { exceptionsShape } from "./service/exceptions.ts";
import { identityShape } from "./service/identity.ts";
import { patchesShape } from "./service/patches.ts";
import { placementShape } from "./service/placement.ts";
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
      ...variablesShape(),
      ...filesShape(),
      writable: field.list(field.filePath, "a list of absolute paths of folders").exactOptional(),
      ...volumesShape(),
      ...containersShape(surroundings),
      ...replacementShape(),
      egress: field.list(egress, "a list of destinations").exactOptional(),
      ...manifestsShape(surroundings),
      ...kindsShape(),
      ...shapeOf(VERDICT, dialect),
      ...shapeOf(PODS, dialect),
      ...exceptionsShape,
      ...identityShape,
      ...patchesShape,
      ...placementShape,
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

