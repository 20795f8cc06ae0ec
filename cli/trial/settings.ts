import { writeFile } from "node:fs/promises";

import { stringify } from "yaml";

import { trialStack } from "../../components/trial/definition.ts";
import { parseSettings, type Settings } from "../../settings.ts";
import { fieldsOf, type Mapping } from "../../settings/mapping.ts";
import { type Derived, derivedSettings } from "../../settings/trial/derived.ts";
import { asConfig, triedFaults } from "../../settings/trial/pool.ts";
import { isEncrypted, type WrittenStack } from "../../settings/trial/written.ts";
import { badInput } from "../exit-code.ts";
import { badSettings } from "../written-setting.ts";
import { assertServices, type Contexts, mainsOwn, triedBuild } from "./contexts.ts";
import { fileOf, isOthersStack, MADE_BY_TRIALS, type Pool, settingsFileOf } from "./pool.ts";

/** The settings of a trial, before it is known where it will be. */
export interface TrialSettings {
  /** Settings of the tried stack, as its file has them. */
  readonly tried: WrittenStack;
  /** Settings of anybody else by key. */
  readonly others: Mapping;
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
  const stack = trialStack(pool.name, number);
  if (isOthersStack(pool, stack)) {
    throw badInput(
      `${number}: its stack would be ${stack}, and Pulumi.${stack}.yaml is of a stack that no trial has made; rename that stack, or the pool's`,
    );
  }
  const tried = fileOf(trial.of, surroundings);
  const faults = triedFaults(trial.of, tried?.own, written.own);
  if (tried === undefined || faults.length > 0) {
    throw badSettings(faults);
  }
  assertServices(contexts, tried.own["services"]);
  const build = triedBuild(contexts, surroundings);
  const { others, leftOut } = othersOf(pool, tried);
  const untried = mainsOwn(contexts, tried.own["services"], surroundings);
  const derive = (namespace: string) => {
    const place = { namespace, number, host: trial.host, build };
    const derived = derivedSettings(tried.own, written.own, place);
    return { ...derived, leftOut: [...untried, ...derived.leftOut, ...leftOut] };
  };
  const { settings } = derive(pool.namespaces[0] ?? home);
  return { tried, others, in: derive, read: checked(settings, pool) };
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
 * Settings of anybody else, such as `docker:host`: those of the tried stack without its secrets, and the pool's own in their place.
 *
 * @returns with what is left out
 */
function othersOf({ written }: Pool, tried: WrittenStack) {
  const all = Object.entries(tried.others);
  const secret = all.filter(([key, value]) => !(key in written.others) && hasSecret(value));
  return {
    others: {
      ...Object.fromEntries(all.filter((entry) => !secret.includes(entry))),
      ...written.others,
    },
    leftOut: secret.map(([key]) => `${key}: it is a secret of the tried stack`),
  };
}

function hasSecret(value: unknown): boolean {
  return (
    isEncrypted(value) ||
    (Array.isArray(value) ? value : Object.values(fieldsOf(value))).some(hasSecret)
  );
}

/**
 * Writes the file that the engine reads the settings of a trial from. Its secrets are encrypted as those of the pool: with one key, whatever
 * becomes of the file.
 */
export async function writeTrialSettings(
  pool: Pool,
  number: number,
  { others }: TrialSettings,
  settings: Mapping,
): Promise<void> {
  const own = Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value] as const);
  const config = { ...others, ...Object.fromEntries(own) };
  const text = stringify({ ...fieldsOf(pool.written.encryption), config }, { lineWidth: 0 });
  await writeFile(settingsFileOf(pool, trialStack(pool.name, number)), MADE_BY_TRIALS + text);
}
