import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { SealingController } from "../../contract/sealed-values.ts";
import { type CredentialValues, valuesOf, type ValueSource } from "./values.ts";
import type { Registry } from "../image/image.ts";
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
   *
   * @default - the controller's newest
   */
  readonly certificate?: string;
}

/** A credential whose values the stack has. */
export interface SealedCredential {
  readonly form: CredentialForm;
  readonly keys: Readonly<Record<string, ValueSource>>;
  readonly sealing: Sealing;
  readonly registry: Registry | undefined;
}

/**
 * Creates a `SealedSecret`, the `SealedValues` in it, and the `SecretReadiness` that awaits its Secret.
 *
 * @returns the keys of the Secret, and a digest of its values once they are unsealed
 */
export function sealCredential(
  name: string,
  { form, keys, sealing, registry }: SealedCredential,
  child: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
  provider: SlipwayProvider,
): { readonly keys: readonly string[]; readonly digest: pulumi.Output<string> } {
  const { namespace, scope } = form;
  const values = valuesOf(name, form.format, keys, registry, { parent: child.parent });
  const { encryptedData, digests, digest, digestKey } = new SealedValues(
    name,
    { name, namespace, scope, ...sealing, values, base64: encoded(keys) },
    { ...child, provider },
  );
  const manifest = sealedManifest(form, encryptedData);
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
  return { keys: Object.keys(values), digest: unsealed };
}

function encoded(keys: Readonly<Record<string, ValueSource>>): string[] {
  return Object.entries(keys).flatMap(([key, source]) =>
    "value" in source && source.encoding === "base64" ? [key] : [],
  );
}

function sealedManifest(form: CredentialForm, encryptedData: pulumi.Output<CredentialValues>) {
  const { spec, ...manifest } = sealedSecretManifest(form);
  return { ...manifest, spec: { ...spec, encryptedData } };
}
