import type { ProviderConfig } from "../contract/provider-config.ts";
import manifest from "../package.json" with { type: "json" };
import { AccessProof } from "./access-proof.ts";
import { Cluster } from "./cluster.ts";
import { KubeconfigApi } from "./cluster/api.ts";
import { whyNoAnswer } from "./cluster/first-answer.ts";
import { holdAutoscaler } from "./held-autoscaler.ts";
import { ImageCopy } from "./image-copy.ts";
import { imageDigests } from "./image-digests.ts";
import { KnownSecrets } from "./known-secrets.ts";
import { keepAnnotations } from "./kept-annotations.ts";
import { LaneGuard } from "./lane-guard.ts";
import { namespaceEnd } from "./namespace-end.ts";
import { ObjectReadiness } from "./object-readiness.ts";
import { podChanges } from "./pod-changes.ts";
import { Readiness } from "./readiness.ts";
import { type Lookup, Registry } from "./registry/registry.ts";
import { releaseLooks } from "./release-looks.ts";
import type { Resource, Run } from "./resource.ts";
import { SealedValues } from "./sealed-values.ts";
import { SecretReadiness } from "./secret-readiness.ts";
import { EXTERNAL_SECRET } from "./secret-readiness/external.ts";
import { SEALED_SECRET } from "./secret-readiness/sealed.ts";
import { type AwaitedType, awaitedResource } from "./waiting/resource.ts";
import type { CheckResult, Plugin, Properties, Subject } from "../wire/plugin.ts";
import { containsUnknown } from "../wire/unknown.ts";
import { FUNCTIONS, RESOURCES } from "../contract/tokens.ts";

const VERSION = manifest.version;

type Answer = (args: Properties) => Promise<Properties>;

/** Slipway's own provider: the resources that need code while the stack is being applied. */
export class SlipwayProvider implements Plugin {
  readonly name = "slipway";
  readonly version = VERSION;
  readonly #interruption = new AbortController();
  readonly #resources: Readonly<Record<string, Resource>>;
  readonly #functions: Readonly<Record<string, Answer>>;
  readonly #secrets = new KnownSecrets();
  readonly #registries: Lookup = (login) => new Registry(login, this.#interruption.signal);
  #config: Properties = {};
  #isInState = true;
  #cluster: Cluster | undefined;

  /** @param connect makes the connection to a cluster when it is first needed */
  constructor(
    connect = (config: ProviderConfig, secrets: KnownSecrets) =>
      new Cluster(new KubeconfigApi(config), secrets),
  ) {
    const cluster = () => (this.#cluster ??= connect(providerConfig(this.#config), this.#secrets));
    const { signal } = this.#interruption;
    const run: Run = { cluster, context: () => providerConfig(this.#config).context, signal };
    const awaited = (type: AwaitedType) => awaitedResource(type, signal);
    this.#resources = {
      [RESOURCES.AccessProof]: new AccessProof(run),
      [RESOURCES.ImageCopy]: new ImageCopy(this.#registries),
      [RESOURCES.LaneGuard]: new LaneGuard(run),
      [RESOURCES.Readiness]: awaited(new Readiness(run)),
      [RESOURCES.ObjectReadiness]: awaited(new ObjectReadiness(run)),
      [RESOURCES.SealedValues]: new SealedValues(run, this.#secrets),
      [RESOURCES.SecretReadiness]: awaited(new SecretReadiness(SEALED_SECRET, run)),
      [RESOURCES.ExternalSecretReadiness]: awaited(new SecretReadiness(EXTERNAL_SECRET, run)),
    } satisfies Record<(typeof RESOURCES)[keyof typeof RESOURCES], Resource>;
    this.#functions = {
      [FUNCTIONS.holdAutoscaler]: (args) => holdAutoscaler(args, cluster().api, signal),
      [FUNCTIONS.keepAnnotations]: (args) => keepAnnotations(args, cluster(), signal),
      [FUNCTIONS.imageDigests]: (args) => imageDigests(args, this.#registries),
      [FUNCTIONS.namespaceEnd]: async (args) => ({
        ...(await namespaceEnd(cluster().api, String(args["namespace"]), signal)),
      }),
      [FUNCTIONS.podChanges]: (args) => podChanges(args, cluster(), signal),
      [FUNCTIONS.releaseLooks]: (args) => releaseLooks(args, cluster().api, signal),
      [FUNCTIONS.stackState]: () => Promise.resolve({ exists: this.#isInState }),
    } satisfies Record<(typeof FUNCTIONS)[keyof typeof FUNCTIONS], Answer>;
  }

  tell(text: string): string {
    return this.#secrets.tell(text);
  }

  configure(config: Properties): void {
    this.#config = config;
    this.#cluster?.close();
    this.#cluster = undefined;
  }

  /**
   * A preview that cannot ask the cluster would show what it cannot know. A process that is configured without this call
   * serves resources of the state.
   */
  async checkConfig(news: Properties, olds: Properties): Promise<CheckResult> {
    this.#isInState = Object.keys(olds).length > 0;
    const asked = containsUnknown(news) ? undefined : configOf(news);
    if (asked === undefined) {
      return { inputs: news };
    }
    const reason = await whyNoAnswer(new KubeconfigApi(asked), asked, this.#interruption.signal);
    return { inputs: news, failures: reason === undefined ? [] : [{ property: "", reason }] };
  }

  /** Ends the watches. */
  close(): void {
    this.configure({});
  }

  check: Plugin["check"] = (subject, args) => this.#of(subject).check(subject, args);
  diff: Plugin["diff"] = (subject, args) => this.#of(subject).diff(subject, args);
  create: Plugin["create"] = (subject, args) => this.#of(subject).create(subject, args);
  read: Plugin["read"] = (subject, args) => this.#of(subject).read(subject, args);
  update: Plugin["update"] = (subject, args) => this.#of(subject).update(subject, args);
  delete: Plugin["delete"] = (subject, args) => this.#of(subject).delete(subject, args);

  async invoke(token: string, args: Properties): Promise<Properties> {
    const answer = this.#functions[token];
    if (answer !== undefined) {
      return answer(args);
    }
    const known = Object.keys(this.#functions).join(", ");
    throw new Error(`slipway's provider has no function ${token}, only ${known}`);
  }

  cancel(): void {
    this.#interruption.abort();
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

function providerConfig(config: Properties): ProviderConfig {
  const known = configOf(config);
  if (known !== undefined) {
    return known;
  }
  throw new Error(
    `slipway's provider needs a context, and a kubeconfig or the variable KUBECONFIG, got ${JSON.stringify({ kubeconfig: pathOf(config), context: config["context"] })}; give the resource a SlipwayProvider`,
  );
}

function configOf(config: Properties): ProviderConfig | undefined {
  const kubeconfig = pathOf(config);
  const { context } = config;
  if (typeof kubeconfig !== "string" || typeof context !== "string") {
    return undefined;
  }
  return { kubeconfig, context };
}

/** A path that differs between machines is kept out of the state: the program maps a variable to this one. */
function pathOf({ kubeconfig }: Properties): unknown {
  return (kubeconfig ?? "") === "" ? process.env["KUBECONFIG"] : kubeconfig;
}
