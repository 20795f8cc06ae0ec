import type * as k8s from "@pulumi/kubernetes";

import { escaped, references } from "../../contract/variable-reference.ts";
import type { Service } from "../service-definition.ts";

type Variables = Service["env"];

/** A container's variables: text arrives as it was written, and a variable stands after those that it refers to. */
export function environmentVariables(env: Variables): k8s.types.input.core.v1.EnvVar[] {
  return orderedByNeed(env).map((name) => environmentVariable(name, env[name] ?? ""));
}

/** Kubernetes puts in only what stands before; otherwise the order is that of the names as they were given. */
function orderedByNeed(env: Variables): string[] {
  const ordered = new Set<string>();
  const place = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      throw new Error(
        `env.${name} refers to itself (${[...path, name].join(", ")}); remove one of the references`,
      );
    }
    const value = env[name];
    for (const needed of value === undefined ? [] : neededBy(value)) {
      if (!ordered.has(needed) && needed in env) {
        place(needed, [...path, name]);
      }
    }
    ordered.add(name);
  };
  for (const name of Object.keys(env)) {
    place(name, []);
  }
  return [...ordered];
}

function neededBy(value: Variables[string]): string[] {
  return typeof value === "object" && "expand" in value ? references(value.expand) : [];
}

function environmentVariable(
  name: string,
  value: Variables[string],
): k8s.types.input.core.v1.EnvVar {
  if (typeof value === "string") {
    return { name, value: escaped(value) };
  }
  if ("expand" in value) {
    return { name, value: value.expand };
  }
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}
