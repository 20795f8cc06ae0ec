import { PODS, type ServiceDefinition } from "../components/service-definition.ts";
import { shapeOf, type ShapeOf } from "../contract/field.ts";
import { VERDICT } from "../contract/verdict.ts";
import { dialect } from "./dialect.ts";
import { egress } from "./egress.ts";
import * as field from "./fields.ts";
import { buildShape, type BuildForm } from "./service/build.ts";
import { kindsShape } from "./service/kinds.ts";
import { manifestsShape } from "./service/manifests.ts";
import { autoscale } from "./service/autoscale.ts";
import { portsShape } from "./service/ports.ts";
import { probesShape } from "./service/probes.ts";
import { wayInShape } from "./service/way-in.ts";
import { containersShape } from "./service/containers.ts";
import { filesShape } from "./service/files.ts";
import { metricsShape } from "./service/metrics.ts";
import { processShape } from "./service/process-shape.ts";
import { replacementShape } from "./service/replacement.ts";
import { resources } from "./service/resources.ts";
import { variablesShape } from "./service/variables.ts";
import { volumesShape } from "./service/volumes.ts";
import { exceptionsShape } from "./service/exceptions.ts";
import { identityShape } from "./service/identity.ts";
import { patchesShape } from "./service/patches.ts";
import { migrateShape } from "./service/migrate.ts";
import { placementShape } from "./service/placement.ts";
import type { Surroundings } from "./surroundings.ts";

/** A service as the settings have it. */
export type ServiceForm = Omit<ServiceDefinition, "monitoring"> & {
  readonly build?: BuildForm;
  readonly image?: string;
};

/** The form of one service in the settings; `serviceFaults` reports what its keys contradict. */
export function serviceSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      build: buildShape(surroundings).exactOptional(),
      image: field.pinnedImage(surroundings).exactOptional(),
      ...processShape(),
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
      ...kindsShape(),
      ...manifestsShape(surroundings),
      ...shapeOf(VERDICT, dialect),
      ...shapeOf(PODS, dialect),
      ...exceptionsShape,
      ...identityShape,
      ...patchesShape,
      ...placementShape,
      ...metricsShape(),
      ...migrateShape,
    } satisfies ShapeOf<ServiceForm>,
    "a mapping with either build or image, and as needed a port",
  );
}
