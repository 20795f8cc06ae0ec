import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { byName } from "../components/by-name.ts";
import type { ShapeOf } from "../contract/field.ts";
import { SEALING_SCOPES } from "../contract/sealed-values.ts";
import type { RemoteValue, SecretStore } from "../components/credentials/external-secret.ts";
import type { RandomText, ValueSource } from "../components/credentials/values.ts";
import type { CredentialDefinition } from "../components/credentials/credential.ts";
import {
  CREDENTIAL_KEYS,
  type CredentialFormat,
  type JenkinsOptions,
} from "../components/credentials/format.ts";
import type { Sealing } from "../components/credentials/sealed-credential.ts";
import { interval } from "./duration.ts";
import * as field from "./fields.ts";
import type { Surroundings } from "./surroundings.ts";

const LONGEST_RANDOM = 4096;
/** Where the chart and the manifests of Sealed Secrets put it. */
const CONTROLLER = { namespace: "kube-system", name: "sealed-secrets-controller" };
const FORMATS = ["opaque", ...Object.keys(CREDENTIAL_KEYS)] as CredentialFormat[];

function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  const allowed = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(choices);
  return z.enum(choices, { error: `allowed: ${allowed}` });
}

const remote = field.mapping(
  {
    key: z.string().min(1),
    property: z.string().min(1).exactOptional(),
    version: z.string().min(1).exactOptional(),
  } satisfies ShapeOf<RemoteValue>,
  "key, and as needed property and version",
);

const source = z.union(
  [
    z.string().min(1, { error: "allowed: a string that is not empty" }),
    field.mapping(
      {
        setting: z.string(),
        encoding: z.literal("base64", { error: "allowed: base64" }).exactOptional(),
      },
      "setting and encoding",
    ),
    field.mapping(
      {
        random: field.mapping(
          {
            length: field.wholeNumber(1, LONGEST_RANDOM),
            alphabet: z.string().min(2).exactOptional(),
          } satisfies ShapeOf<RandomText>,
          "length and alphabet",
        ),
      },
      "random",
    ),
    field.mapping(
      {
        stack: field.text(/./, "the name of a stack such as organization/ledger/prod"),
        output: field.text(/./, "the name of an output of that stack"),
      },
      "stack and output",
    ),
    field.mapping({ remote }, "remote"),
  ],
  {
    error:
      "allowed: {setting: name of a secret setting}, {random: {length: 32}} with alphabet as needed, {stack, output} of another stack, {remote: {key}} of a store, or a string where the format has no secret",
  },
);

const jenkins = field.mapping(
  {
    description: z.string().exactOptional(),
    scope: oneOf(["global", "system"]).exactOptional(),
    folders: field
      .list(
        field.text(/^[^'",[\]]+$/, "the path of a folder or job such as team/shop"),
        "a list of folders",
      )
      .exactOptional(),
    keyBindings: field
      .named(z.string(), field.dataKey, "a mapping of the format's keys to those of the Secret")
      .exactOptional(),
  } satisfies ShapeOf<JenkinsOptions>,
  "description, scope, folders and keyBindings",
);

const store = field.mapping(
  {
    name: field.objectName,
    kind: oneOf(["SecretStore", "ClusterSecretStore"]).exactOptional(),
  } satisfies ShapeOf<SecretStore>,
  "name and kind",
);

type Form = Partial<Record<"keys" | "backend", unknown>> & Omit<CredentialDefinition, "keys">;

/** The form of one credential in the settings; `credentialFaults` reports what its keys contradict. */
export const credentialSchema = field.mapping(
  {
    format: field.oneOf(...FORMATS).exactOptional(),
    keys: field.named(field.dataKey, source, "a mapping of keys").exactOptional(),
    namespace: field.label.exactOptional(),
    scope: oneOf(SEALING_SCOPES).exactOptional(),
    jenkins: jenkins.exactOptional(),
    backend: oneOf(["sealed-secrets", "external-secrets"]).exactOptional(),
    store: store.exactOptional(),
    refreshInterval: interval.exactOptional(),
  } satisfies ShapeOf<Form>,
  "format, keys, namespace, scope, jenkins, backend, store and refreshInterval",
);

/** How credentials are sealed. */
export function sealingSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      controller: field
        .mapping(
          {
            namespace: field.label.exactOptional(),
            name: field.label.exactOptional(),
          } satisfies ShapeOf<Partial<Sealing["controller"]>>,
          "namespace and name",
        )
        .exactOptional(),
      certificate: field
        .path(surroundings, "file", "the path of what kubeseal --fetch-cert printed")
        .exactOptional(),
    } satisfies ShapeOf<Partial<Record<keyof Sealing, unknown>>>,
    "controller and certificate",
  );
}

/** How credentials are sealed, with the certificate as its file has it. */
export function withCertificate({
  controller,
  certificate,
}: z.output<ReturnType<typeof sealingSchema>>): Sealing {
  return {
    controller: { ...CONTROLLER, ...controller },
    ...(certificate !== undefined && { certificate: readFileSync(certificate, "utf8") }),
  };
}

/** A credential with the secrets that its keys name. */
export function withValues(
  { keys = {}, ...credential }: z.output<typeof credentialSchema>,
  values: Readonly<Record<string, string>>,
): CredentialDefinition {
  const sources = byName(keys, (_, source): ValueSource => {
    if (typeof source === "string") {
      return { value: source };
    }
    if (!("setting" in source)) {
      return source;
    }
    const { setting, ...encoding } = source;
    return { value: pulumi.secret(values[setting] ?? ""), ...encoding };
  });
  return { ...credential, keys: sources };
}
