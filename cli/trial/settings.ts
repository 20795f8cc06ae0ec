import { writeFile } from "node:fs/promises";

import { stringify } from "yaml";

import { trialStack } from "../../components/trial/definition.ts";
import { parseSettings, type Settings } from "../../settings.ts";
import { faultLine } from "../../settings/fault.ts";
import { fieldsOf, type Mapping } from "../../settings/mapping.ts";
import { type Derived, derivedSettings } from "../../settings/trial/derived.ts";
import { asConfig, triedFaults } from "../../settings/trial/pool.ts";
import type { WrittenStack } from "../../settings/trial/written.ts";
import { badInput } from "../exit-code.ts";
import { assertServices, type Contexts, triedBuild } from "./contexts.ts";
import { fileOf, type Pool, settingsFileOf } from "./pool.ts";

/** The settings of a trial, before it is known where it will be. */
export interface TrialSettings {
  /** Settings of the tried stack, as its file has them. */
  readonly tried: WrittenStack;
  /** The settings in a namespace of the pool. */
  readonly in: (namespace: string) => Derived;
  /** The same as the program reads them, in any namespace of the pool. */
  readonly read: Settings;
}

/**
 * Puts together the settings of a trial, and has them checked before anything is taken.
 *
 * @throws CommandFailure with a line for each fault
 */
export function trialSettings(pool: Pool, number: number, contexts: Contexts): TrialSettings {
  const { trial, written, surroundings, home } = pool;
  const tried = fileOf(trial.of, surroundings);
  const faults = triedFaults(trial.of, tried?.own, written.own);
  if (tried === undefined || faults.length > 0) {
    throw badInput(faults.map(faultLine).join("\n  "));
  }
  assertServices(contexts, tried.own["services"]);
  const build = triedBuild(contexts, surroundings);
  const derive = (namespace: string) => {
    const place = { namespace, number, host: trial.host, build };
    return derivedSettings(tried.own, written.own, place);
  };
  const { settings } = derive(pool.namespaces[0] ?? home);
  return { tried, in: derive, read: checked(settings, pool) };
}

function checked(settings: Mapping, { surroundings }: Pool): Settings {
  try {
    return parseSettings(asConfig(settings), surroundings);
  } catch (error) {
    throw badInput(
      `the trial's settings, made from those of the tried stack: ${(error as Error).message}`,
    );
  }
}

/**
 * Writes the file that the engine reads the settings of a trial from. Its secrets are encrypted as those of the pool: with one key, whatever
 * becomes of the file.
 */
export async function writeTrialSettings(
  pool: Pool,
  number: number,
  { tried }: TrialSettings,
  settings: Mapping,
): Promise<void> {
  const own = Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value] as const);
  const config = { ...tried.others, ...Object.fromEntries(own) };
  const text = stringify({ ...fieldsOf(pool.written.encryption), config }, { lineWidth: 0 });
  const head = "# Made by npx slipway trial up, for each run anew.\n";
  await writeFile(settingsFileOf(pool, trialStack(pool.name, number)), head + text);
}
