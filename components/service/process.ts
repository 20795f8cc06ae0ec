import { picked } from "./picked.ts";
import type { Expansion } from "./variables.ts";

/** What a container runs instead of what its image says, in Kubernetes' words. */
export interface ProcessDefinition {
  /**
   * Program and its first arguments, without a shell. Text arrives as it is, also a `$`.
   * @default - the image's `ENTRYPOINT`
   * @see https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
   */
  readonly command?: readonly ProcessText[];
  /**
   * Arguments. Text arrives as it is, also a `$`.
   * @default - the image's `CMD`; none where `command` is set
   */
  readonly args?: readonly ProcessText[];
  /**
   * Absolute path of the folder that the process starts in.
   * @default - the image's `WORKDIR`
   */
  readonly workingDir?: string;
}

/** A word of a command line: text, or text with values of the service's variables. */
export type ProcessText = string | Expansion;

/** The process of a service; what its definition omits is the image's. */
export function processOf(definition: ProcessDefinition): ProcessDefinition {
  return picked(definition, ["command", "args", "workingDir"]);
}
