import { CREDENTIAL } from "../../contract/marks.ts";
import { differences } from "./difference.ts";
import type { ImagePreview } from "./image.ts";
import { containsSecret } from "./secret.ts";
import type { Inputs, Step } from "./step.ts";

/** What becomes of a service's pods. */
export interface PodsPreview {
  readonly action: "start" | "restart" | "scale" | "keep" | "stop";
  /** Null where an autoscaler decides. */
  readonly previousReplicas: number | null;
  readonly replicas: number | null;
  /** Why they restart: the image, settings and variables by name, credentials with their keys. */
  readonly because: readonly string[];
}

/** Reads what becomes of the pods from their Deployment. */
export function podsOf(
  deployment: Step | undefined,
  image: ImagePreview,
  credentials: ReadonlyMap<string, readonly string[]>,
): PodsPreview {
  const { action = "same", before, after } = deployment ?? {};
  const previousReplicas = replicasOf(before);
  const replicas = action === "delete" ? 0 : replicasOf(after);
  const numbers = { previousReplicas, replicas };
  if (deployment === undefined || action === "delete") {
    return { action: "stop", ...numbers, because: [] };
  }
  if (action === "create") {
    return { action: "start", ...numbers, because: [] };
  }
  if (action === "replace") {
    return { action: "restart", ...numbers, because: ["the Deployment is replaced"] };
  }
  const because = [
    ...differences(templateOf(before), templateOf(after)),
    ...hiddenDifferences(deployment),
  ]
    // A volume comes and goes with the file or folder that it is mounted at.
    .filter((path) => !path.startsWith("spec.volumes."))
    .map((path) => reason(path, image, credentials));
  if (because.length > 0) {
    return { action: "restart", ...numbers, because: [...new Set(because)] };
  }
  return { action: previousReplicas === replicas ? "keep" : "scale", ...numbers, because: [] };
}

/** The engine shows two secrets as the same text, and says only beside it whether they differ. */
function hiddenDifferences({ before, after, differing }: Step): string[] {
  if (!containsSecret(before) && !containsSecret(after)) {
    return [];
  }
  return differing
    .filter((path) => path === "spec" || path.startsWith("spec.template"))
    .map((path) => path.replace(/^spec\.?(template\.)?/, "") || "a setting that holds a secret");
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
  return keys.length === 0
    ? `credential ${name}`
    : `credential ${name}, ${keys.length === 1 ? "key" : "keys"} ${keys.join(", ")}`;
}

/** A Deployment's inputs with the values of credentials that others had, as far as both have them. */
export function withValuesOf(
  before: Inputs | undefined,
  after: Inputs | undefined,
): Inputs | undefined {
  const had = annotationsOf(before);
  const has = annotationsOf(after);
  if (has === undefined) {
    return after;
  }
  const same = Object.keys(has).filter(
    (key) => key.startsWith(CREDENTIAL) && had?.[key] !== undefined,
  );
  const template = templateOf(after) as Template;
  const annotations = { ...has, ...Object.fromEntries(same.map((key) => [key, had?.[key]])) };
  const metadata = { ...template.metadata, annotations };
  return { ...after, spec: { ...specOf(after), template: { ...template, metadata } } };
}

interface Template {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, unknown>> };
}

function annotationsOf(inputs: Inputs | undefined) {
  return (templateOf(inputs) as Template).metadata?.annotations;
}

interface Spec {
  readonly replicas?: unknown;
  readonly template?: unknown;
}

function specOf(inputs: Inputs | undefined): Spec {
  return inputs?.["spec"] ?? {};
}

function templateOf(inputs: Inputs | undefined): unknown {
  return specOf(inputs).template ?? {};
}

function replicasOf(inputs: Inputs | undefined): number | null {
  const { replicas } = specOf(inputs);
  return typeof replicas === "number" ? replicas : null;
}
