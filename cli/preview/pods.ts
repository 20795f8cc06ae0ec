import { CREDENTIAL } from "../../contract/marks.ts";
import type { PodChanges } from "../../contract/pod-changes.ts";
import { valueAt } from "../../wire/property-path.ts";
import { differences, isWithin } from "./difference.ts";
import { hiddenDifferences } from "./hidden.ts";
import type { ImagePreview } from "./image.ts";
import { kindOf } from "./change.ts";
import { liveDifferences } from "./live-pods.ts";
import { templatePath } from "./template-path.ts";
import type { Inputs, Step } from "./step.ts";

/** What becomes of a service's pods. */
export interface PodsPreview {
  readonly action: "start" | "restart" | "scale" | "keep" | "stop";
  /** Null if an autoscaler decides. */
  readonly previousReplicas: number | null;
  readonly replicas: number | null;
  /** Why they restart: the image, settings and variables by name, credentials with their keys. */
  readonly because: readonly string[];
}

/**
 * Reads what becomes of the pods from their Deployment.
 *
 * @param live what they are now, as far as the cluster was asked
 */
export function podsOf(
  deployment: Step | undefined,
  image: ImagePreview,
  credentials: ReadonlyMap<string, readonly string[]>,
  live?: PodChanges,
): PodsPreview {
  const previousReplicas = replicasOf(deployment?.before);
  const replicas = deployment?.action === "delete" ? 0 : replicasOf(deployment?.after);
  const become = (action: PodsPreview["action"], because: readonly string[] = []) => ({
    action,
    previousReplicas,
    replicas,
    because,
  });
  if (deployment === undefined || deployment.action === "delete") {
    return become("stop");
  }
  if (deployment.action === "create") {
    return become("start");
  }
  if (deployment.action === "replace") {
    return become("restart", [`the ${kindOf(deployment)} is replaced`]);
  }
  const visible = differences(templateOf(deployment.before), templateOf(deployment.after));
  const hidden = hiddenInTemplate(deployment);
  const asked = [...visible, ...hidden.flat()];
  const found = liveDifferences(live)?.map((path) => [path]);
  const because = (found ?? [...visible.map((path) => [path]), ...hidden])
    // A volume comes and goes with the file or folder that it is mounted at.
    .filter(([path = ""]) => !/^spec\.volumes\.[^.]+$/.test(path))
    .map((paths) => {
      const isAsked = paths.some((path) => asked.some((each) => isWithin(path, each)));
      const names = new Set(
        paths.map((path) => volumeAt(path, deployment.after) ?? reason(path, image, credentials)),
      );
      return `${[...names].join(" or ")}${isAsked ? "" : ", changed by somebody else"}`;
    });
  if (because.length > 0) {
    return become("restart", [...new Set(because)]);
  }
  return become(previousReplicas === replicas ? "keep" : "scale");
}

/** Differences in secrets of the pod template; of one that is a secret as a whole there is no more to say. */
function hiddenInTemplate(step: Step): string[][] {
  const within = templatePath(step.after ?? step.before).join(".");
  return hiddenDifferences(step)
    .map((places) => places.filter((place) => isWithin(place, within)))
    .filter((places) => places.length > 0)
    .map((places) =>
      places.map(
        (place) =>
          (place.startsWith(within)
            ? place.slice(within.length + 1)
            : place.replace(/^spec\.?/, "")) || "a setting that holds a secret",
      ),
    );
}

/** A volume that stays and changes, by where it is mounted. */
function volumeAt(path: string, inputs: Inputs | undefined): string | undefined {
  const [, volume] = /^spec\.volumes\.([^.]+)\./.exec(path) ?? [];
  if (volume === undefined) {
    return undefined;
  }
  if (volume === "files") {
    return "the content of files";
  }
  const containers = valueAt(inputs, [...templatePath(inputs), "spec", "containers"]);
  const mounts = (Array.isArray(containers) ? (containers as readonly Mounting[]) : []).flatMap(
    ({ volumeMounts = [] }) => volumeMounts,
  );
  const mount = mounts.find(({ name }) => name === volume);
  return `volume ${mount?.mountPath ?? volume}`;
}

interface Mounting {
  readonly volumeMounts?: readonly { readonly name?: string; readonly mountPath?: string }[];
}

/** What a person calls a part of the pod template. */
function reason(
  path: string,
  image: ImagePreview,
  credentials: ReadonlyMap<string, readonly string[]>,
): string {
  const annotation = `metadata.annotations.${CREDENTIAL}`;
  if (path.startsWith(annotation)) {
    return credential(path.slice(annotation.length), credentials);
  }
  const [, rest = path] = /^spec\.containers\.[^.]+\.(.+)$/.exec(path) ?? [];
  if (rest === "image") {
    return image.digest === null ? "image, built first" : "image";
  }
  const [, file] = /^volumeMounts\.(.+)$/.exec(rest) ?? [];
  if (file !== undefined) {
    return `file ${file}`;
  }
  const [, variable] = /^env\.([^.]+)/.exec(rest) ?? [];
  return variable === undefined ? rest.replace(/^(metadata|spec)\./, "") : `variable ${variable}`;
}

function credential(name: string, credentials: ReadonlyMap<string, readonly string[]>): string {
  const keys = credentials.get(name) ?? [];
  const what = keys.length === 1 ? "key" : "keys";
  return `credential ${name}${keys.length > 0 ? `, ${what} ${keys.join(", ")}` : ""}`;
}

/** A Deployment's inputs with the values of credentials that others had, as far as both have them. */
export function withValuesOf(
  before: Inputs | undefined,
  after: Inputs | undefined,
): Inputs | undefined {
  const had = annotationsOf(before);
  const copy = structuredClone(after);
  const annotations = annotationsOf(copy);
  for (const key of Object.keys(annotations)) {
    if (key.startsWith(CREDENTIAL) && had[key] !== undefined) {
      annotations[key] = had[key];
    }
  }
  return copy;
}

function annotationsOf(inputs: Inputs | undefined): Record<string, unknown> {
  const path = [...templatePath(inputs), "metadata", "annotations"];
  return (valueAt(inputs, path) ?? {}) as Record<string, unknown>;
}

function templateOf(inputs: Inputs | undefined): unknown {
  return valueAt(inputs, templatePath(inputs)) ?? {};
}

function replicasOf(inputs: Inputs | undefined): number | null {
  const replicas = valueAt(inputs, ["spec", "replicas"]);
  return typeof replicas === "number" ? replicas : null;
}
