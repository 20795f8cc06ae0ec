import { cp } from "node:fs/promises";
import { join } from "node:path";

import type { Project } from "../../testbed/project.ts";
import type { Fault } from "./clone/fault.ts";

/** Gives a clone of the program what changes its services' objects, by name. */
export async function putFaults(
  project: Project,
  faults: Readonly<Record<string, Fault>>,
): Promise<void> {
  await cp(join(import.meta.dirname, "clone/fault.ts"), join(project.folder, "fault.ts"));
  await project.write("patch.json", JSON.stringify(faults));
  await project.write("index.ts", `import "./fault.ts";\n${await project.read("index.ts")}`);
}
