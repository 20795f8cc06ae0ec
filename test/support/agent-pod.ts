import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { parse } from "yaml";

import type { Manifest } from "../../testbed/kinds.ts";
import type { Run } from "../../testbed/run.ts";

/** The environment variables of Jenkins' controller that jenkins.yaml is filled with. */
export type ControllerVariables = Readonly<Record<string, string>>;

interface Configuration {
  readonly jenkins: { readonly clouds: readonly { readonly kubernetes: Cloud }[] };
}

/** Where Jenkins starts the pods of a lane, and what they look like. */
interface Cloud {
  readonly name: string;
  readonly namespace: string;
  readonly templates: readonly { readonly yaml: string }[];
}

/** What a build has beyond its cloud's pod template. */
export interface Build {
  /** Runs in the workspace, by `sh`. */
  readonly script: string;
  /** Variables that Jenkins sets for all builds. */
  readonly env: Readonly<Record<string, string>>;
  /** What the platform lacks that another cluster has: goes into the pod's spec. */
  readonly platform: Pick<PodSpec, "hostAliases" | "initContainers" | "volumes">;
  readonly mounts: readonly object[];
}

/** A pod template, as far as it is looked at. */
interface Pod extends Manifest {
  readonly spec: PodSpec & { readonly containers: readonly Container[] };
}

interface PodSpec {
  readonly initContainers?: readonly object[];
  readonly volumes?: readonly object[];
  readonly hostAliases?: readonly object[];
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly workingDir: string;
  readonly env: readonly object[];
  readonly volumeMounts: readonly object[];
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
}

const WORKSPACE = "workspace-volume";

/** The one container: Jenkins' plugin would start its agent in it. */
const AGENT = "jnlp";

/** A cloud of jenkins.yaml, filled in as Jenkins does. */
export function cloud(name: string, variables: ControllerVariables): Cloud {
  const text = readFileSync(join(import.meta.dirname, "../../jenkins/jenkins.yaml"), "utf8");
  const filled = text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, key: string, other = "") => {
    return variables[key] ?? (other as string);
  });
  const { jenkins } = parse(filled) as Configuration;
  const found = jenkins.clouds.find(({ kubernetes }) => kubernetes.name === name);
  if (found === undefined) {
    throw new Error(`jenkins.yaml has no cloud ${name}`);
  }
  return found.kubernetes;
}

/** The pod of a cloud, with the workspace that Jenkins' plugin adds, and a script in the place of its agent. */
export function agentPod({ namespace, templates: [template] }: Cloud, build: Build): Pod {
  const pod = parse(template?.yaml ?? "") as Pod;
  const [container] = pod.spec.containers;
  if (container?.name !== AGENT) {
    throw new Error(`a pod template has no container ${AGENT}`);
  }
  const { workingDir, env, volumeMounts, image, resources } = container;
  const { volumes = [], initContainers = [], ...more } = build.platform;
  const bound = Object.entries(build.env).map(([key, value]) => ({ name: key, value }));
  return {
    ...pod,
    metadata: { ...pod.metadata, namespace, name: `agent-${randomUUID().slice(0, 8)}` },
    spec: {
      ...pod.spec,
      ...more,
      initContainers: [
        ...(pod.spec.initContainers ?? []),
        ...initContainers.map((each) => ({ ...each, image })),
      ],
      containers: [
        {
          ...container,
          // The platform's one node has few cores, and other stories run beside.
          resources: { ...resources, requests: { ...resources.requests, cpu: "50m" } },
          command: ["sh", "-euc", build.script],
          env: [...env, ...bound],
          volumeMounts: [
            ...volumeMounts,
            { name: WORKSPACE, mountPath: workingDir },
            ...build.mounts,
          ],
        },
      ],
      volumes: [...(pod.spec.volumes ?? []), { name: WORKSPACE, emptyDir: {} }, ...volumes],
    },
  };
}

/**
 * Starts a pod as a lane's launcher, awaits its end, and deletes it.
 * @param launcher kubeconfig of that account
 */
export async function runPod(launcher: string, pod: Manifest): Promise<Run> {
  const config = new KubeConfig();
  config.loadFromString(launcher);
  const api = config.makeApiClient(CoreV1Api);
  const { namespace = "", name } = pod.metadata;
  await KubernetesObjectApi.makeApiClient(config).create(pod);
  try {
    for (;;) {
      const { status } = await api.readNamespacedPod({ namespace, name });
      const ended = status?.containerStatuses?.find((each) => each.name === AGENT)?.state;
      if (ended?.terminated !== undefined) {
        const { exitCode } = ended.terminated;
        const output = await api.readNamespacedPodLog({ namespace, name, container: AGENT });
        return { exitCode, output };
      }
      if (status?.phase === "Failed") {
        throw new Error(`${name}: ${JSON.stringify(status)}`);
      }
      await sleep(500);
    }
  } finally {
    await api.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
  }
}
