import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { copySource } from "./source.ts";

const VERSION = "v0.8.0";

/** What its watches begin with, whatever was listed before: an API server whose database is older than etcd 3.5 refuses that. */
const FROM_THE_START = "if !o.EnableListPager || o.EnableStreamWatch {";
const FROM_THE_LIST =
  'if (!o.EnableListPager || o.EnableStreamWatch) && opts.ResourceVersion == "" {';

/** Plays the kubelets of nodes that are on no machine. */
export const kwok = {
  version: VERSION,
  module: "kwok",
  variables: {},
  gibibytes: 2,
  prepare: prepareSource,
} satisfies GoTools & { readonly version: string };

/** Path of the program, once it is built. */
export function kwokProgram(): string {
  return join(builtFolder(kwok), "kwok");
}

/** Debian has etcd 3.4, with which kwok would see of its pods what it lists every half minute. */
function prepareSource(): Promise<void> {
  const published = {
    module: `sigs.k8s.io/kwok@${VERSION}`,
    folder: "kwok",
    parts: ["cmd", "kustomize", "pkg", "stages", "go.mod"],
  };
  return copySource(published, (copy) => {
    const file = join(copy, "pkg/utils/informer/event.go");
    const text = readFileSync(file, "utf8");
    if (!text.includes(FROM_THE_START)) {
      throw new Error(`kwok ${VERSION} has no "${FROM_THE_START}" in ${file} to be changed`);
    }
    writeFileSync(file, text.replace(FROM_THE_START, FROM_THE_LIST));
  });
}
