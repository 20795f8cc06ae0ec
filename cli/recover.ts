import type { KubernetesObject } from "@kubernetes/client-node";
import type { Command } from "commander";

import { clusterOf } from "./cluster-access.ts";
import { confirm } from "./confirm.ts";
import { CommandFailure } from "./exit-code.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { ProjectStack } from "./project-stack.ts";
import {
  type EngineState,
  withFieldManagers,
  withoutPendingCreates,
} from "./recover/engine-state.ts";
import { type Finding, findingOf, findingOfOther, idOf, ownerOf } from "./recover/finding.ts";
import { importList } from "./recover/import-list.ts";
import { type ObjectInputs, type PendingCreate, pendingCreates } from "./recover/pending-create.ts";
import { holderOf, lockWords, type StateLock, stateLocks } from "./recover/state-lock.ts";
import { table } from "./words.ts";

interface Options extends CommonOptions {
  readonly yes?: true;
}

interface Found {
  readonly pending: PendingCreate;
  readonly finding: Finding;
}

type Look = (object: ObjectInputs) => Promise<KubernetesObject | undefined>;

/** `slipway recover`: what a killed run left half-done is written into the state, or forgotten. */
export function recoverCommand(): Command {
  return stackCommand("recover")
    .description(
      "After a run that was killed: clears its lock, gives the stack the objects that the run made and could not write down, and forgets the creations that came to nothing.",
    )
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
Nothing in the cluster is changed. An object goes to the stack only if the killed run made it: it bears the labels that
were asked for, was written by the engine's provider, and not before that run. Anything else of that name is left as it
is, and told. The lock of a run that goes on, or that is on another machine, is left too.

Examples:
  $ npx slipway recover --stack dev
  $ npx slipway recover --stack dev --yes && npx pulumi up --stack dev`,
    )
    .action(recover);
}

async function recover(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const unlocked = await clearLocks(stack, options);
  const state = await stack.state();
  const found = await findings(stack, state);
  if (found.length > 0) {
    console.error(words(found));
    assertClear(found);
    const adoptions = adoptionsOf(found);
    const question =
      adoptions.length > 0 ? "Give the stack what is its own, and forget the rest?" : "Forget it?";
    await confirm(question, options.yes === true);
    await adopt(stack, adoptions);
  }
  const result = { stack: stack.name, unlocked, operations: found.map(operation) };
  print(options, result, summary(result));
}

async function clearLocks(stack: ProjectStack, { yes }: Options): Promise<readonly StateLock[]> {
  const locks = await stateLocks(stack);
  const held = locks.map((lock) => ({ lock, holder: holderOf(lock) }));
  const told = held.map(({ lock, holder }) => lockWords(stack.name, lock, holder));
  if (held.some(({ holder }) => holder !== "gone")) {
    throw new CommandFailure(told.join("\n  "));
  }
  if (locks.length === 0) {
    return locks;
  }
  console.error(told.join("\n"));
  await confirm("Clear the lock?", yes === true);
  await stack.cancel();
  return locks;
}

async function findings(stack: ProjectStack, state: EngineState): Promise<Found[]> {
  const pending = pendingCreates(state);
  const look = pending.some(({ object }) => object !== undefined)
    ? await lookAt(stack)
    : () => Promise.resolve(undefined);
  return Promise.all(
    pending.map(async (each) => {
      const { object } = each;
      if (object === undefined) {
        return { pending: each, finding: findingOfOther(each) };
      }
      const owner = ownerOf(each, state.resources ?? []);
      const finding = findingOf(each, object, await look(object), owner);
      return { pending: each, finding };
    }),
  );
}

async function lookAt(stack: ProjectStack): Promise<Look> {
  const config = await clusterOf(stack);
  const { ApiException, KubernetesObjectApi } = await import("@kubernetes/client-node");
  const api = KubernetesObjectApi.makeApiClient(config);
  return async ({ apiVersion, kind, metadata: { name, namespace } }) => {
    const metadata = { name, namespace: namespace ?? "" };
    try {
      return await api.read({ apiVersion, kind, metadata });
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) {
        return undefined;
      }
      const what = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(
        `${kind} ${idOf({ name, namespace })}: cannot be looked at: ${what}`,
      );
    }
  };
}

function adoptionsOf(found: readonly Found[]) {
  return found.flatMap(({ pending, finding }) =>
    finding.found === "own" ? [{ pending, ...finding }] : [],
  );
}

async function adopt(stack: ProjectStack, adoptions: ReturnType<typeof adoptionsOf>) {
  if (adoptions.length > 0) {
    const { succeeded } = await stack.import(tell, importList(adoptions));
    if (!succeeded) {
      throw new CommandFailure("pulumi import failed; what it said is above");
    }
  }
  const managers = adoptions.map(({ pending: { urn }, manager }) => [urn, manager] as const);
  await stack.editState((state) =>
    withoutPendingCreates(withFieldManagers(state, Object.fromEntries(managers))),
  );
}

function assertClear(found: readonly Found[]): void {
  const blocked = found.flatMap(({ pending, finding }) =>
    finding.found === "blocked"
      ? [`${objectWords(pending)} ${finding.why}; ${finding.remedy}`]
      : [],
  );
  if (blocked.length > 0) {
    throw new CommandFailure(
      ["nothing goes to the stack as long as there is", ...blocked].join("\n  "),
    );
  }
}

function tell(text: string): void {
  process.stderr.write(text);
}

function words(found: readonly Found[]): string {
  const rows = found.map(({ pending, finding }) => [
    objectWords(pending),
    ...findingWords(finding),
  ]);
  return table(["OBJECT", "FOUND", "WHAT IS DONE"], rows);
}

function objectWords({ object, type, name }: PendingCreate): string {
  return object === undefined ? `${type} ${name}` : `${object.kind} ${idOf(object.metadata)}`;
}

function findingWords(finding: Finding): readonly [found: string, done: string] {
  switch (finding.found) {
    case "own":
      return [`made by the killed run at ${finding.madeAt}`, "goes to the stack as it is"];
    case "absent":
      return ["not there", "the next up makes it"];
    case "known":
      return ["the stack has it", "nothing"];
    case "nothing":
      return ["leaves nothing behind", "the next up does it again"];
    case "blocked":
      return ["see below", "nothing"];
    default:
      return finding satisfies never;
  }
}

function operation({ pending, finding }: Found) {
  return { urn: pending.urn, object: objectWords(pending), ...finding };
}

function summary({
  stack,
  unlocked,
  operations,
}: {
  readonly stack: string;
  readonly unlocked: readonly StateLock[];
  readonly operations: readonly ReturnType<typeof operation>[];
}): string {
  const own = operations.filter(({ found }) => found === "own").length;
  const done = [
    ...(unlocked.length > 0 ? ["its lock is cleared"] : []),
    ...(own > 0 ? [`it has ${own} more object${own > 1 ? "s" : ""}`] : []),
    ...(operations.length > own ? [`${operations.length - own} begun and forgotten`] : []),
  ];
  return done.length === 0
    ? `${stack}: nothing to recover`
    : `${stack}: ${done.join(", ")}; run pulumi up --stack ${stack}`;
}
