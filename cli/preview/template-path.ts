import { valueAt } from "../../wire/property-path.ts";
import type { Inputs } from "./step.ts";

/** Where what delivers a service has its pod template: a CronJob has it in that of its Jobs. */
export function templatePath(inputs: Inputs | undefined): readonly string[] {
  const ofJobs = ["spec", "jobTemplate", "spec", "template"];
  return valueAt(inputs, ofJobs.slice(0, 2)) === undefined ? ["spec", "template"] : ofJobs;
}
