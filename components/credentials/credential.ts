import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ValueSources } from "./values.ts";
import { fetchCredential } from "./external-credential.ts";
import type { Registry } from "../image/registry.ts";
import type { CredentialForm, CredentialFormat, JenkinsOptions } from "./format.ts";
import type { SecretStore } from "./external-secret.ts";
import { goesWith, type Namespace } from "../namespace.ts";
import { sealCredential, type Sealing } from "./sealed-credential.ts";
import { type ComponentOptions, slipwayProviderOf } from "../providers.ts";
import { COMPONENTS } from "../../contract/tokens.ts";

/** A credential as its team describes it. */
export interface CredentialDefinition {
  /**
   * What it is for.
   * @default opaque
   */
  readonly format?: CredentialFormat;
  /** Where the value of each key comes from. */
  readonly keys: ValueSources;
  /**
   * An existing namespace that its Secret belongs in, e.g. that of Jenkins.
   * @default - the namespace of the services
   */
  readonly namespace?: string;
  /**
   * Which Secrets the sealed values may become.
   * @default strict
   */
  readonly scope?: CredentialForm["scope"];
  /** @default - none; needs a format of Jenkins */
  readonly jenkins?: JenkinsOptions;
  /**
   * The store that has its values: then it becomes an ExternalSecret.
   * @default - none; it becomes a SealedSecret
   */
  readonly store?: SecretStore;
  /**
   * How often the controller looks for new values in the store, e.g. 15m; 0s is once.
   * @default 1h
   */
  readonly refreshInterval?: string;
}

/** Inputs of a {@link Credential}. */
export interface CredentialArgs {
  readonly definition: CredentialDefinition;
  /** Namespace of the services. */
  readonly namespace: Namespace;
  /**
   * Other namespaces that the stack creates, by name: a credential in one of them comes after it.
   * @default {}
   */
  readonly namespaces?: Readonly<Record<string, k8s.core.v1.Namespace>> | undefined;
  readonly sealing: Sealing;
  /**
   * Whether a controller applies it, together with the pods that use it: their digest of it does not wait for the Secret then.
   * @default false
   */
  readonly handedOff?: boolean;
  /** @default - none; provides what a `dockerconfigjson` omits */
  readonly registry?: Registry | undefined;
}

/**
 * A Secret whose values leave the program only as ciphertext, or are never in it. Name it as the Secret.
 *
 * Creates a `SealedSecret`, the `SealedValues` in it, a `RandomPassword` for each generated key, and the
 * `SecretReadiness` that awaits the Secret; or, for a store's values, an `ExternalSecret` and its
 * `ExternalSecretReadiness`. See these for what they throw.
 */
export class Credential extends pulumi.ComponentResource {
  /** Keys of its Secret. */
  readonly keys: readonly string[];
  /** Changes with any of its values, and reveals nothing of them. */
  readonly digest: pulumi.Output<string>;

  constructor(name: string, args: CredentialArgs, opts: ComponentOptions) {
    super(COMPONENTS.Credential, name, {}, opts);

    const provider = slipwayProviderOf(this, name);
    const { definition, namespace, namespaces = {}, sealing, registry, handedOff } = args;
    const { keys, store, refreshInterval } = definition;
    const form = formOf(name, definition, namespace);
    const home = form.namespace === namespace.name ? namespace : namespaces[form.namespace];
    const dependsOn = [namespace, home ?? []].flat();
    const child = { parent: this, dependsOn, ...(home && goesWith(home)) };
    const made =
      store === undefined
        ? sealCredential(form, keys, { sealing, registry, handedOff }, child, provider)
        : fetchCredential(
            form,
            { keys, store, refreshInterval, registry, handedOff },
            child,
            provider,
          );

    this.keys = made.keys;
    this.digest = made.digest;
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
