import type { ProviderConfig } from "../contract/provider-config";
import { version } from "../package.json";
import { AccessProof } from "./access-proof";
import { Cluster } from "./cluster";
import { KubeconfigApi } from "./cluster/api";
import { ExternalSecretReadiness } from "./external-secret-readiness";
import { holdAutoscaler } from "./held-autoscaler";
import { ImageCopy } from "./image-copy";
import { imageDigests } from "./image-digests";
import { KnownSecrets } from "./known-secrets";
import { LaneGuard } from "./lane-guard";
import { ObjectReadiness } from "./object-readiness";
import { Readiness } from "./readiness";
import type { Lookup } from "./registry/lookup";
import { Registry } from "./registry/registry";
import type { Resource } from "./resource";
import { SealedValues } from "./sealed-values";
import { SecretReadiness } from "./secret-readiness";
import type { Plugin, Properties, Subject } from "../wire/plugin";
import { FUNCTIONS, RESOURCES } from "../contract/tokens";

/** Slipway's own provider: the resources that need code while the stack is being applied. */
export class SlipwayProvider implements Plugin {
  readonly name = "slipway";
  readonly version = version;
  readonly #interruption = new AbortController();
  readonly #resources: Readonly<Record<string, Resource>>;
  readonly #secrets = new KnownSecrets();
  readonly #registries: Lookup = (login) => new Registry(login, this.#interruption.signal);
  #config: Properties = {};
  #cluster: Cluster | undefined;

  /** @param connect makes the connection to a cluster when it is first needed */
  constructor(
    private readonly connect = (config: ProviderConfig, secrets: KnownSecrets) =>
      new Cluster(new KubeconfigApi(config), secrets),
  ) {
    const cluster = () => this.#connected();
    const context = () => providerConfig(this.#config).context;
    const { signal } = this.#interruption;
    this.#resources = {
      [RESOURCES.AccessProof]: new AccessProof(() => cluster().api, signal),
      [RESOURCES.ImageCopy]: new ImageCopy(this.#registries),
      [RESOURCES.LaneGuard]: new LaneGuard(() => cluster().api, signal),
      [RESOURCES.Readiness]: new Readiness(cluster, context, signal),
      [RESOURCES.ObjectReadiness]: new ObjectReadiness(cluster, context, signal),
      [RESOURCES.SealedValues]: new SealedValues(() => cluster().api, signal, this.#secrets),
      [RESOURCES.SecretReadiness]: new SecretReadiness(() => cluster().api, signal),
      [RESOURCES.ExternalSecretReadiness]: new ExternalSecretReadiness(() => cluster().api, signal),
    } satisfies Record<(typeof RESOURCES)[keyof typeof RESOURCES], Resource>;
  }

  configure(config: Properties): void {
    this.#config = config;
    this.#cluster?.close();
    this.#cluster = undefined;
  }

  check: Plugin["check"] = (subject, args) => this.#of(subject).check(subject, args);
  diff: Plugin["diff"] = (subject, args) => this.#of(subject).diff(subject, args);
  create: Plugin["create"] = (subject, args) => this.#of(subject).create(subject, args);
  read: Plugin["read"] = (subject, args) => this.#of(subject).read(subject, args);
  update: Plugin["update"] = (subject, args) => this.#of(subject).update(subject, args);
  delete: Plugin["delete"] = (subject, args) => this.#of(subject).delete(subject, args);

  invoke(token: string, args: Properties): Promise<Properties> {
    if (token === FUNCTIONS.imageDigests) return imageDigests(args, this.#registries);
    if (token === FUNCTIONS.holdAutoscaler) {
      return holdAutoscaler(args, this.#connected().api, this.#interruption.signal);
    }
    const known = Object.values(FUNCTIONS).join(", ");
    throw new Error(`slipway's provider has no function ${token}, only ${known}`);
  }

  cancel(): void {
    this.#interruption.abort();
  }

  #connected(): Cluster {
    return (this.#cluster ??= this.connect(providerConfig(this.#config), this.#secrets));
  }

  #of({ type }: Subject): Resource {
    const resource = this.#resources[type];
    if (resource === undefined) {
      const known = Object.keys(this.#resources).join(", ");
      throw new Error(`slipway's provider has no resource ${type}, only ${known}`);
    }
    return resource;
  }
}

function providerConfig({ kubeconfig, context }: Properties): ProviderConfig {
  // A path that differs between machines is kept out of the state: the program maps a variable to this one.
  const path = (kubeconfig ?? "") === "" ? process.env["KUBECONFIG"] : kubeconfig;
  if (typeof path !== "string" || typeof context !== "string") {
    throw new Error(
      `slipway's provider needs a context, and a kubeconfig or the variable KUBECONFIG, got ${JSON.stringify({ kubeconfig: path, context })}; give the resource a SlipwayProvider`,
    );
  }
  return { kubeconfig: path, context };
}
