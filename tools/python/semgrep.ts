import type { PythonTool } from "./environment.ts";

/** Checks sources by rules of a file: what the pipeline's gate `source` runs. */
export const semgrep: PythonTool = { name: "semgrep", requirements: "jenkins/agent/semgrep.txt" };
