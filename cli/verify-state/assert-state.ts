import { clusterSettingOf } from "../cluster-setting.ts";
import { badInput, CommandFailure } from "../exit-code.ts";
import { expectationOf } from "./expectation.ts";
import { exportedState } from "./exported.ts";
import { type Finding, shown } from "./finding.ts";
import { readWrittenSettings } from "./settings.ts";
import { parseStateText } from "./state-text.ts";
import { stateFindings } from "./verify.ts";

const MOST_LINES = 30;

/** The project whose program is Slipway's own: a program that uses the components makes what it likes. */
const OWN_PROJECT = "slipway";

/**
 * Everything in the text of a state that the program of this checkout never wrote.
 *
 * @throws CommandFailure if the settings or the text cannot be read
 */
export async function findingsIn(text: string, folder: string, stack: string): Promise<Finding[]> {
  const settings = readWrittenSettings(folder, stack);
  const setting = (key: string) => Promise.resolve(JSON.stringify(settings.own[key]));
  const cluster = await clusterSettingOf({ folder, setting });
  return stateFindings(parseStateText(text), expectationOf(settings, cluster, process.env));
}

/**
 * Of the state of a program that is not Slipway's own, nothing is known.
 *
 * @throws CommandFailure if it is one
 */
export function assertOwnProject(folder: string, stack: string): void {
  const { project } = readWrittenSettings(folder, stack);
  if (project !== OWN_PROJECT) {
    throw badInput(
      `name in Pulumi.yaml: got ${shown(project)}; allowed: ${OWN_PROJECT}, whose program this command knows; a program of your own may write anything into its state`,
    );
  }
}

/**
 * Refuses the state of a stack before the engine runs with it. Of a project that is not Slipway's own, nothing is known.
 *
 * @throws CommandFailure with all findings
 */
export async function assertState(folder: string, project: string, stack: string): Promise<void> {
  if (project !== OWN_PROJECT) {
    return;
  }
  const findings = await findingsIn(await exportedState(folder, stack), folder, stack);
  if (findings.length > 0) {
    throw refusal(stack, findings);
  }
}

/** Why a state must not be used, a line for each finding. */
export function refusal(stack: string, findings: readonly Finding[]): CommandFailure {
  const lines = findings.slice(0, MOST_LINES).map(({ at, text }) => `${at}: ${text}`);
  const left = findings.length - lines.length;
  const title = `the state of ${stack} has what its program never wrote, and the engine would act on it; no plugin was started`;
  const remedy = `find out who wrote it, and restore the last good state: docs/state.md#a-state-that-is-refused`;
  return new CommandFailure(
    [title, ...lines, ...(left > 0 ? [`and ${left} more`] : []), remedy].join("\n  "),
  );
}
