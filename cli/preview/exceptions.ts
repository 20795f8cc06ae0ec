import { RESOURCES } from "../../contract/tokens.ts";
import type { Exceptions } from "../exceptions.ts";
import type { Step } from "./step.ts";

const KEYS = ["allow", "patched", "podSecurity"] as const satisfies (keyof Exceptions)[];

/** Reads from the steps of a service how it leaves what every service has. */
export function exceptionsOf(own: readonly Step[]): Exceptions {
  const readiness = own.find(({ type }) => type === RESOURCES.Readiness);
  if (readiness === undefined || readiness.action === "delete") {
    return {};
  }
  const said = KEYS.map((key) => [key, readiness.after?.[key]] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}
