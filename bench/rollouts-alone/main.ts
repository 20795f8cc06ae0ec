import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import { type Kind, type Manifest, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { type AloneCase, CASES } from "./case.ts";
import { analysisTemplate, rollout } from "./objects.ts";
import { analysisOf, endOf, type Outcome, type RolloutSeen, type RunSeen } from "./outcome.ts";

/** Five errors of a metric take 40 s, and a machine may be busy. */
const SECONDS = 180;

const NAMESPACE = `rollouts-alone-${process.pid}`;
const ROLLOUT: Kind<KubernetesObject & RolloutSeen> = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
};
const RUN: Kind<KubernetesObject & RunSeen> = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AnalysisRun",
};

/** Plays each case on the platform, all at a time, and prints a table of how it ended. */
async function main(): Promise<void> {
  await ensureExtras("argo-rollouts", "monitoring");
  const { spec } = await cluster.get(SERVICE, "monitoring", "prometheus");
  const address = `http://${spec?.clusterIP ?? ""}:9090`;
  const metadata = { name: NAMESPACE };
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata });
  try {
    const outcomes = await Promise.all(CASES.map((each) => play(each, address)));
    console.log("| Case | Argo Rollouts' analysis | The release | Spec and pods |");
    console.log("| --- | --- | --- | --- |");
    for (const [index, { release, analysis, isInStep }] of outcomes.entries()) {
      const step = isInStep ? "of one version" : "the spec has the new version";
      console.log(`| ${CASES[index]?.title ?? ""} | ${analysis} | ${release} | ${step} |`);
    }
  } finally {
    await cluster.delete({ apiVersion: "v1", kind: "Namespace", metadata });
  }
}

async function play(entry: AloneCase, address: string): Promise<Outcome> {
  const { name, then } = entry;
  await apply(analysisTemplate(entry, NAMESPACE, address));
  await apply(rollout(entry, NAMESPACE, 1));
  const first = await ended(name);
  if (then === "nothing" || first === "has not ended") {
    return seen(name, first);
  }
  const [before] = await hashes(name);
  await apply(rollout(entry, NAMESPACE, 2));
  // Its status is of the first release until the controller has seen the second one.
  if (!(await until(async () => (await hashes(name))[0] !== before))) {
    return seen(name, "has not ended");
  }
  if (then === "promote-full") {
    await until(async () => (await runsOf(name)).length > 0);
    await promoteFull(name);
  }
  return seen(name, await ended(name));
}

function apply(manifest: Manifest): Promise<string> {
  return kubectl(["apply", "--filename", "-"], JSON.stringify(manifest));
}

async function seen(name: string, release: Outcome["release"]): Promise<Outcome> {
  const [current, stable] = await hashes(name);
  return { release, analysis: analysisOf(await runsOf(name)), isInStep: current === stable };
}

async function hashes(name: string) {
  const { status } = await cluster.get(ROLLOUT, NAMESPACE, name);
  return [status?.currentPodHash, status?.stableRS] as const;
}

async function runsOf(name: string): Promise<readonly RunSeen[]> {
  const runs = await cluster.list(RUN, NAMESPACE);
  return runs.filter(({ metadata }) =>
    metadata?.ownerReferences?.some((owner) => owner.kind === "Rollout" && owner.name === name),
  );
}

/** What `kubectl argo rollouts promote --full` writes. */
async function promoteFull(name: string): Promise<void> {
  const place = ["rollout", name, "--namespace", NAMESPACE, "--subresource=status"];
  const patch = JSON.stringify({ status: { promoteFull: true } });
  await kubectl(["patch", ...place, "--type=merge", "--patch", patch]);
}

async function ended(name: string): Promise<Outcome["release"]> {
  let release: Outcome["release"] | undefined;
  await until(async () => {
    release = endOf(await cluster.get(ROLLOUT, NAMESPACE, name));
    return release !== undefined;
  });
  return release ?? "has not ended";
}

/** Whether it holds before the time is over. */
async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (let rest = SECONDS; rest > 0; rest -= 1) {
    if (await holds()) {
      return true;
    }
    await sleep(1000);
  }
  return false;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
