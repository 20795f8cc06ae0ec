import { mkdirSync } from "node:fs";
import { type PlatformEnvironment, environment } from "./environment.ts";
import { type ExternalPlatform, checkExternal, externalPlatform } from "./external.ts";
import { state, STATE_FOLDER } from "./folders.ts";
import { withLock } from "./lock.ts";
import { assertMachine } from "./requirements.ts";
import { type Step, runSteps, step } from "./step-list.ts";
import type { Extra } from "./additions.ts";
import { engineStep, localSteps } from "./steps.ts";

/**
 * Brings the local platform up, or checks the cluster and registry that the environment names, and
 * installs the engine. What runs already is left alone; what is broken is mended.
 * @param wanted What runs only where somebody asks for it.
 * @returns The variables to run everything else with.
 * @throws One error that names what is wrong and how to mend it.
 */
export async function platformUp(wanted: readonly Extra[] = []): Promise<PlatformEnvironment> {
  const external = externalPlatform();
  mkdirSync(state("pulumi"), { recursive: true, mode: 0o700 });
  if (external) {
    assertNothingBeside(wanted);
    await runSteps([engineStep(), externalStep(external)]);
    return environment();
  }
  assertMachine();
  const waiting = (holder: string): void => {
    process.stderr.write(
      `another platform command (process ${holder}) is at work, waiting for it\n`,
    );
  };
  await withLock(STATE_FOLDER, waiting, () => runSteps(localSteps(wanted)));
  return environment();
}

function assertNothingBeside(wanted: readonly Extra[]): void {
  if (wanted.length > 0) {
    throw new Error(
      `--with ${wanted.join(",")} is for the local platform, but SLIPWAY_KUBECONFIG names a cluster of your own; ` +
        "install it there yourself, or unset SLIPWAY_KUBECONFIG and SLIPWAY_REGISTRY",
    );
  }
}

function externalStep(external: ExternalPlatform): Step {
  return step("cluster and registry of your own", async (display) => {
    const version = await checkExternal(external);
    display.title = `cluster of your own (Kubernetes ${version}) and registry ${external.registry}`;
  });
}
