import { mkdirSync } from "node:fs";
import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import { engineIsInstalled, engineVersion, installEngine } from "../engine/install";
import { type Report, goBuild, isBuilt } from "../go/build";
import { kubernetes } from "../go/kubernetes";
import { ensureCertificates } from "./certificates";
import { awaitNode } from "./cluster";
import { aliveRecord, start } from "./daemon";
import { type ComponentName, components } from "./components";
import { assertDiskSpace } from "./disk-space";
import { takeDown } from "./down";
import { baseImageFile } from "./environment";
import { state, stateFolder } from "./folders";
import { ensureKubeconfigs } from "./kubeconfig";
import { containerProcesses, kill } from "./leftovers";
import { ensureNetwork } from "./network";
import { ensureNodeImage } from "./node-image";
import { ensurePauseImage } from "./pause-image";
import { readJson, writeJson } from "./private-file";
import { proveByPod } from "./probe-pod";
import { currentBoot } from "./process-identity";
import { installPackages, missingPackages } from "./requirements";

/** One line of what `up` shows, with the work behind it. */
export type Step = ListrTask;

/** Disk space that images, the cluster's data and logs need. */
const stateGibibytes = 2;

const bootFile = state("boot.json");
const proofFile = state("proof.json");

/** Works off steps and shows each with its time, in a terminal and in a log. */
export async function runSteps(steps: Step[]): Promise<void> {
  const rendererOptions = { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false };
  await new Listr(steps, {
    rendererOptions,
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER },
  }).run();
}

/** Installs the engine. */
export function engineStep(): Step {
  return {
    title: engineIsInstalled()
      ? `pulumi ${engineVersion}`
      : `pulumi ${engineVersion} (where it must be built, that takes about 4 minutes on two cores, once)`,
    task: async (_, task) => {
      task.title = await installEngine(paced((line) => (task.output = line)));
    },
  };
}

/** All that it takes from a bare machine to a running platform. */
export function localSteps(): Step[] {
  return [
    packagesStep(),
    engineStep(),
    kubernetesStep(),
    { title: "certificates, settings, network", task: prepare },
    {
      title: "components",
      task: (_, task) => task.newListr(componentSteps(), { concurrent: true }),
    },
    startStep("kubelet"),
    { title: "node is Ready", task: () => awaitNode() },
    proofStep(),
  ];
}

function packagesStep(): Step {
  const missing = missingPackages();
  return {
    title:
      missing.length > 0 ? `installing Debian packages: ${missing.join(", ")}` : "Debian packages",
    task: async () => {
      if (missing.length > 0) await installPackages(missing);
    },
  };
}

function kubernetesStep(): Step {
  const title = `Kubernetes ${kubernetes.version}`;
  return {
    title: isBuilt(kubernetes)
      ? title
      : `${title} (its first build takes about 6 minutes on two cores, once)`,
    task: async (_, task) => {
      await goBuild(
        kubernetes,
        paced((line) => (task.output = line)),
      );
      task.title = title;
    },
  };
}

async function prepare(): Promise<void> {
  const boot = readJson<string>(bootFile);
  if (boot && boot !== currentBoot()) await takeDown();
  await assertDiskSpace(stateFolder, stateGibibytes, "running the platform");
  mkdirSync(state("pulumi"), { recursive: true, mode: 0o700 });
  writeJson(bootFile, currentBoot());
  await ensureCertificates();
  ensureKubeconfigs();
  // Containers of before have lost their network with the old bridge; the kubelet makes new ones.
  if (await ensureNetwork()) await kill(containerProcesses);
}

function componentSteps(): Step[] {
  return [
    inOrder("control plane", [
      startStep("etcd"),
      startStep("kube-apiserver"),
      together("controllers", [
        startStep("kube-controller-manager"),
        startStep("kube-scheduler"),
        startStep("kube-proxy"),
      ]),
    ]),
    inOrder("images", [
      together("registry and containerd", [startStep("registry"), startStep("containerd")]),
      startStep("dockerd"),
      { title: "base images", task: ensureImages },
    ]),
  ];
}

async function ensureImages(): Promise<void> {
  const base = await ensureNodeImage();
  await ensurePauseImage(base);
  writeJson(baseImageFile, base);
}

/** A running platform was proved when it started; as long as nothing was started anew, that holds. */
function proofStep(): Step {
  return {
    title: "a pod reaches the API server by its Service",
    task: async () => {
      const running = Object.keys(components).map(aliveRecord);
      if (JSON.stringify(readJson(proofFile)) === JSON.stringify(running)) return;
      const base = readJson<string>(baseImageFile);
      if (base) await proveByPod(base);
      writeJson(proofFile, running);
    },
  };
}

function startStep(name: ComponentName): Step {
  return {
    title: name,
    task: async (_, task) => {
      task.title = `${name} ${(await start(components[name]())) ? "started" : "runs already"}`;
    },
  };
}

/** Lets few of many lines through: a terminal shows each moment, a log need not. */
function paced(show: Report): Report {
  const pause = process.stdout.isTTY ? 200 : 30_000;
  let last = Date.now();
  return (line) => {
    if (Date.now() - last < pause) return;
    last = Date.now();
    show(line);
  };
}

function inOrder(title: string, steps: Step[]): Step {
  return { title, task: (_, task) => task.newListr(steps, { concurrent: false }) };
}

function together(title: string, steps: Step[]): Step {
  return { title, task: (_, task) => task.newListr(steps, { concurrent: true }) };
}
