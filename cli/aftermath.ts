import type { Reason } from "../provider/verdict/reasons.ts";

/** What a run of pulumi says, and what to do then. */
const AFTERMATH = [
  [
    /already exists|interrupted while creating|stack is currently locked/,
    (stack: string) => `if an earlier run was killed, run npx slipway recover --stack ${stack}`,
  ],
  [
    /exited prematurely/,
    () =>
      "a provider's process was killed, by somebody or for want of memory (dmesg tells); run it again",
  ],
] as const;

/** Reasons of a release whose objects are gone: the engine's state has them all the same. */
const GONE: readonly (string | null)[] = [
  "deployment-missing",
  "namespace-missing",
  "namespace-terminating",
] satisfies readonly Reason[];

/** What is to be done after a run that said this, as the end of a sentence; empty where nothing is known. */
export function remedyAfter(said: string, stack: string): string {
  const remedies = AFTERMATH.filter(([pattern]) => pattern.test(said));
  return remedies.map(([, remedy]) => `; ${remedy(stack)}`).join("");
}

/** What brings the objects of a release back that failed for this reason, undefined where they are there. */
export function remedyOf(reason: string | null, stack: string): string | undefined {
  if (!GONE.includes(reason)) {
    return undefined;
  }
  const first = reason === "namespace-terminating" ? "once the namespace is gone, " : "";
  return `${first}pulumi up --refresh --stack ${stack} makes what is gone anew`;
}
