import type { Project } from "../testbed/project.ts";

/** Changes the source of the project's service, to one that was never built before. */
export async function freshen(project: Project, path: string): Promise<void> {
  const source = await project.read(path);
  const lines = source.split("\n").filter((line) => !line.startsWith("// bench: "));
  await project.write(path, [...lines, `// bench: ${process.hrtime.bigint()}`].join("\n"));
  await project.commit("another source");
}
