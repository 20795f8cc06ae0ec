import { isAbsolute } from "node:path";

import type { Cluster } from "../components/cluster.ts";
import type { ShapeOf } from "../contract/field.ts";
import { type Fault, got } from "./fault.ts";
import * as field from "./fields.ts";
import { identityOf } from "./cluster-identity.ts";
import { fileFaults, type Kubeconfig, readKubeconfig } from "./kubeconfig.ts";
import { unusable } from "./look.ts";
import { fieldsOf } from "./mapping.ts";
import { absolute, expand, type Surroundings } from "./surroundings.ts";

/** The form of the setting; {@link resolveCluster} reports the faults of the file that it names. */
export function clusterSchema(surroundings: Surroundings) {
  return field.mapping(
    {
      kubeconfig: field.path(surroundings, "file", "the path of a kubeconfig file"),
      context: field
        .expanded(surroundings, "the name of a context in the kubeconfig")
        .exactOptional(),
      identifier: field
        .expanded(surroundings, "a name of the cluster that never changes")
        .exactOptional(),
    } satisfies ShapeOf<Omit<Cluster, "kubeconfigVariable" | "formerIdentifiers">>,
    "kubeconfig, and as needed context and identifier",
  );
}

/**
 * The cluster that the settings mean, undefined if it has faults; those of the form are left to the schema. Nothing falls
 * back to the context that kubectl happens to use: without a `context` the file must hold exactly one.
 */
export function resolveCluster(
  setting: unknown,
  surroundings: Surroundings,
): { cluster?: Cluster; faults: Fault[] } {
  const { kubeconfig, context, identifier } = expandedTexts(setting, surroundings);
  const path = kubeconfig === undefined ? undefined : absolute(kubeconfig, surroundings);
  if (path === undefined || unusable(path, "file") !== undefined) {
    return { faults: [] };
  }
  const faulty = (key: string, ...texts: string[]) => ({
    faults: texts.map((text) => ({ path: ["cluster", key], text })),
  });
  const file = readKubeconfig(path);
  if (file === undefined) {
    const text = `${path} cannot be read as a kubeconfig; allowed: a file with contexts and clusters; check it with kubectl config view`;
    return faulty("kubeconfig", got(kubeconfig, text));
  }
  const found = chosen(file, context);
  if (found === undefined) {
    const names = file.contexts.map(({ name }) => name);
    const allowed = `allowed: one of ${names.join(", ")} in ${path}, with its cluster; set the context to deliver to`;
    return faulty("context", got(context, allowed));
  }
  const { name, target, user } = found;
  const unreadable = fileFaults(path, { ...target, ...user });
  if (unreadable.length > 0) {
    return faulty("kubeconfig", ...unreadable.map((text) => got(kubeconfig, text)));
  }
  const cluster = {
    kubeconfig: path,
    ...variableOf(setting, surroundings),
    context: name,
    ...(identifier === undefined ? identityOf(target, path) : { identifier }),
  };
  return { cluster, faults: [] };
}

/** The context that is meant, with its cluster and its user, undefined if there is a choice or no cluster. */
function chosen({ contexts, clusters, users }: Kubeconfig, wanted: string | undefined) {
  const name = wanted ?? (contexts.length === 1 ? contexts[0]?.name : undefined);
  const context = contexts.find((candidate) => candidate.name === name)?.context;
  const target = clusters.find((candidate) => candidate.name === context?.cluster)?.cluster;
  const user = users?.find((candidate) => candidate.name === context?.user)?.user;
  return name === undefined || target === undefined ? undefined : { name, target, user };
}

/** A relative path means another file to a process that runs in another folder. */
function variableOf(setting: unknown, { variables }: Surroundings) {
  const [, name] = /^\$\{([^}]*)\}$/.exec(String(fieldsOf(setting)["kubeconfig"])) ?? [];
  const isPath = name !== undefined && isAbsolute(variables[name] ?? "");
  return isPath ? { kubeconfigVariable: name } : {};
}

function expandedTexts(setting: unknown, surroundings: Surroundings) {
  const texts = Object.entries(fieldsOf(setting)).flatMap(([key, value]) => {
    const result =
      typeof value === "string" && value !== "" ? expand(value, surroundings) : { unset: [] };
    return "text" in result ? [[key, result.text] as const] : [];
  });
  return Object.fromEntries(texts) as Partial<Record<string, string>>;
}
