import type * as k8s from "@pulumi/kubernetes";

import { circleFrom, escaped, references } from "../../contract/variable-reference.ts";
import type { CompletedVariables, Expansion, ResolvedVariable } from "../service/variables.ts";

type Variables = CompletedVariables["env"];

/** A container's variables: text arrives as it was written, and a variable stands after those that it refers to. */
export function environmentVariables(env: Variables): k8s.types.input.core.v1.EnvVar[] {
  return orderedByNeed(env).map((name) => environmentVariable(name, env[name] ?? ""));
}

/** Kubernetes puts in only what stands before; otherwise the order is that of the names as they were given. */
function orderedByNeed(env: Variables): string[] {
  const names = Object.keys(env);
  const textOf = (name: string) => expansionOf(env[name]);
  for (const name of names) {
    const circle = circleFrom(name, textOf);
    if (circle !== undefined) {
      throw new Error(
        `env.${name} refers to itself (${circle.join(", ")}); remove one of the references`,
      );
    }
  }
  const ordered = new Set<string>();
  const place = (name: string): void => {
    references(textOf(name) ?? "")
      .filter((needed) => needed in env)
      .forEach(place);
    ordered.add(name);
  };
  names.forEach(place);
  return [...ordered];
}

function expansionOf(value: Variables[string] | undefined): string | undefined {
  return typeof value === "object" && "expand" in value ? value.expand : undefined;
}

function environmentVariable(
  name: string,
  value: ResolvedVariable,
): k8s.types.input.core.v1.EnvVar {
  if (typeof value === "string") {
    return { name, value: escaped(value) };
  }
  if ("expand" in value) {
    return { name, value: value.expand };
  }
  return { name, valueFrom: variableSource(value) };
}

function variableSource(
  value: Exclude<ResolvedVariable, string | Expansion>,
): k8s.types.input.core.v1.EnvVarSource {
  if ("field" in value) {
    return { fieldRef: { fieldPath: value.field } };
  }
  if ("resource" in value) {
    const { resource, divisor } = value;
    return { resourceFieldRef: { resource, ...(divisor !== undefined && { divisor }) } };
  }
  const { key, optional } = value;
  const choice = { key, ...(optional !== undefined && { optional }) };
  return "secret" in value
    ? { secretKeyRef: { name: value.secret, ...choice } }
    : { configMapKeyRef: { name: value.configMap, ...choice } };
}

/** The Secrets and ConfigMaps of which every key is a variable. */
export function environmentSources(
  sources: CompletedVariables["envFrom"],
): k8s.types.input.core.v1.EnvFromSource[] {
  return sources.map((source) => {
    const { prefix, optional } = source;
    const name = "secret" in source ? source.secret : source.configMap;
    const reference = { name, ...(optional !== undefined && { optional }) };
    return {
      ...(prefix !== undefined && { prefix }),
      ...("secret" in source ? { secretRef: reference } : { configMapRef: reference }),
    };
  });
}
