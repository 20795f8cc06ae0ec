import type { PythonTool } from "./environment.ts";

/** Checks manifests: what the pipeline's gate `manifests` runs. */
export const checkov: PythonTool = { name: "checkov", requirements: "jenkins/agent/checkov.txt" };
