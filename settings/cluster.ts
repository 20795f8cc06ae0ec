import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";

import { parseDocument } from "yaml";
import { z } from "zod";

import type { Cluster } from "../components/cluster";
import { type Fault, got } from "./fault";
import { mapping } from "./mapping";
import { expand, absolute, type Surroundings } from "./surroundings";

const kubeconfigSchema = z.object({
  contexts: z
    .array(z.object({ name: z.string(), context: z.object({ cluster: z.string() }) }))
    .min(1),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.string(),
        "certificate-authority-data": z.string().optional(),
        "certificate-authority": z.string().optional(),
      }),
    }),
  ),
});

/**
 * The cluster that the settings mean, or what is wrong with it. Nothing falls back to the context
 * that kubectl happens to use: without a `context` the file must hold exactly one.
 */
export function resolveCluster(
  setting: unknown,
  surroundings: Surroundings,
): { cluster: Cluster } | { faults: Fault[] } {
  const { kubeconfig, context, identifier } = expandedTexts(setting, surroundings);
  const path = kubeconfig === undefined ? undefined : absolute(kubeconfig, surroundings);
  // An absent file is told by the schema.
  if (path === undefined || !existsSync(path)) return { faults: [] };
  const file = readKubeconfig(path);
  if (file === undefined) {
    const text = got(
      kubeconfig,
      `${path} cannot be read as a kubeconfig; allowed: a file with contexts and clusters; check it with kubectl config view`,
    );
    return { faults: [{ path: ["kubeconfig"], text }] };
  }

  const names = file.contexts.map(({ name }) => name);
  const name = context ?? (names.length === 1 ? names[0] : undefined);
  const chosen = file.contexts.find((candidate) => candidate.name === name);
  const target = file.clusters.find((candidate) => candidate.name === chosen?.context.cluster);
  if (name === undefined || target === undefined) {
    const allowed = `allowed: one of ${names.join(", ")} in ${path}, with its cluster; set the context to deliver to`;
    return { faults: [{ path: ["context"], text: got(context, allowed) }] };
  }
  return {
    cluster: {
      kubeconfig: path,
      ...variableOf(setting, surroundings),
      context: name,
      identifier: identifier ?? fingerprint(target.cluster, path),
    },
  };
}

/** A relative path means another file to a process that runs in another folder. */
function variableOf(
  setting: unknown,
  { variables }: Surroundings,
): Pick<Cluster, "kubeconfigVariable"> {
  const written = mapping(setting)?.["kubeconfig"];
  const [, name] = /^\$\{([^}]*)\}$/.exec(typeof written === "string" ? written : "") ?? [];
  const isPath = name !== undefined && isAbsolute(variables[name] ?? "");
  return isPath ? { kubeconfigVariable: name } : {};
}

type Target = z.output<typeof kubeconfigSchema>["clusters"][number]["cluster"];

/** A cluster is known by who signs its certificates, because its address may change. */
function fingerprint(cluster: Target, kubeconfig: string): string {
  const authority = cluster["certificate-authority"];
  const signedBy =
    cluster["certificate-authority-data"] ??
    (authority === undefined
      ? undefined
      : readFileSync(resolve(dirname(kubeconfig), authority)).toString("base64"));
  return createHash("sha256")
    .update(signedBy ?? cluster.server)
    .digest("hex")
    .slice(0, 12);
}

function readKubeconfig(path: string): z.output<typeof kubeconfigSchema> | undefined {
  try {
    // The parser's own messages quote the file, and with it credentials.
    const document = parseDocument(readFileSync(path, "utf8"), {
      prettyErrors: false,
      logLevel: "silent",
    });
    return document.errors.length > 0
      ? undefined
      : kubeconfigSchema.safeParse(document.toJS()).data;
  } catch {
    return undefined;
  }
}

function expandedTexts(
  setting: unknown,
  surroundings: Surroundings,
): Partial<Record<string, string>> {
  const texts = Object.entries(mapping(setting) ?? {}).flatMap(([key, value]) => {
    const result =
      typeof value === "string" && value !== "" ? expand(value, surroundings) : { unset: [] };
    return "text" in result ? [[key, result.text] as const] : [];
  });
  return Object.fromEntries(texts);
}
