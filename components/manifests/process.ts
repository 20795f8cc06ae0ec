import type * as k8s from "@pulumi/kubernetes";

import { escaped } from "../../contract/variable-reference.ts";
import type { ProcessDefinition, ProcessText } from "../service/process.ts";

/** What a container runs instead of what its image says; nothing of what the image decides. */
export function processManifest({
  command,
  args,
  workingDir,
}: ProcessDefinition): Pick<k8s.types.input.core.v1.Container, "command" | "args" | "workingDir"> {
  return {
    ...(command && { command: command.map(asWritten) }),
    ...(args && { args: args.map(asWritten) }),
    ...(workingDir !== undefined && { workingDir }),
  };
}

/** Kubernetes puts variables into a command line as it does into variables. */
function asWritten(text: ProcessText): string {
  return typeof text === "string" ? escaped(text) : text.expand;
}
