import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { byName } from "../by-name.ts";
import type { Registry } from "../image/registry.ts";
import { loginServer, registryServer } from "../../contract/image-reference.ts";
import { type CredentialFormat, DOCKER_CONFIG_KEY } from "./format.ts";
import type { RemoteValue } from "./external-secret.ts";

/** How binary data is encoded as a string. */
export type ValueEncoding = "base64";

/** Where a value comes from. */
export type ValueSource =
  /** It is given: a secret as an output that is marked as one. */
  | { readonly value: pulumi.Input<string>; readonly encoding?: ValueEncoding }
  /** It is generated once, and kept. */
  | { readonly random: RandomText }
  /** It is an output of another stack, which must be a secret there. */
  | { readonly stack: string; readonly output: string }
  /** A store outside of the stack has it: for a credential of the backend `external-secrets`. */
  | { readonly remote: RemoteValue };

/** A string to generate. */
export interface RandomText {
  /** Number of characters. */
  readonly length: number;
  /**
   * Characters to choose from.
   * @default - letters and digits
   */
  readonly alphabet?: string;
}

/** Where the value of each key comes from. */
export type ValueSources = Readonly<Record<string, ValueSource>>;

/** A credential that was declared. */
export interface MadeCredential {
  /** Keys of its Secret. */
  readonly keys: readonly string[];
  /** Changes with any of its values, and reveals nothing of them. */
  readonly digest: pulumi.Output<string>;
}

/**
 * The values of a credential's Secret, by key.
 *
 * Creates a `RandomPassword` for each generated one.
 *
 * @throws RunError if the other stack has no such secret output, or a value is in a store
 */
export function valuesOf(
  name: string,
  format: CredentialFormat,
  keys: ValueSources,
  registry: Registry | undefined,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Input<string>> {
  const values = byName(keys, (key, source) => valueOf(`${name}-${key}`, source, opts));
  return format === "dockerconfigjson"
    ? { [DOCKER_CONFIG_KEY]: dockerConfig(values, registry) }
    : values;
}

function valueOf(
  name: string,
  source: ValueSource,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  if ("value" in source) {
    return source.value;
  }
  if ("random" in source) {
    return randomText(name, source.random, opts);
  }
  if ("remote" in source) {
    throw new pulumi.RunError(
      `key ${name} of a credential that is sealed: {remote} is allowed only with the backend external-secrets`,
    );
  }
  const reference = new pulumi.StackReference(name, { name: source.stack }, opts);
  return pulumi.secret(secretOutput(reference, source));
}

function randomText(
  name: string,
  { length, alphabet }: RandomText,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const characters =
    alphabet === undefined
      ? { special: false }
      : { upper: false, lower: false, numeric: false, overrideSpecial: alphabet };
  return new random.RandomPassword(name, { length, ...characters }, opts).result;
}

async function secretOutput(
  reference: pulumi.StackReference,
  { stack, output }: { readonly stack: string; readonly output: string },
): Promise<string> {
  const details = await reference.getOutputDetails(output);
  const value = (details.value ?? undefined) as unknown;
  const secretValue = details.secretValue as unknown;
  if (typeof secretValue === "string") {
    return secretValue;
  }
  const absent = value === undefined ? "the output does not exist" : "it is not a secret there";
  const found = secretValue === undefined ? absent : "it is not a string";
  throw new pulumi.RunError(
    `output ${output} of stack ${stack}: ${found}; allowed: a string that is exported with pulumi.secret`,
  );
}

/** @see https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
function dockerConfig(
  values: Readonly<Record<string, pulumi.Input<string>>>,
  registry: Registry | undefined,
): pulumi.Output<string> {
  const { username = registry?.username, password = registry?.password } = values;
  const server = values["registry"] ?? (registry && registryServer(registry.repository));
  const config = pulumi.all([server, username, password]).apply(([host, user, word]) => {
    const auth = Buffer.from(`${user ?? ""}:${word ?? ""}`).toString("base64");
    return JSON.stringify({
      auths: { [loginServer(host ?? "")]: { username: user, password: word, auth } },
    });
  });
  return pulumi.secret(config);
}
