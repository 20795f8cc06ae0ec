import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { changeModule, type ChangedModule } from "./changed-module.ts";

const MODULE: ChangedModule = {
  path: "sigs.k8s.io/kwok",
  version: "v0.8.0",
  tool: "kwok",
  parts: ["cmd", "kustomize", "pkg", "stages", "go.mod"],
};

/** What its watches begin with, whatever was listed before: an API server whose database is older than etcd 3.5 refuses that. */
const FROM_THE_START = "if !o.EnableListPager || o.EnableStreamWatch {";
const FROM_THE_LIST =
  'if (!o.EnableListPager || o.EnableStreamWatch) && opts.ResourceVersion == "" {';

/** Plays the kubelets of nodes that are on no machine. */
export const kwok = {
  version: MODULE.version,
  module: "kwok",
  variables: {},
  gibibytes: 2,
  // What it changes of the module stands here.
  files: ["../kwok.ts"],
  prepare: prepareSource,
} satisfies GoTools & { readonly version: string };

/** Path of the program, once it is built. */
export function kwokProgram(): string {
  return join(builtFolder(kwok), "kwok");
}

/** Debian has etcd 3.4, with which kwok would see of its pods what it lists every half minute. */
function prepareSource(): Promise<void> {
  return changeModule(MODULE, (copy) => {
    const file = join(copy, "pkg/utils/informer/event.go");
    const text = readFileSync(file, "utf8");
    if (!text.includes(FROM_THE_START)) {
      throw new Error(`kwok ${MODULE.version} has no "${FROM_THE_START}" in ${file} to be changed`);
    }
    writeFileSync(file, text.replace(FROM_THE_START, FROM_THE_LIST));
  });
}
