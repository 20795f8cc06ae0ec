import { z } from "zod";

import type { Cluster } from "../components/cluster";
import type { ShapeOf } from "../contract/field";
import { credentialSchema, sealingSchema } from "./credentials";
import * as field from "./fields";
import { jenkinsSchema } from "./jenkins";
import { pinsSchema, promotionSchema } from "./promotion";
import { PASSWORD, registrySchema } from "./registry";
import { serviceSchema } from "./service";
import type { Surroundings } from "./surroundings";

/** The form of a stack's settings; what they say about each other is told by other rules. */
export function stackSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      cluster: field.mapping(
        {
          kubeconfig: field.path(surroundings, "file", "the path of a kubeconfig file"),
          context: field
            .expanded(surroundings, "the name of a context in the kubeconfig")
            .exactOptional(),
          identifier: field
            .expanded(surroundings, "a name of the cluster that never changes")
            .exactOptional(),
        } satisfies ShapeOf<Omit<Cluster, "kubeconfigVariable">>,
        "kubeconfig, and as needed context and identifier",
      ),
      registry: registrySchema(surroundings).exactOptional(),
      [PASSWORD]: z.string().exactOptional(),
      namespace: field.label.refine((name) => !/^(default|kube-.*)$/.test(name), {
        error: "allowed: a namespace of the stack's own; the cluster made this one for itself",
      }),
      sealing: sealingSchema(surroundings).exactOptional(),
      credentials: field
        .named(field.label, credentialSchema, "a mapping of credentials by name")
        .exactOptional(),
      promoteFrom: promotionSchema.exactOptional(),
      pins: pinsSchema(surroundings).exactOptional(),
      jenkins: jenkinsSchema.exactOptional(),
      services: field
        .named(z.string(), serviceSchema(surroundings), "a mapping of services by name")
        .refine((services) => Object.keys(services).length > 0, {
          error: "missing; allowed: at least one service by name",
        }),
    },
    "the settings of a stack",
  );
}

/** A stack's settings as they are written. */
export type StackForm = z.output<ReturnType<typeof stackSchema>>;
