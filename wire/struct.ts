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
  return unmarked(struct?.toJavaScript() ?? {}) as Properties;
}

/** Marks an output as a secret if no input of the same path is one: those the engine marks by itself. */
export function secret(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, value };
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unmarked);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const { [SIGNATURE]: signature, ...rest } = value as Record<string, unknown>;
  if (signature === SECRET) {
    return unmarked(rest["value"]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unmarked(child)]));
}
