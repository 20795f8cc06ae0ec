import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { poolNamespaces, type TrialDefinition } from "../../components/trial/definition.ts";
import { type Api, KubeconfigApi } from "../../provider/cluster/api.ts";
import type { Collection } from "../../provider/cluster/collection.ts";
import { faultsOf, under } from "../../settings/fault.ts";
import { label } from "../../settings/fields.ts";
import type { Mapping } from "../../settings/mapping.ts";
import type { Surroundings } from "../../settings/surroundings.ts";
import { trialSchema } from "../../settings/trial.ts";
import { writtenStack, type WrittenStack } from "../../settings/trial/written.ts";
import { clusterSettingOf } from "../cluster-setting.ts";
import { badInput } from "../exit-code.ts";
import { ProjectStack, shortName } from "../project-stack.ts";
import { badSettings } from "../written-setting.ts";
import { sweptKinds } from "./kinds.ts";
import { Leases } from "./lease.ts";

/** The namespaces in which pull requests are tried, as whoever runs this reaches them. */
export interface Pool {
  readonly stack: ProjectStack;
  /** Of the stack, without organization and project. */
  readonly name: string;
  /** The namespace that says who has which of the others. */
  readonly home: string;
  readonly namespaces: readonly string[];
  readonly trial: TrialDefinition;
  readonly written: WrittenStack;
  readonly surroundings: Surroundings;
  readonly api: Api;
  readonly leases: Leases;
  /** What may be in one of them, asked once. */
  readonly kinds: () => Promise<Collection[]>;
  /** Ends all requests. */
  readonly signal: AbortSignal;
  /** Now by the cluster's clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Opens the pool of a stack.
 *
 * @throws CommandFailure if its settings have none
 */
export async function openPool(wanted: string): Promise<Pool> {
  const stack = await ProjectStack.open(wanted);
  const name = shortName(stack.name);
  const surroundings = { variables: process.env, folder: stack.folder };
  const written = fileOf(name, surroundings);
  if (written === undefined) {
    throw badInput(
      `--stack: got "${wanted}"; allowed: a stack of this checkout; there is no ${stack.settingsFile}`,
    );
  }
  const { home, trial } = settingsOf(wanted, written.own);
  const setting = (key: string) => Promise.resolve(JSON.stringify(written.own[key]));
  const { kubeconfig, context } = await clusterSettingOf({ folder: stack.folder, setting });
  const api = new KubeconfigApi({ kubeconfig, context }).session();
  const { signal } = new AbortController();
  return {
    ...{ stack, name, home, trial, written, surroundings, api, signal },
    namespaces: poolNamespaces(home, trial.most),
    leases: new Leases(api, signal),
    kinds: once(() => sweptKinds(api, signal)),
    now: () => api.clusterTime() ?? Date.now(),
  };
}

/**
 * The settings of a stack as its file has them, undefined if there is none.
 *
 * @throws CommandFailure if it cannot be read
 */
export function fileOf(stack: string, surroundings: Surroundings): WrittenStack | undefined {
  try {
    return writtenStack(stack, surroundings);
  } catch (error) {
    throw badInput((error as Error).message);
  }
}

/** The file with the settings of another stack of the same project. */
export function settingsFileOf({ stack }: Pick<Pool, "stack">, name: string): string {
  return join(dirname(stack.settingsFile), `Pulumi.${name}.yaml`);
}

/** The first line of settings that trials have made: any other file of such a name is of somebody's own stack. */
export const MADE_BY_TRIALS = "# Made by npx slipway trial up, for each run anew.\n";

/** Whether the settings of a stack of a trial's name are somebody's own: they lie in the checkout, and no trial has made them. */
export function isOthersStack(pool: Pick<Pool, "stack">, name: string): boolean {
  const file = settingsFileOf(pool, name);
  return existsSync(file) && !readFileSync(file, "utf8").startsWith(MADE_BY_TRIALS);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}

function settingsOf(wanted: string, own: Mapping) {
  const { trial, namespace } = own;
  if (trial === undefined) {
    throw badInput(
      `--stack: got "${wanted}", whose settings have no slipway:trial; allowed: the stack of a pool; docs/trials.md says how to make one`,
    );
  }
  const { data, error } = trialSchema.safeParse(trial, { reportInput: true });
  const { data: home, error: misnamed } = label.safeParse(namespace, { reportInput: true });
  if (data === undefined || home === undefined) {
    const faults = [
      ...under(["trial"], faultsOf(error)),
      ...under(["namespace"], faultsOf(misnamed)),
    ];
    throw badSettings(faults);
  }
  return { home, trial: data };
}
