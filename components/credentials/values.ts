import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Registry } from "../image/image.ts";
import { registryServer } from "../../contract/image-reference.ts";
import { type CredentialFormat, DOCKER_CONFIG_KEY } from "./format.ts";
import type { RemoteValue } from "./external-secret.ts";

/** What Docker Hub is known by in settings of Docker. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/** How a value that is no text is written as one. */
export type ValueEncoding = "base64";

/** Where a value comes from. */
export type ValueSource =
  /** It is given: a secret as an output that is marked as one. */
  | { readonly value: pulumi.Input<string>; readonly encoding?: ValueEncoding }
  /** It is made up once, and stays. */
  | { readonly random: RandomText }
  /** It is an output of another stack, which must be a secret there. */
  | { readonly stack: string; readonly output: string }
  /** A store outside of the stack has it: for a credential of the backend `external-secrets`. */
  | { readonly remote: RemoteValue };

/** A text to be made up. */
export interface RandomText {
  /** Number of characters. */
  readonly length: number;
  /**
   * Characters to choose from.
   *
   * @default - letters and digits
   */
  readonly alphabet?: string;
}

/** Texts by key. */
export type CredentialValues = Readonly<Record<string, string>>;

/**
 * The values of a credential's Secret, by key.
 *
 * Creates a `RandomPassword` for each that is to be made up.
 *
 * @throws RunError where the other stack has no such secret output, or a value is in a store
 */
export function valuesOf(
  name: string,
  format: CredentialFormat,
  keys: Readonly<Record<string, ValueSource>>,
  registry: Registry | undefined,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Input<string>> {
  const given = Object.entries(keys).map(([key, source]) => {
    return [key, valueOf(`${name}-${key}`, source, opts)] as const;
  });
  const values = Object.fromEntries(given);
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
      `key ${name} of a credential that is sealed: {remote} is allowed with the backend external-secrets only`,
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

interface Details {
  readonly value?: unknown;
  readonly secretValue?: unknown;
}

async function secretOutput(
  reference: pulumi.StackReference,
  { stack, output }: { readonly stack: string; readonly output: string },
): Promise<string> {
  const details: Details = await reference.getOutputDetails(output);
  const { secretValue } = details;
  if (typeof secretValue === "string") {
    return secretValue;
  }
  const secret = secretValue ?? undefined;
  const plain = details.value ?? undefined;
  const absent = plain === undefined ? "there is no such output" : "it is not a secret there";
  const found = secret === undefined ? absent : "it is no text";
  throw new pulumi.RunError(
    `output ${output} of stack ${stack}: ${found}; allowed: a text that is exported with pulumi.secret`,
  );
}

/** What a registry is known by in settings of Docker. */
export function loginServer(registry: string): string {
  return registry === "docker.io" ? DOCKER_HUB : registry;
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
