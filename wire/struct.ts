import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "./plugin.ts";
import { SECRET, SIGNATURE } from "./signature.ts";

type JavaScript = Parameters<typeof structPb.Struct.fromJavaScript>[0];

/** Properties as the engine takes them. Undefined values are left out, as JSON leaves them out. */
export function toStruct(properties: Properties): structPb.Struct {
  return structPb.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as JavaScript);
}

/** Properties as a plugin takes them: plain, without the marks of secrets. Nothing at all reads as no properties. */
export function fromStruct(struct: structPb.Struct | undefined): Properties {
  return unmarked(fromMarkedStruct(struct)) as Properties;
}

/** Properties with the marks of their secrets. Nothing at all reads as no properties. */
export function fromMarkedStruct(struct: structPb.Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

/** Marks a value as a secret. Outputs at the path of a secret input, the engine marks by itself. */
export function secret(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, value };
}

/** Whether a value is marked as a secret as a whole. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<string, unknown>)[SIGNATURE] === SECRET
  );
}

/** Whether a value is marked as a secret, or any value inside it. */
export function containsSecret(value: unknown): boolean {
  return (
    isSecret(value) ||
    (typeof value === "object" && value !== null && Object.values(value).some(containsSecret))
  );
}

/** A value without the marks of secrets. */
export function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unmarked);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isSecret(value)) {
    return unmarked(value.value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unmarked(child)]));
}
