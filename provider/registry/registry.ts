import { execFile } from "node:child_process";

import type { RegistryLogin } from "../../contract/registry-login.ts";
import { withLogin } from "./login.ts";

const INSTALL =
  "install it, e.g. with brew install crane or go install github.com/google/go-containerregistry/cmd/crane@latest";
const ABSENT = /MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/;

/**
 * Image registries, as the program `crane` sees them. It logs in as `docker login` did on this machine, or with the
 * login that it is given.
 *
 * @see https://github.com/google/go-containerregistry/tree/main/cmd/crane
 */
export class Registry {
  private readonly login: RegistryLogin | undefined;
  private readonly signal: AbortSignal | undefined;

  /**
   * @param login of one registry, undefined where the machine's own logins do
   * @param signal interrupts what is under way
   */
  constructor(login: RegistryLogin | undefined, signal?: AbortSignal) {
    this.login = login;
    this.signal = signal;
  }

  /**
   * The digest of an image, undefined where the registry does not have it.
   *
   * @throws Error where the registry does not answer the question
   */
  async digest(reference: string): Promise<string | undefined> {
    try {
      return (await this.#crane("digest", reference)).trim();
    } catch (error) {
      if (ABSENT.test((error as Error).message)) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * The manifest or index of an image, as JSON.
   *
   * @throws Error where the registry does not give it
   */
  manifest(reference: string): Promise<string> {
    return this.#crane("manifest", reference);
  }

  /** Gives an image another name, in the same repository or in another registry. */
  async copy(from: string, to: string): Promise<void> {
    await this.#crane("copy", from, to);
  }

  #crane(...args: string[]): Promise<string> {
    return withLogin(this.login, (folder) => {
      const env = { ...process.env, ...(folder !== undefined && { DOCKER_CONFIG: folder }) };
      return run(args, { env, ...(this.signal && { signal: this.signal }) });
    });
  }
}

function run(
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("crane", args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else if (error.code === "ENOENT") {
        reject(
          new Error(
            `the program crane is not on the PATH, and images are looked up and copied with it; ${INSTALL}`,
          ),
        );
      } else {
        reject(new Error(reasonOf(stderr) ?? error.message));
      }
    });
  });
}

/** What crane ends with, without the log lines before it. */
function reasonOf(stderr: string): string | undefined {
  return /^Error: ([^]*)/m.exec(stderr)?.[1]?.trim();
}
