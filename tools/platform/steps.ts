import { engineIsInstalled, ENGINE_VERSION, installEngine } from "../engine/install.ts";
import { type Report, goBuild, isBuilt } from "../go/build.ts";
import { crane } from "../go/crane.ts";
import { kubernetes } from "../go/kubernetes.ts";
import { ensureCertificates } from "./certificates.ts";
import { awaitNode } from "./cluster.ts";
import { aliveRecord, start } from "./daemon.ts";
import { type ComponentName, components } from "./components.ts";
import { assertDiskSpace } from "./disk-space.ts";
import { takeDown } from "./down.ts";
import { BASE_IMAGE_FILE, environment } from "./environment.ts";
import type { Addition } from "./addition.ts";
import { additions, type Extra } from "./additions.ts";
import { state, STATE_FOLDER } from "./folders.ts";
import { ensureKubeconfigs } from "./kubeconfig.ts";
import { containerProcesses, kill } from "./leftovers.ts";
import { ensureNetwork } from "./network.ts";
import { ensureNodeImage } from "./node-image.ts";
import { ensurePauseImage } from "./pause-image.ts";
import { readJson, writeJson } from "./private-file.ts";
import { proveByPod } from "./probe-pod.ts";
import { currentBoot } from "./process-identity.ts";
import { type Display, type Step, inOrder, step, together } from "./step-list.ts";
import { installPackages, missingPackages } from "./requirements.ts";

/** Disk space that images, the cluster's data and logs need. */
const STATE_GIBIBYTES = 2;

const BOOT_FILE = state("boot.json");
const PROOF_FILE = state("proof.json");

/** Installs the engine. */
export function engineStep(): Step {
  const first = " (where it must be built, that takes about 4 minutes on two cores, once)";
  const title = `pulumi ${ENGINE_VERSION}${engineIsInstalled() ? "" : first}`;
  return step(title, async (display, signal) => {
    display.title = await installEngine(paced(display), signal);
  });
}

/** All that it takes from a bare machine to a running platform, and to what somebody asked for beside it. */
export function localSteps(wanted: readonly Extra[]): Step[] {
  // The cluster starts while the engine is still built.
  return [together("engine and cluster", [engineStep(), inOrder("cluster", clusterSteps(wanted))])];
}

function clusterSteps(wanted: readonly Extra[]): Step[] {
  return [
    packagesStep(),
    kubernetesStep(),
    craneStep(),
    step("certificates, settings, network", prepare),
    together("components", componentSteps()),
    // kube-proxy waits for the node that the kubelet registers.
    together("node", [startStep("kubelet"), startStep("kube-proxy")]),
    step("node is Ready", () => awaitNode()),
    together("workloads", [
      proofStep(),
      additionStep(additions["sealed-secrets"]),
      ...wanted.map((extra) => additionStep(additions[extra])),
    ]),
  ];
}

function packagesStep(): Step {
  const missing = missingPackages();
  const which = missing.length > 0 ? `: installing ${missing.join(", ")}` : "";
  return step(`Debian packages${which}`, async () => {
    if (missing.length > 0) {
      await installPackages(missing);
    }
  });
}

function kubernetesStep(): Step {
  const title = `Kubernetes ${kubernetes.version}`;
  const first = " (its first build takes about 6 minutes on two cores, once)";
  return step(`${title}${isBuilt(kubernetes) ? "" : first}`, async (display, signal) => {
    await goBuild(kubernetes, paced(display), signal);
    display.title = title;
  });
}

function craneStep(): Step {
  return step(
    `crane${isBuilt(crane) ? "" : " (its first build takes some seconds)"}`,
    async (display, signal) => {
      await goBuild(crane, paced(display), signal);
      display.title = "crane";
    },
  );
}

async function prepare(): Promise<void> {
  const boot = readJson(BOOT_FILE);
  if (boot !== undefined && boot !== currentBoot()) {
    await takeDown();
  }
  await assertDiskSpace(STATE_FOLDER, STATE_GIBIBYTES, "running the platform");
  writeJson(BOOT_FILE, currentBoot());
  await ensureCertificates();
  ensureKubeconfigs();
  // Containers of before have lost their network with the old bridge; the kubelet makes new ones.
  if (await ensureNetwork()) {
    await kill(containerProcesses);
  }
}

function componentSteps(): Step[] {
  return [
    inOrder("control plane", [
      startStep("etcd"),
      startStep("kube-apiserver"),
      together("controllers", [startStep("kube-controller-manager"), startStep("kube-scheduler")]),
    ]),
    inOrder("images", [
      together("registry and containerd", [startStep("registry"), startStep("containerd")]),
      startStep("dockerd"),
      step("base images", ensureImages),
    ]),
  ];
}

async function ensureImages(): Promise<void> {
  const base = await ensureNodeImage();
  await ensurePauseImage(base);
  writeJson(BASE_IMAGE_FILE, base);
}

/** A running platform was proved when it started; as long as nothing was started anew, that holds. */
function proofStep(): Step {
  return step("a pod reaches the API server by its Service", async () => {
    const running = Object.keys(components).map(aliveRecord);
    if (JSON.stringify(readJson(PROOF_FILE)) === JSON.stringify(running)) {
      return;
    }
    await proveByPod(environment().SLIPWAY_BASE_IMAGE);
    writeJson(PROOF_FILE, running);
  });
}

function additionStep({ title, tools, ensure }: Addition): Step {
  const first = " (its first build takes some minutes, once)";
  return step(`${title}${isBuilt(tools) ? "" : first}`, async (display) => {
    await ensure(paced(display));
    display.title = title;
  });
}

function startStep(name: ComponentName): Step {
  return step(name, async (display) => {
    const started = await start(components[name]());
    display.title = `${name} ${started ? "started" : "runs already"}`;
  });
}

/** Lets few of many lines through: a terminal shows each moment, a log need not. */
function paced(display: Display): Report {
  const pause = process.stdout.isTTY ? 200 : 30_000;
  let last = Date.now();
  return (line) => {
    if (Date.now() - last < pause) {
      return;
    }
    last = Date.now();
    display.output = line;
  };
}
