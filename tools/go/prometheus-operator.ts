import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { changeModule, type ChangedModule, publishedModule } from "./changed-module.ts";

const VERSION = "v0.85.0";

/** The version that the operator is made with; it calls itself 3.5.0. */
const PROMETHEUS: ChangedModule = {
  path: "github.com/prometheus/prometheus",
  version: "v0.305.0",
  tool: "prometheus-operator",
  parts: [
    ...[
      "cmd/prometheus",
      "config",
      "discovery",
      "model",
      "notifier",
      "plugins",
      "prompb",
      "promql",
    ],
    ...[
      "rules",
      "schema",
      "scrape",
      "storage",
      "template",
      "tracing",
      "tsdb",
      "util",
      "web",
      "go.mod",
    ],
  ],
};

/** How Prometheus finds what it scrapes. The libraries of all the clouds it knows would make most of the build. */
const PLUGINS = `package plugins

import _ "github.com/prometheus/prometheus/discovery/kubernetes"
`;

/** The sources of its pages; of a build without them it shows none. */
const WEB_PAGES = ["web/ui/mantine-ui", "web/ui/module", "web/ui/react-app"];

/** What it calls of Kubernetes' client has had one argument more since 0.33, which is compiled already. */
const ITS_CALL = "cache.DefaultWatchErrorHandler(r, err)";
const OUR_CALL = "cache.DefaultWatchErrorHandler(context.Background(), r, err)";

/** The Prometheus operator, Prometheus, and what has that read a changed configuration. */
export const prometheusOperator = {
  version: VERSION,
  module: "prometheus-operator",
  variables: { "github.com/prometheus/common/version.Version": "3.5.0" },
  gibibytes: 3,
  // What it changes of the module stands here.
  files: ["../prometheus-operator.ts"],
  prepare: preparePrometheus,
} satisfies GoTools & { readonly version: string };

/** Path of one of its programs, once it is built. */
export function monitoringProgram(
  name: "operator" | "prometheus" | "prometheus-config-reloader",
): string {
  return join(builtFolder(prometheusOperator), name);
}

/** The kinds without which it does not start to work for Prometheus, and those that services have. */
const KINDS = [
  "podmonitors",
  "probes",
  "prometheuses",
  "prometheusrules",
  "scrapeconfigs",
  "servicemonitors",
];

/** Paths of the files that define its kinds. */
export async function prometheusOperatorKinds(): Promise<readonly string[]> {
  const path = "github.com/prometheus-operator/prometheus-operator";
  const folder = join(
    await publishedModule({ path, version: VERSION }),
    "example/prometheus-operator-crd",
  );
  return KINDS.map((kind) => join(folder, `monitoring.coreos.com_${kind}.yaml`));
}

/** Debian's Prometheus is of no use here: it is built without Kubernetes. */
function preparePrometheus(): Promise<void> {
  return changeModule(PROMETHEUS, (copy) => {
    writeFileSync(join(copy, "plugins/plugins.go"), PLUGINS);
    const file = join(copy, "discovery/kubernetes/kubernetes.go");
    const text = readFileSync(file, "utf8");
    if (!text.includes(ITS_CALL)) {
      throw new Error(
        `Prometheus ${PROMETHEUS.version} has no "${ITS_CALL}" in ${file} to be changed`,
      );
    }
    writeFileSync(file, text.replace(ITS_CALL, OUR_CALL));
    // Whoever checks what is below this checkout would check these as well.
    const files = readdirSync(copy, { recursive: true, encoding: "utf8" });
    for (const each of [...WEB_PAGES, ...files.filter((name) => name.endsWith(".md"))]) {
      rmSync(join(copy, each), { recursive: true, force: true });
    }
  });
}
