import { homedir } from "node:os";
import { join } from "node:path";

/** Where the Docker client of this user has its configuration. */
export function usersFolder(): string {
  return process.env["DOCKER_CONFIG"] || join(homedir(), ".docker");
}
