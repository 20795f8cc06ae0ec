import { setImmediate as laterTurn } from "node:timers/promises";

import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";

import { knownResources } from "./known-resources.ts";
import { SlipwayProvider } from "./slipway-provider.ts";

/** The cluster that a stack delivers to. */
export interface Cluster {
  /** Absolute path of the kubeconfig file. */
  readonly kubeconfig: string;
  /**
   * Environment variable that holds the path: it replaces the path in the stack's state, which is then the same
   * whoever runs it with whichever file.
   * @default - the path is kept in the state
   */
  readonly kubeconfigVariable?: string;
  readonly context: string;
  /** Stays the same as long as it is the same cluster: a different one replaces every object. */
  readonly identifier: string;
  /**
   * By which a stack of before may know the same cluster: the one that its state has stays.
   * @default - none
   */
  readonly formerIdentifiers?: readonly string[];
}

/** The providers for one cluster: that of its objects, and Slipway's own. */
export type ClusterProviders = [KubernetesProvider, SlipwayProvider];

/** Where objects are written to that somebody else applies. */
export interface RenderedTo {
  /** Folder of the files. */
  readonly folder: string;
  /** Settles when the provider of the objects may be registered. */
  readonly once: (own: SlipwayProvider) => Promise<unknown>;
}

/** What the program calls the provider of the objects. */
const NAME = "cluster";

/** Where both providers look for a path that is not in the state. */
const READ_BY_PROVIDERS = "KUBECONFIG";

/**
 * Connects a stack to its cluster. Nothing falls back to the context that kubectl happens to use.
 *
 * Creates the two providers, named `cluster` and `slipway`.
 *
 * @param handOff where the objects are written to instead, because somebody else applies them; see `handOver`
 *
 * @see https://www.pulumi.com/docs/iac/concepts/providers/#explicit-providers
 */
export function connect(cluster: Cluster, handOff?: RenderedTo): ClusterProviders {
  const { kubeconfig, kubeconfigVariable, context, identifier, formerIdentifiers = [] } = cluster;
  const isNamed = kubeconfigVariable !== undefined && kubeconfigVariable !== READ_BY_PROVIDERS;
  const opts = isNamed ? { envVarMappings: { [kubeconfigVariable]: READ_BY_PROVIDERS } } : {};
  // Left out, the SDK would write the variable's value into the state.
  const path = kubeconfigVariable === undefined ? kubeconfig : "";
  const handsOff = handOff === undefined ? {} : { handsOff: true };
  const own = new SlipwayProvider("slipway", { kubeconfig: path, context, ...handsOff }, opts);
  const once = handOff?.once(own) ?? Promise.resolve();
  const clusterIdentifier = pulumi.output(
    once.then(() =>
      formerIdentifiers.length === 0 ? inTurn(identifier) : standingIdentifier(cluster, own),
    ),
  );
  // It keeps the identifier of the cluster: with a different one every object would be replaced.
  const target =
    handOff === undefined
      ? { kubeconfig: path, context }
      : { kubeconfig: "", renderYamlToDirectory: handOff.folder };
  const objects = new KubernetesProvider(NAME, { ...target, clusterIdentifier }, opts);
  return [objects, own];
}

/**
 * The identifier by which the stack's state knows the cluster: a different one would replace every object.
 *
 * @throws Error if the state cannot be read, except in a preview: whoever previews may lack the key to its secrets
 */
export async function standingIdentifier(
  { identifier, formerIdentifiers = [] }: Pick<Cluster, "identifier" | "formerIdentifiers">,
  own: SlipwayProvider,
): Promise<string> {
  const known = await knownResources(own).catch(unread);
  const before = known.find(({ urn }) => urn.endsWith(`::pulumi:providers:kubernetes::${NAME}`));
  const stored = before?.outputs["clusterIdentifier"];
  return formerIdentifiers.find((each) => each === stored) ?? identifier;
}

/** The engine starts providers one by one, as they come, and the first has much to load while it starts the next one. */
async function inTurn(identifier: string): Promise<string> {
  await laterTurn();
  return identifier;
}

function unread(error: unknown): [] {
  const reason = error instanceof Error ? error.message : String(error);
  const fault = `the stack's own state cannot be read: ${reason}; it may know this cluster by another identifier`;
  if (!pulumi.runtime.isDryRun()) {
    throw new Error(`${fault}, and a new one replaces every object; run it again`, {
      cause: error,
    });
  }
  void pulumi.log.warn(`${fault}: then this preview shows every object replaced, and up does not`);
  return [];
}
