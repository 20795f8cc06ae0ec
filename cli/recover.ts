import type { KubernetesObject } from "@kubernetes/client-node";
import type { Command } from "commander";

import { clusterOf } from "./cluster-access.ts";
import { confirm } from "./confirm.ts";
import { CommandFailure } from "./exit-code.ts";
import { type CommonOptions, print, remark, stackCommand } from "./options.ts";
import { ProjectStack } from "./project-stack.ts";
import {
  type EngineState,
  withFieldManagers,
  withoutPendingCreates,
} from "./recover/engine-state.ts";
import { idOf, type Outcome, outcomeOf, outcomeOfOther, ownerOf } from "./recover/outcome.ts";
import { importList } from "./recover/import-list.ts";
import { type ObjectInputs, type PendingCreate, pendingCreates } from "./recover/pending-create.ts";
import { holderOf, lockWords, type StateLock, stateLocks } from "./recover/state-lock.ts";
import { table } from "./words.ts";

interface Options extends CommonOptions {
  readonly yes?: true;
}

interface Found {
  readonly pending: PendingCreate;
  readonly outcome: Outcome;
}

type Look = (object: ObjectInputs) => Promise<KubernetesObject | undefined>;

const HELP = `
Nothing in the cluster is changed. An object is added to the stack only if the killed run created it: it has the labels
that the program gives it, was written by the engine's provider, and not before that run. Anything else of that name is
reported, and left as it is; so is the lock of a run that still runs, or that is on a different machine.

Examples:
  $ npx slipway recover --stack dev
  $ npx slipway recover --stack dev --yes && npx pulumi up --stack dev`;

/** `slipway recover`: what a killed run left half-done is written into the state, or dropped from it. */
export function recoverCommand(): Command {
  return stackCommand(
    "recover",
    "After a killed run: clears its lock, adds the objects to the stack that the run created and could not record, and drops the creations that did not happen.",
    HELP,
  )
    .option("-y, --yes", "do not ask")
    .action(recover);
}

async function recover(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const unlocked = await clearLocks(stack, options);
  const state = await stack.state();
  const found = await outcomes(stack, state);
  if (found.length > 0) {
    remark(words(found));
    assertClear(found);
    const adoptions = adoptionsOf(found);
    const question =
      adoptions.length > 0 ? "Add its own objects to the stack, and drop the rest?" : "Drop it?";
    await confirm(question, options.yes === true);
    await adopt(stack, adoptions);
  }
  const result = { stack: stack.name, unlocked, operations: found.map(operation) };
  print(options, result, summary(result));
}

async function clearLocks(stack: ProjectStack, { yes }: Options): Promise<readonly StateLock[]> {
  const locks = await stateLocks(stack);
  const lines = locks.map((lock) => lockWords(stack.name, lock, holderOf(lock)));
  if (locks.some((lock) => holderOf(lock) !== "gone")) {
    throw new CommandFailure(lines.join("\n  "));
  }
  if (locks.length > 0) {
    remark(lines.join("\n"));
    await confirm("Clear the lock?", yes === true);
    await stack.cancel();
  }
  return locks;
}

async function outcomes(stack: ProjectStack, state: EngineState): Promise<Found[]> {
  const pending = pendingCreates(state);
  const look = pending.some(({ object }) => object !== undefined)
    ? await lookAt(stack)
    : () => Promise.resolve(undefined);
  return Promise.all(
    pending.map(async (each) => {
      const { object } = each;
      if (object === undefined) {
        return { pending: each, outcome: outcomeOfOther(each) };
      }
      const owner = ownerOf(each, state.resources ?? []);
      return { pending: each, outcome: outcomeOf(each, object, await look(object), owner) };
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
      throw new CommandFailure(`${kind} ${idOf({ name, namespace })}: cannot be read: ${what}`);
    }
  };
}

function adoptionsOf(found: readonly Found[]) {
  return found.flatMap(({ pending, outcome }) =>
    outcome.found === "own" ? [{ pending, ...outcome }] : [],
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
  const blocked = found.flatMap(({ pending, outcome }) =>
    outcome.found === "blocked"
      ? [`${objectWords(pending)} ${outcome.why}; ${outcome.remedy}`]
      : [],
  );
  if (blocked.length > 0) {
    throw new CommandFailure(
      ["nothing is added to the stack while there is", ...blocked].join("\n  "),
    );
  }
}

function tell(text: string): void {
  process.stderr.write(text);
}

function words(found: readonly Found[]): string {
  const rows = found.map(({ pending, outcome }) => [
    objectWords(pending),
    ...outcomeWords(outcome),
  ]);
  return table(["OBJECT", "FOUND", "WHAT IS DONE"], rows);
}

function objectWords({ object, type, name }: PendingCreate): string {
  return object === undefined ? `${type} ${name}` : `${object.kind} ${idOf(object.metadata)}`;
}

function outcomeWords(outcome: Outcome): readonly [found: string, done: string] {
  switch (outcome.found) {
    case "own":
      return [`created by the killed run at ${outcome.madeAt}`, "is added to the stack as it is"];
    case "absent":
      return ["does not exist", "the next up creates it"];
    case "known":
      return ["the stack has it", "nothing"];
    case "nothing":
      return ["leaves nothing behind", "the next up does it again"];
    case "blocked":
      return ["see below", "nothing"];
    default:
      return outcome satisfies never;
  }
}

function operation({ pending, outcome }: Found) {
  return { urn: pending.urn, object: objectWords(pending), ...outcome };
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
    ...(operations.length > own ? [`${operations.length - own} begun and dropped`] : []),
  ];
  return done.length === 0
    ? `${stack}: nothing to recover`
    : `${stack}: ${done.join(", ")}; run pulumi up --stack ${stack}`;
}
