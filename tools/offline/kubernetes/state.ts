import { randomBytes } from "node:crypto";
import type { Properties } from "../../../wire/plugin.ts";
import { DEFINITION, type KubernetesObject } from "./object.ts";
import { withUnderscores } from "./schema-keys.ts";

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

/** The field manager that an object is applied as: the one in its state, or a new one. */
export function fieldManagerOf(outputs: Properties): string {
  const manager = outputs[FIELD_MANAGER];
  return typeof manager === "string"
    ? manager
    : `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

/** The inputs that the object in a state was written from; undefined in a state that an older stand-in wrote. */
export function inputsIn(outputs: Properties): Properties | undefined {
  return outputs[INPUTS] as Properties | undefined;
}

/**
 * What the engine keeps of an object: all of it, and what the official plugin keeps beside it.
 *
 * @param before the outputs of the state so far
 */
export function outputsOf(
  live: KubernetesObject,
  inputs: Properties,
  before: Properties,
): Properties {
  const form = live.kind === DEFINITION ? withUnderscores : (value: unknown) => value;
  return {
    ...(form(live) as Properties),
    [INPUTS]: form(inputs),
    [INITIAL_API_VERSION]: before[INITIAL_API_VERSION] ?? live.apiVersion,
    [FIELD_MANAGER]: fieldManagerOf(before),
  };
}

/** The outputs with other inputs kept in them. */
export function withInputs(outputs: Properties, inputs: Properties): Properties {
  return { ...outputs, [INPUTS]: inputs };
}
