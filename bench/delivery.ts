import type { Project, Run } from "../test/support/project";

/**
 * Runs a command of the engine that has to succeed.
 *
 * @throws {Error} with what it printed, where it did not.
 */
export async function succeed(command: Promise<Run>): Promise<void> {
  const { exitCode, output } = await command;
  if (exitCode !== 0) throw new Error(`pulumi ended with exit code ${exitCode}:\n${output}`);
}

/** Changes the source of the project's service, to one that was never built before. */
export async function freshen(project: Project, path: string): Promise<void> {
  const source = await project.read(path);
  const lines = source.split("\n").filter((line) => !line.startsWith("// bench: "));
  await project.write(path, [...lines, `// bench: ${process.hrtime.bigint()}`].join("\n"));
  await project.commit("another source");
}
