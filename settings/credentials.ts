import { z } from "zod";

import { CREDENTIAL_KEYS, type CredentialFormat } from "../components/manifests/credential";
import * as field from "./fields";
import type { Surroundings } from "./surroundings";

const LONGEST_RANDOM = 4096;
const FORMATS = ["opaque", ...Object.keys(CREDENTIAL_KEYS)] as CredentialFormat[];

const source = z.union(
  [
    z.string().min(1),
    field.mapping({ setting: z.string() }, "setting"),
    field.mapping(
      {
        random: field.mapping(
          {
            length: field.wholeNumber(1, LONGEST_RANDOM),
            alphabet: z.string().min(2).exactOptional(),
          },
          "length and alphabet",
        ),
      },
      "random",
    ),
    field.mapping({ stack: z.string().min(1), output: z.string().min(1) }, "stack and output"),
  ],
  {
    error:
      "allowed: {setting: name of a secret setting}, {random: {length: 32}} with alphabet as needed, {stack, output} of another stack, or a text where the format has no secret",
  },
);

const jenkins = field.mapping(
  {
    description: z.string().exactOptional(),
    scope: z.enum(["global", "system"], { error: "allowed: global or system" }).exactOptional(),
    folders: field
      .list(
        field.text(/^[^'",[\]]+$/, "the path of a folder or job such as team/shop"),
        "a list of folders",
      )
      .exactOptional(),
    keyBindings: field
      .named(z.string(), field.dataKey, "a mapping of the format's keys to those of the Secret")
      .exactOptional(),
  },
  "description, scope, folders and keyBindings",
);

/** The form of one credential in the settings; `credentialFaults` tells what its keys say about each other. */
export const credentialSchema = field.mapping(
  {
    format: z.enum(FORMATS, { error: `allowed: ${FORMATS.join(", ")}` }).exactOptional(),
    keys: field.named(field.dataKey, source, "a mapping of keys").exactOptional(),
    namespace: field.label.exactOptional(),
    scope: z
      .enum(["strict", "namespace-wide", "cluster-wide"], {
        error: "allowed: strict, namespace-wide or cluster-wide",
      })
      .exactOptional(),
    jenkins: jenkins.exactOptional(),
  },
  "format, keys, namespace, scope and jenkins",
);

/** How credentials are sealed. */
export function sealingSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      controller: field
        .mapping(
          { namespace: field.label.exactOptional(), name: field.label.exactOptional() },
          "namespace and name",
        )
        .exactOptional(),
      certificate: field
        .path(surroundings, "file", "the path of what kubeseal --fetch-cert printed")
        .exactOptional(),
    },
    "controller and certificate",
  );
}
