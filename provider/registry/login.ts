import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { HIDDEN } from "../../contract/marks.ts";
import { loginServer } from "../../contract/image-reference.ts";
import type { RegistryLogin } from "../../contract/registry-login.ts";
import { withConfigFolder } from "../../docker-config/config-folder.ts";
import { usersFolder } from "../../docker-config/users-folder.ts";

type Config = Readonly<Record<string, unknown>>;

/**
 * Runs `work` with a folder that is to be its `DOCKER_CONFIG`: the user's own configuration with this login on top.
 * See `withConfigFolder`. Without a login, or with the placeholder for its password that a copy of the state has, it is the user's own.
 */
export async function withLogin<T>(
  login: RegistryLogin | undefined,
  work: (folder: string | undefined) => Promise<T>,
): Promise<T> {
  if (login === undefined || login.password === HIDDEN) {
    return work(undefined);
  }
  return withConfigFolder(loggedIn(await ownConfig(), login), work);
}

/** A Docker configuration with one more login, which needs no credential helper. */
export function loggedIn(config: Config, { server, username, password }: RegistryLogin): Config {
  const name = loginServer(server);
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const { auths, credHelpers } = config;
  return {
    ...config,
    auths: { ...(auths as Config | undefined), [name]: { auth } },
    credHelpers: { ...(credHelpers as Config | undefined), [name]: "" },
  };
}

async function ownConfig(): Promise<Config> {
  const folder = usersFolder();
  try {
    return JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as Config;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw new Error(
      `${join(folder, "config.json")} cannot be read as a Docker configuration; fix it with docker login`,
    );
  }
}
