import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Subject } from "../../wire/plugin.ts";
import type { Proof } from "../verdict/finding.ts";

/** Says what a release that is ready leaves to be said. */
export function tellNotes(
  { log }: Pick<Subject, "log">,
  { service }: ReadinessInputs,
  { notes = [] }: Proof,
): void {
  for (const note of notes) {
    log.warn(`${service}: ${note}`);
  }
}
