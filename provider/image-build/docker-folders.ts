import { symlink } from "node:fs/promises";
import { join } from "node:path";

import { usersFolder } from "../../docker-config/users-folder.ts";

/** What the Docker client finds beside its configuration. */
const FOLDERS = ["cli-plugins", "contexts"];

/** The variables by which the client uses a configuration of ours with all else that the user has. */
export async function withUsersFolders(folder: string): Promise<Record<string, string>> {
  for (const name of FOLDERS) {
    await symlink(join(usersFolder(), name), join(folder, name));
  }
  return { DOCKER_CONFIG: folder };
}

/** The builders are the user's, whatever the configuration is, and what they remember outlives ours. */
export function builderFolders(): Record<string, string> {
  return { BUILDX_CONFIG: process.env["BUILDX_CONFIG"] || join(usersFolder(), "buildx") };
}
