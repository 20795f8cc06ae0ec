import { existsSync } from "node:fs";

import { execa } from "execa";

import { kubernetesProgram } from "../tools/go/kubernetes.ts";
import { environment } from "../tools/platform/environment.ts";

/** Runs kubectl on the bench's cluster and returns what it printed: the platform's own, or else the one on the PATH. */
export async function kubectl(args: readonly string[], input = ""): Promise<string> {
  const built = kubernetesProgram("kubectl");
  const program = existsSync(built) ? built : "kubectl";
  const env = environment();
  const { stdout } = await execa(program, ["--kubeconfig", env.SLIPWAY_KUBECONFIG, ...args], {
    env,
    input,
  });
  return stdout;
}
