import { homedir } from "node:os";
import { join } from "node:path";

import { withConfigFolder } from "../../../docker-config/config-folder.ts";

/** A login at one registry. */
export interface Login {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Runs something with a Docker configuration that knows these logins only. The user's own
 * configuration is neither read nor changed, and no password is in an argument list.
 */
export async function withLogins<Result>(
  logins: readonly Login[],
  work: (configFolder: string) => Promise<Result>,
): Promise<Result> {
  const config = {
    auths: Object.fromEntries(
      logins.map((login) => [serverKey(login.server), { auth: authOf(login) }]),
    ),
    // Where the user's own configuration would have the client look for buildx.
    cliPluginsExtraDirs: [join(homedir(), ".docker", "cli-plugins")],
  };
  return withConfigFolder(config, work);
}

function authOf({ username, password }: Login): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

/** Docker Hub's login has had the same key since the first version of the registry. */
function serverKey(server: string): string {
  const host = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return /^(index\.|registry-1\.)?docker\.io$/.test(host) ? "https://index.docker.io/v1/" : host;
}
