import type { ProviderConfig } from "../contract/provider-config.ts";
import manifest from "../package.json" with { type: "json" };
import { keepCompiledCode } from "../wire/compiled-code.ts";
import type { CheckResult, Plugin, Properties, Subject } from "../wire/plugin.ts";
import { containsUnknown } from "../wire/unknown.ts";
import type { Cluster } from "./cluster.ts";
import { KubeconfigApi } from "./cluster/api.ts";
import { whyNoAnswer } from "./cluster/first-answer.ts";
import { KnownSecrets } from "./known-secrets.ts";
import type { Connect, Parts } from "./parts.ts";
import type { Resource, Run } from "./resource.ts";

const VERSION = manifest.version;

/** Slipway's own provider: the resources that need code while the stack is being applied. */
export class SlipwayProvider implements Plugin {
  readonly name = "slipway";
  readonly version = VERSION;
  readonly #interruption = new AbortController();
  readonly #secrets = new KnownSecrets();
  readonly #connect: Connect | undefined;
  #config: Properties = {};
  #isInState = true;
  #cluster: Cluster | undefined;
  #parts: Promise<Parts> | undefined;

  /**
   * @param connect makes the connection to a cluster when it is first needed
   * @default - by the kubeconfig
   */
  constructor(connect?: Connect) {
    this.#connect = connect;
  }

  tell(text: string): string {
    return this.#secrets.tell(text);
  }

  configure(config: Properties): void {
    this.#disconnect();
    this.#config = config;
    // The engine starts the next provider meanwhile.
    void this.#load();
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
    this.#disconnect();
    this.#config = {};
  }

  check: Plugin["check"] = async (subject, args) => (await this.#of(subject)).check(subject, args);
  diff: Plugin["diff"] = async (subject, args) => (await this.#of(subject)).diff(subject, args);
  create: Plugin["create"] = async (subject, args) =>
    (await this.#of(subject)).create(subject, args);
  read: Plugin["read"] = async (subject, args) => (await this.#of(subject)).read(subject, args);
  update: Plugin["update"] = async (subject, args) =>
    (await this.#of(subject)).update(subject, args);
  delete: Plugin["delete"] = async (subject, args) =>
    (await this.#of(subject)).delete(subject, args);

  async invoke(token: string, args: Properties): Promise<Properties> {
    const { functions } = await this.#load();
    const answer = functions[token];
    if (answer !== undefined) {
      return answer(args);
    }
    const known = Object.keys(functions).join(", ");
    throw new Error(`slipway's provider has no function ${token}, only ${known}`);
  }

  cancel(): void {
    this.#interruption.abort();
  }

  async #of({ type }: Subject): Promise<Resource> {
    const { resources } = await this.#load();
    const resource = resources[type];
    if (resource === undefined) {
      const known = Object.keys(resources).join(", ");
      throw new Error(`slipway's provider has no resource ${type}, only ${known}`);
    }
    return resource;
  }

  /** The parts are most of the code, and the engine waits until the process is there and has checked its configuration. */
  #load(): Promise<Parts> {
    this.#parts ??= import("./parts.ts").then(({ connectByKubeconfig, partsOf }) => {
      keepCompiledCode();
      const connect = this.#connect ?? connectByKubeconfig;
      const cluster = () =>
        (this.#cluster ??= connect(providerConfig(this.#config), this.#secrets));
      const context = () => providerConfig(this.#config).context;
      const handsOff = () => providerConfig(this.#config).handsOff === true;
      const run: Run = { cluster, context, signal: this.#interruption.signal };
      return partsOf(run, this.#secrets, { isInState: () => this.#isInState, handsOff });
    });
    return this.#parts;
  }

  #disconnect(): void {
    this.#cluster?.close();
    this.#cluster = undefined;
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
  // The engine hands over what a provider is configured with as strings.
  const handsOff = String(config["handsOff"]) === "true";
  return { kubeconfig, context, ...(handsOff && { handsOff }) };
}

/** A path that differs between machines is kept out of the state: the program maps a variable to this one. */
function pathOf({ kubeconfig }: Properties): unknown {
  return (kubeconfig ?? "") === "" ? process.env["KUBECONFIG"] : kubeconfig;
}
