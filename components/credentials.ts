import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { SealingController } from "../contract";
import { type CredentialValues, valuesOf, type ValueSource } from "./credential-values";
import type { Registry } from "./image";
import type { CredentialForm, CredentialFormat, JenkinsOptions } from "./manifests/credential";
import { manifestHash } from "./manifests/hash";
import { sealedSecretManifest } from "./manifests/sealed-secret";
import type { Namespace } from "./namespace";
import { SealedValues } from "./sealed-values";
import { SecretReadiness } from "./secret-readiness";
import type { SlipwayProvider } from "./slipway-provider";

/** A credential as its team describes it. */
export interface CredentialDefinition {
  /**
   * What it is for.
   *
   * @default opaque
   */
  readonly format?: CredentialFormat;
  /** Where the value of each key comes from. */
  readonly keys: Readonly<Record<string, ValueSource>>;
  /**
   * An existing namespace that its Secret belongs in, e.g. that of Jenkins.
   *
   * @default - the namespace of the services
   */
  readonly namespace?: string;
  /**
   * Which Secrets the sealed values may become.
   *
   * @default strict
   */
  readonly scope?: CredentialForm["scope"];
  /** @default - none; needs a format of Jenkins */
  readonly jenkins?: JenkinsOptions;
}

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

/** Inputs of a {@link Credential}. */
export interface CredentialArgs {
  readonly definition: CredentialDefinition;
  /** Namespace of the services. */
  readonly namespace: Namespace;
  readonly sealing: Sealing;
  /** @default - none; fills in what a `dockerconfigjson` leaves out */
  readonly registry?: Registry | undefined;
}

/** Options of a {@link Credential}. */
export type CredentialOptions = pulumi.ComponentResourceOptions & {
  readonly providers: [k8s.Provider, SlipwayProvider];
};

/**
 * A Secret that leaves the program as ciphertext only. Name it as the Secret.
 *
 * Creates a `SealedSecret`, the `SealedValues` in it, a `RandomPassword` for each key that is to be made up, and the
 * `SecretReadiness` that awaits the Secret: see these for what they throw.
 */
export class Credential extends pulumi.ComponentResource {
  /** Keys of its Secret. */
  readonly keys: readonly string[];
  /** Changes with any of its values, and tells nothing of them. */
  readonly digest: pulumi.Output<string>;

  constructor(name: string, args: CredentialArgs, opts: CredentialOptions) {
    super("slipway:index:Credential", name, {}, opts);

    const { definition, namespace, sealing, registry } = args;
    const form = formOf(name, definition, namespace);
    const isOwn = form.namespace === namespace.name;
    const child = { parent: this, ...(isOwn && { dependsOn: namespace, deletedWith: namespace }) };
    const own = { ...child, provider: opts.providers[1] };
    const values = valuesOf(name, form.format, definition.keys, registry, { parent: this });
    const { encryptedData, digests, digest, digestKey } = new SealedValues(
      name,
      { name, namespace: form.namespace, scope: form.scope, ...sealing, values },
      own,
    );
    const manifest = sealedManifest(form, encryptedData);
    const sealedSecret = new k8s.apiextensions.CustomResource(name, manifest, child);
    const readiness = new SecretReadiness(
      name,
      {
        name,
        namespace: form.namespace,
        manifestHash: pulumi.output(manifest).apply(manifestHash),
        digests,
        digestKey,
        controller: sealing.controller,
      },
      { ...own, dependsOn: sealedSecret },
    );

    this.keys = Object.keys(values);
    this.digest = pulumi.all([digest, readiness.ready]).apply(([text]) => text);
    this.registerOutputs({ digest: this.digest });
  }
}

function formOf(
  name: string,
  { format = "opaque", namespace, scope = "strict", jenkins = {} }: CredentialDefinition,
  home: Namespace,
): CredentialForm {
  return { name, namespace: namespace ?? home.name, format, scope, jenkins };
}

function sealedManifest(form: CredentialForm, encryptedData: pulumi.Output<CredentialValues>) {
  const { spec, ...manifest } = sealedSecretManifest(form);
  return { ...manifest, spec: { ...spec, encryptedData } };
}
