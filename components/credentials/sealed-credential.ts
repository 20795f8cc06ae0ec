import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { SealingController } from "../../contract/sealed-values.ts";
import { type MadeCredential, type ValueSources, valuesOf } from "./values.ts";
import type { Registry } from "../image/registry.ts";
import type { CredentialForm } from "./format.ts";
import { manifestHash } from "../manifests/hash.ts";
import { sealedSecretManifest } from "./sealed-secret.ts";
import { SealedValues } from "./sealed-values.ts";
import { SecretReadiness } from "./secret-readiness.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";

/** How credentials are sealed. */
export interface Sealing {
  /** Service of the Sealed Secrets controller. */
  readonly controller: SealingController;
  /**
   * Certificate to seal with, as PEM text.
   * @default - the controller's newest
   */
  readonly certificate?: string;
}

/**
 * Creates a `SealedSecret`, the `SealedValues` in it, and the `SecretReadiness` that awaits its Secret.
 *
 * @returns the keys of the Secret, and a digest of its values once they are unsealed
 */
export function sealCredential(
  form: CredentialForm,
  keys: ValueSources,
  {
    sealing,
    registry,
    handedOff = false,
  }: {
    readonly sealing: Sealing;
    readonly registry?: Registry | undefined;
    readonly handedOff?: boolean | undefined;
  },
  child: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
  provider: SlipwayProvider,
): MadeCredential {
  const { name, namespace, scope } = form;
  const values = valuesOf(name, form.format, keys, registry, { parent: child.parent });
  const { encryptedData, digests, digest, digestKey } = new SealedValues(
    name,
    { name, namespace, scope, ...sealing, values, base64: encoded(keys) },
    { ...child, provider },
  );
  const { spec, ...object } = sealedSecretManifest(form);
  const manifest = { ...object, spec: { ...spec, encryptedData } };
  const sealedSecret = new k8s.apiextensions.CustomResource(name, manifest, child);
  const readiness = new SecretReadiness(
    name,
    {
      name,
      namespace,
      manifestHash: pulumi.output(manifest).apply(manifestHash),
      digests,
      digestKey,
      controller: sealing.controller,
    },
    { ...child, provider, dependsOn: sealedSecret },
  );
  const unsealed = pulumi.all([digest, readiness.ready]).apply(([text]) => text);
  return { keys: Object.keys(values), digest: handedOff ? digest : unsealed };
}

function encoded(keys: ValueSources): string[] {
  return Object.entries(keys).flatMap(([key, source]) =>
    "value" in source && source.encoding === "base64" ? [key] : [],
  );
}
