import type { HandOffDefinition } from "../../components/hand-off/definition.ts";
import { besides, faultsOf, under } from "../../settings/fault.ts";
import { handOffFaults, handOffOf, handOffSchema } from "../../settings/hand-off.ts";
import { isEmpty } from "../../settings/mapping.ts";
import { namespaceName, namespaceSchema } from "../../settings/namespace.ts";
import { badInput } from "../exit-code.ts";
import { badSettings, type StackSettings, writtenSetting } from "../written-setting.ts";

/** The setting as it was written; undefined if the stack is not to hand anything off. */
export async function writtenHandOff(stack: StackSettings): Promise<unknown> {
  const written = await writtenSetting(stack, "handOff");
  return isEmpty(written) ? undefined : written;
}

/**
 * Where a stack's settings hand its objects off to.
 *
 * @throws CommandFailure with a line for each fault of the setting, or if there is none
 */
export async function handOffSettingOf(stack: StackSettings): Promise<HandOffDefinition> {
  const handOff = await writtenHandOff(stack);
  if (handOff === undefined) {
    throw badInput(
      "slipway:handOff: missing; allowed: {to, by}, where the objects go and who applies them; see docs/hand-off.md",
    );
  }
  const surroundings = { variables: process.env, folder: stack.folder };
  const { data, error } = handOffSchema(surroundings).safeParse(handOff, { reportInput: true });
  const raw = { handOff };
  const shapes = under(["handOff"], faultsOf(error));
  const faults = [...shapes, ...besides(shapes, handOffFaults(raw), raw)];
  if (data === undefined || faults.length > 0) {
    throw badSettings(faults);
  }
  return handOffOf(data);
}

/**
 * The namespace of a stack's services.
 *
 * @throws CommandFailure if the settings name none
 */
export async function namespaceSettingOf(stack: StackSettings): Promise<string> {
  const written = await writtenSetting(stack, "namespace");
  const { data, error } = namespaceSchema.safeParse(written, { reportInput: true });
  if (data === undefined) {
    throw badSettings(under(["namespace"], faultsOf(error)));
  }
  return String(namespaceName(data));
}
