import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { loginServer, type ValueSource } from "./values.ts";
import { ExternalSecretReadiness } from "./external-secret-readiness.ts";
import type { Registry } from "../image/image.ts";
import { registryServer } from "../../contract/image-reference.ts";
import { type CredentialForm, DOCKER_CONFIG_KEY } from "./format.ts";
import { externalSecretManifest, type RemoteValue, type SecretStore } from "./external-secret.ts";
import { manifestHash } from "../manifests/hash.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";

/** A credential whose values a store outside of the stack has. */
export interface ExternalCredential {
  readonly form: CredentialForm;
  readonly keys: Readonly<Record<string, ValueSource>>;
  readonly store: SecretStore;
  readonly refreshInterval: string | undefined;
  readonly registry: Registry | undefined;
}

/**
 * Creates an `ExternalSecret` and the `ExternalSecretReadiness` that awaits its Secret.
 *
 * @returns the keys of the Secret, and a digest of its values once they are there
 * @throws Error for a value that is not to be had from a store
 */
export function fetchCredential(
  name: string,
  { form, keys, store, refreshInterval, registry }: ExternalCredential,
  child: pulumi.CustomResourceOptions,
  provider: SlipwayProvider,
): { readonly keys: readonly string[]; readonly digest: pulumi.Output<string> } {
  const sources = Object.entries(withRegistry(form, keys, registry));
  const remote = sources.flatMap(([key, source]) => {
    return "remote" in source ? [[key, source.remote] as const] : [];
  });
  const literals = sources.flatMap(([key, source]) => {
    return "remote" in source ? [] : [[key, literalOf(key, source)] as const];
  });
  const manifest = externalSecretManifest(form, {
    store,
    ...(refreshInterval !== undefined && { refreshInterval }),
    remote: Object.fromEntries<RemoteValue>(remote),
    literals: Object.fromEntries<string>(literals),
  });
  const externalSecret = new k8s.apiextensions.CustomResource(name, manifest, child);
  const { digest } = new ExternalSecretReadiness(
    name,
    { name, namespace: form.namespace, manifestHash: manifestHash(manifest) },
    { ...child, provider, dependsOn: externalSecret },
  );
  const made = form.format === "dockerconfigjson" ? [DOCKER_CONFIG_KEY] : Object.keys(keys);
  return { keys: made, digest };
}

/** What a `dockerconfigjson` leaves out is that of the registry in the settings, but for its password: that is no store's. */
function withRegistry(
  { format }: CredentialForm,
  keys: Readonly<Record<string, ValueSource>>,
  registry: Registry | undefined,
): Readonly<Record<string, ValueSource>> {
  if (format !== "dockerconfigjson" || registry === undefined) {
    return keys;
  }
  const { repository, username } = registry;
  return {
    registry: { value: registryServer(repository) },
    ...(username !== undefined && { username: { value: username } }),
    ...keys,
  };
}

function literalOf(key: string, source: ValueSource): string {
  if ("value" in source && typeof source.value === "string") {
    return key === "registry" ? loginServer(source.value) : source.value;
  }
  throw new Error(
    `key ${key} of a credential from a store: allowed: {remote: {key}}, or a text that is no secret`,
  );
}
