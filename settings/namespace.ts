import { z } from "zod";

import { LABEL } from "../contract/names.ts";
import * as field from "./fields.ts";
import { mapping } from "./mapping.ts";

const OWN = "a namespace of the stack's own; the cluster uses this one for itself";
const OF_THE_CLUSTER = /^(default|kube-.*)$/;

/** The namespace of the services: the name of one that the stack creates, or one that others have created. */
export const namespaceSchema = z.union(
  [
    field.label.refine((name) => !OF_THE_CLUSTER.test(name), { error: `allowed: ${OWN}` }),
    field.mapping(
      {
        name: field
          .text(LABEL, "the name of a namespace")
          .refine((name) => !name.startsWith("kube-"), { error: `allowed: ${OWN}` }),
        exists: field.choice("whether others have created the namespace").exactOptional(),
      },
      "name and exists",
    ),
  ],
  { error: "allowed: the name of a namespace that the stack creates, or {name, exists: true}" },
);

/** The name of the services' namespace as it was written. */
export function namespaceName(written: unknown): unknown {
  const form = mapping(written);
  return form === undefined ? written : form["name"];
}

/** Whether the settings say that others have created the namespace. */
export function namespaceExists(written: unknown): boolean {
  return mapping(written)?.["exists"] === true;
}
