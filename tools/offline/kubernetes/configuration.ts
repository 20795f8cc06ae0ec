import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type { CheckResult, DiffResult, Properties } from "../../../wire/plugin.ts";
import { isUnknown } from "../../../wire/unknown.ts";
import { changedPaths } from "../changed-paths.ts";
import { notInStandIn } from "../stand-in.ts";

/** The provider's configuration, as far as the stand-in knows it. */
export interface Configuration {
  /** Path or contents. @default what `kubectl` would use */
  readonly kubeconfig?: string | undefined;
  /** @default the kubeconfig's current context */
  readonly context?: string | undefined;
  /** @default the context's cluster */
  readonly cluster?: string | undefined;
  /** @default the context's namespace, or `default` */
  readonly namespace?: string | undefined;
  /** The folder that objects are written into. @default - they are applied */
  readonly renderYamlToDirectory?: string | undefined;
  readonly enableSecretMutable: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enablePatchForce: boolean;
}

/** Options that change what happens to objects; to pass over them would be worse than to stop. */
const REFUSED = [
  "deleteUnreachable",
  "skipUpdateUnreachable",
  "upsertExistingObjects",
  "alwaysRender",
];

/** The folder that objects are written into instead of a cluster. */
const RENDERS = "renderYamlToDirectory";

const LEADS_TO_CLUSTER = ["kubeconfig", "context", "cluster"];

/** @throws for an option that the stand-in does not have */
export function parseConfiguration(properties: Properties): Configuration {
  for (const option of REFUSED) {
    if (![undefined, "", "false", false].includes(properties[option] as string)) {
      throw notInStandIn(`the provider option ${option}`, "kubernetes");
    }
  }
  if (String(properties["enableServerSideApply"]) === "false") {
    throw notInStandIn("the provider option enableServerSideApply: false", "kubernetes");
  }
  const text = (name: string) => {
    const value = properties[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const flag = (name: string) => String(properties[name]) === "true";
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    renderYamlToDirectory: text(RENDERS),
    enableSecretMutable: flag("enableSecretMutable"),
    enableConfigMapMutable: flag("enableConfigMapMutable"),
    enablePatchForce: flag("enablePatchForce"),
  };
}

/** Whoever writes files leads to no cluster. */
export function checkConfiguration(news: Properties): CheckResult {
  const { kubeconfig, context, cluster, renderYamlToDirectory } = parseConfiguration(news);
  const given = { kubeconfig, context, cluster };
  const failures = Object.entries(given).flatMap(([property, value]) =>
    renderYamlToDirectory === undefined || value === undefined || isAmbient(property, value)
      ? []
      : [{ property, reason: `"${property}" arg is not compatible with "${RENDERS}" arg` }],
  );
  return { inputs: news, failures };
}

/** The SDK fills it in by itself. */
function isAmbient(property: string, value: string): boolean {
  return property === "kubeconfig" && value === process.env["KUBECONFIG"];
}

/**
 * A provider is replaced, and with it every object, if it comes to mean another cluster: the
 * cluster identifier decides, or without one the address and certificate of the active cluster. Without a kubeconfig
 * nobody can tell, and nothing is replaced. A different folder to write into replaces it as well, except under the same identifier.
 */
export function diffConfiguration(olds: Properties, news: Properties): DiffResult {
  const changed = changedPaths(olds, news).filter((path) => path !== "version");
  const others = isOtherCluster(olds, news) ? ["clusterIdentifier", ...LEADS_TO_CLUSTER] : [];
  const paths = isSameIdentifier(olds, news) ? others : [...others, RENDERS];
  return { changed, replaces: paths.filter((path) => changed.includes(path)) };
}

function isSameIdentifier(olds: Properties, news: Properties): boolean {
  const identifier = news["clusterIdentifier"];
  return isFilled(identifier) && identifier === olds["clusterIdentifier"];
}

function isOtherCluster(olds: Properties, news: Properties): boolean {
  const identifier = news["clusterIdentifier"];
  if (isFilled(identifier) && isFilled(olds["clusterIdentifier"])) {
    return identifier !== olds["clusterIdentifier"];
  }
  if (LEADS_TO_CLUSTER.some((name) => isUnknown(news[name]))) {
    return true;
  }
  const [before, now] = [activeCluster(olds), activeCluster(news)];
  return before !== undefined && now !== undefined && !isDeepStrictEqual(before, now);
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== "";
}

interface KubeconfigFile {
  readonly "current-context"?: string;
  readonly contexts?: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string };
  }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: unknown }[];
}

/** The active cluster's entry; undefined if the configuration does not have it, such as without a kubeconfig. */
function activeCluster(properties: Properties): unknown {
  const { kubeconfig, context, cluster } = parseConfiguration(properties);
  if (kubeconfig === undefined) {
    return undefined;
  }
  const file = parse(existsSync(kubeconfig) ? readFileSync(kubeconfig, "utf8") : kubeconfig) as
    KubeconfigFile | string | null;
  if (file === null || typeof file === "string") {
    return undefined;
  }
  const active = context ?? file["current-context"];
  const name = cluster ?? file.contexts?.find((each) => each.name === active)?.context.cluster;
  return file.clusters?.find((each) => each.name === name)?.cluster;
}
