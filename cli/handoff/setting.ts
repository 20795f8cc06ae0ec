import type { HandOffDefinition } from "../../components/hand-off/definition.ts";
import { faultLine, faultsOf, under } from "../../settings/fault.ts";
import { handOffFaults, handOffOf, handOffSchema } from "../../settings/hand-off.ts";
import type { StackSettings } from "../cluster-setting.ts";
import { badInput } from "../exit-code.ts";

/**
 * Where a stack's settings hand its objects off to.
 *
 * @throws CommandFailure with a line for each fault of the setting, or if there is none
 */
export async function handOffSettingOf(stack: StackSettings): Promise<HandOffDefinition> {
  const handOff = JSON.parse((await stack.setting("handOff")) ?? "{}") as Record<string, unknown>;
  if (Object.keys(handOff).length === 0) {
    throw badInput(
      "slipway:handOff: missing; allowed: {to, by}, where the objects go and who applies them; see docs/hand-off.md",
    );
  }
  const surroundings = { variables: process.env, folder: stack.folder };
  const { data, error } = handOffSchema(surroundings).safeParse(handOff, { reportInput: true });
  const faults = [...under(["handOff"], faultsOf(error)), ...handOffFaults({ handOff })];
  if (data === undefined || faults.length > 0) {
    throw badInput([...new Set(faults.map(faultLine))].join("\n  "));
  }
  return handOffOf(data);
}
