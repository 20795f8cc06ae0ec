import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

/**
 * Goes into a clone of the program as its first import: changes the objects that the program registers by
 * what `patch.json` says for each service by name, where the settings have no word for a fault.
 */
const faults = JSON.parse(
  readFileSync(join(import.meta.dirname, "patch.json"), "utf8"),
) as Readonly<Record<string, Fault>>;

/** Merge patches for the specs of a service's objects. */
export interface Fault {
  readonly deployment?: Patch;
  /** For the spec in the Deployment's template. */
  readonly pod?: Patch;
  readonly container?: Patch;
  readonly service?: Patch;
}

type Patch = Readonly<Record<string, unknown>>;

interface DeploymentSpec {
  readonly template: { readonly spec: { readonly containers: readonly object[] } };
}

pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
  const fault = faults[name];
  if (fault === undefined) {
    return undefined;
  }
  const { spec } = props as { readonly spec?: object };
  if (type === "kubernetes:apps/v1:Deployment") {
    return { props: { ...props, spec: faultyDeployment(spec as DeploymentSpec, fault) }, opts };
  }
  if (type === "kubernetes:core/v1:Service") {
    return { props: { ...props, spec: merged(spec, fault.service ?? {}) }, opts };
  }
  return undefined;
});

function faultyDeployment(spec: DeploymentSpec, fault: Fault): unknown {
  const { template } = spec;
  const containers = template.spec.containers.map((container) =>
    merged(container, fault.container ?? {}),
  );
  const pod = merged({ ...template.spec, containers }, fault.pod ?? {});
  return merged({ ...spec, template: { ...template, spec: pod } }, fault.deployment ?? {});
}

/**
 * A JSON merge patch: null takes away, lists are replaced. What the patch does not name may be an Output.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7396
 */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const old = isObject(target) ? target : {};
  const changed = Object.entries(patch).map(
    ([key, value]) => [key, value === null ? undefined : merged(old[key], value)] as const,
  );
  return { ...old, ...Object.fromEntries(changed) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
