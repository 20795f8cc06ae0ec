import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { MadeCredential, ValueSource, ValueSources } from "./values.ts";
import { byName } from "../by-name.ts";
import { ExternalSecretReadiness } from "./external-secret-readiness.ts";
import type { Registry } from "../image/registry.ts";
import { loginServer, registryServer } from "../../contract/image-reference.ts";
import { type CredentialForm, DOCKER_CONFIG_KEY } from "./format.ts";
import { externalSecretManifest, type ExternalParts } from "./external-secret.ts";
import { manifestHash } from "../manifests/hash.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";

/** A credential whose values are in a store. */
type ExternalCredential = Omit<ExternalParts, "values"> & {
  readonly keys: ValueSources;
  readonly registry: Registry | undefined;
  readonly handedOff?: boolean | undefined;
};

/**
 * Creates an `ExternalSecret` and the `ExternalSecretReadiness` that awaits its Secret.
 *
 * @returns the keys of the Secret, and a digest of its values once they exist
 * @throws Error for a value that cannot come from a store
 */
export function fetchCredential(
  form: CredentialForm,
  { keys, registry, handedOff = false, ...parts }: ExternalCredential,
  child: pulumi.CustomResourceOptions,
  provider: SlipwayProvider,
): MadeCredential {
  const { name, namespace, format } = form;
  const values = byName(withRegistry(form, keys, registry), (key, source) =>
    "remote" in source ? source.remote : literalOf(key, source),
  );
  const manifest = externalSecretManifest(form, { ...parts, values });
  const externalSecret = new k8s.apiextensions.CustomResource(name, manifest, child);
  const hash = manifestHash(manifest);
  const { digest } = new ExternalSecretReadiness(
    name,
    { name, namespace, manifestHash: hash },
    { ...child, provider, dependsOn: externalSecret },
  );
  return {
    keys: format === "dockerconfigjson" ? [DOCKER_CONFIG_KEY] : Object.keys(keys),
    // The Secret comes with the pods: new values of the store are none of the commit's.
    digest: handedOff ? pulumi.output(hash) : digest,
  };
}

/** A `dockerconfigjson` takes what it omits from the settings' registry, except its password, which is not in a store. */
function withRegistry(
  { format }: CredentialForm,
  keys: ValueSources,
  registry: Registry | undefined,
): ValueSources {
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
    `key ${key} of a credential from a store: allowed: {remote: {key}}, or a string that is not secret`,
  );
}
