import type { Reason } from "../provider/verdict/reasons.ts";
import { CommandFailure } from "./exit-code.ts";

const LEFT_BEHIND = /already exists|interrupted while creating|stack is currently locked/;
const PROVIDER_KILLED = /exited prematurely/;

/** Reasons of a release whose objects are gone, while the engine's state still has them. */
const GONE: readonly (string | null)[] = [
  "deployment-missing",
  "namespace-missing",
  "namespace-terminating",
] satisfies readonly Reason[];

/** What to do after a run with this output, as the end of a sentence; empty if nothing is known. */
export function remedyAfter(said: string, stack: string): string {
  const recover = `; if an earlier run was killed, run npx slipway recover --stack ${stack}`;
  const retry =
    "; a provider's process was killed, by somebody or for lack of memory (see dmesg); run it again";
  return (LEFT_BEHIND.test(said) ? recover : "") + (PROVIDER_KILLED.test(said) ? retry : "");
}

/** A run of pulumi that failed, with what to do after it. */
export function runFailure(command: string, said: string, stack: string): CommandFailure {
  const remedy = remedyAfter(said, stack);
  return new CommandFailure(`pulumi ${command} failed; what it said is above${remedy}`);
}

/** What restores the objects of a release that failed for this reason, undefined if they exist. */
export function remedyOf(reason: string | null, stack: string): string | undefined {
  if (!GONE.includes(reason)) {
    return undefined;
  }
  const first = reason === "namespace-terminating" ? "once the namespace is gone, " : "";
  return `${first}pulumi up --refresh --stack ${stack} creates what is gone again`;
}
