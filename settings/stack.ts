import { z } from "zod";

import { credentialSchema, sealingSchema } from "./credentials.ts";
import { clusterSchema } from "./cluster.ts";
import { formerSchema } from "./former.ts";
import * as field from "./fields.ts";
import { groupsSchema } from "./groups.ts";
import { handOffSchema } from "./hand-off.ts";
import { jenkinsSchema } from "./jenkins.ts";
import { monitoringSchema, prometheusSchema } from "./monitoring.ts";
import { namespaceSchema } from "./namespace.ts";
import { policySchema } from "./policy.ts";
import { pinsSchema, promotionSchema } from "./promotion.ts";
import { PASSWORD, registrySchema } from "./registry.ts";
import { serviceSchema } from "./service.ts";
import { extrasSchema } from "./service/manifests.ts";
import { SERVICES } from "./services-file.ts";
import { trialSchema } from "./trial.ts";
import type { Surroundings } from "./surroundings.ts";

/** The form of a stack's settings; other rules report what they contradict. */
export function stackSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      cluster: clusterSchema(surroundings),
      registry: registrySchema(surroundings).exactOptional(),
      [PASSWORD]: z.string().exactOptional(),
      namespace: namespaceSchema,
      sealing: sealingSchema(surroundings).exactOptional(),
      credentials: field
        .named(field.label, credentialSchema, "a mapping of credentials by name")
        .exactOptional(),
      promoteFrom: promotionSchema(surroundings).exactOptional(),
      pins: pinsSchema(surroundings).exactOptional(),
      jenkins: jenkinsSchema.exactOptional(),
      former: formerSchema.exactOptional(),
      policy: policySchema(surroundings).exactOptional(),
      prometheus: prometheusSchema(surroundings).exactOptional(),
      monitoring: monitoringSchema.exactOptional(),
      extras: extrasSchema(surroundings).exactOptional(),
      groups: groupsSchema.exactOptional(),
      trial: trialSchema.exactOptional(),
      handOff: handOffSchema(surroundings).exactOptional(),
      services: field
        .named(z.string(), serviceSchema(surroundings), SERVICES)
        .refine((services) => Object.keys(services).length > 0, {
          error: "missing; allowed: at least one service by name",
        }),
    },
    "the settings of a stack",
  );
}

/** A stack's settings as they are written. */
export type StackForm = z.output<ReturnType<typeof stackSchema>>;
