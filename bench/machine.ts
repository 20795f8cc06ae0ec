import { cpus, loadavg, release, totalmem } from "node:os";

import { kubectl } from "../testbed/kubectl.ts";

/** What figures of a bench are worth nothing without. */
export interface Machine {
  readonly processors: string;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  readonly kubernetes: string;
  /** Processes that wanted to run in the last minute before the bench. */
  readonly load: string;
}

/** The machine that the figures are of. */
export async function describeMachine(): Promise<Machine> {
  const version = JSON.parse(await kubectl(["version", "--output=json"])) as {
    readonly serverVersion: { readonly gitVersion: string };
  };
  const [load = 0] = loadavg();
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    node: process.version,
    kubernetes: version.serverVersion.gitVersion,
    load: load.toFixed(2),
  };
}
