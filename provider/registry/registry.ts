import { execFile } from "node:child_process";

import { isReference, PINNED_FORM } from "../../contract/image-reference.ts";
import type { RegistryLogin } from "../../contract/registry-login.ts";
import { masked } from "../../mask/mask.ts";
import { plain } from "../../mask/plain.ts";
import { attachedTo, type Manifest } from "./attached.ts";
import { withLogin } from "./login.ts";
import { type Authorization, type Referrer, referrersOf } from "./referrers.ts";

const INSTALL =
  "install it, e.g. with brew install crane or go install github.com/google/go-containerregistry/cmd/crane@latest";
/** Enough for the cause; a registry may answer with a page. */
const REASON_CHARACTERS = 2000;
const SHOWN_CHARACTERS = 200;
const ABSENT = /MANIFEST_UNKNOWN|NAME_UNKNOWN|BLOB_UNKNOWN|404 Not Found/;

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
   * @param login of one registry, undefined if the machine's own logins do
   * @param signal interrupts what is under way
   */
  constructor(login: RegistryLogin | undefined, signal?: AbortSignal) {
    this.login = login;
    this.signal = signal;
  }

  /**
   * The digest of an image, undefined if the registry does not have it.
   *
   * @param limit ends the question
   * @throws Error if the registry does not answer
   */
  async digest(reference: string, limit?: AbortSignal): Promise<string | undefined> {
    return (await this.#find("digest", reference, limit))?.trim();
  }

  /**
   * The manifest or index of an image, as JSON; undefined where the registry does not have it.
   *
   * @param limit ends the question
   * @throws Error where the registry does not answer the question
   */
  manifest(reference: string, limit?: AbortSignal): Promise<string | undefined> {
    return this.#find("manifest", reference, limit);
  }

  /**
   * The configuration of an image, as JSON; of an index, that of its image for linux/amd64.
   *
   * @param limit ends the question
   * @throws Error if the registry does not answer
   */
  config(reference: string, limit?: AbortSignal): Promise<string | undefined> {
    return this.#find("config", reference, limit);
  }

  /**
   * References of what lies beside an image and is about it, such as its signatures.
   *
   * @param image `repository@sha256:<64 hex>`
   * @throws Error if the registry does not answer
   */
  attached(image: string): Promise<string[]> {
    return attachedTo(image, {
      digest: (reference) => this.digest(reference),
      manifest: async (reference) => {
        const manifest = await this.manifest(reference);
        return manifest === undefined ? undefined : (JSON.parse(manifest) as Manifest);
      },
      referrers: async (repository, digest) => {
        const listed = await this.#listed(repository, digest, this.signal);
        return listed?.map((referrer) => referrer.digest);
      },
    });
  }

  /**
   * What names an image as its subject. A registry that keeps no list has one under a tag, from whoever attached something.
   *
   * @param image `repository@sha256:<64 hex>`
   * @throws Error if the registry does not answer
   */
  async referrers(image: string, limit?: AbortSignal): Promise<readonly Referrer[]> {
    const [repository = "", digest = ""] = required(image).split("@");
    const signals = [this.signal, limit].filter((each) => each !== undefined);
    const listed = await this.#listed(repository, digest, AbortSignal.any(signals));
    if (listed !== undefined) {
      return listed;
    }
    const kept = await this.manifest(`${repository}:${digest.replace(":", "-")}`, limit);
    const { manifests = [] } = JSON.parse(kept ?? "{}") as {
      readonly manifests?: readonly Referrer[];
    };
    return manifests;
  }

  /**
   * A blob as text, undefined if the registry does not have it.
   *
   * @param reference `repository@sha256:<64 hex>` of the blob
   * @throws Error if the registry does not answer
   */
  blob(reference: string, limit?: AbortSignal): Promise<string | undefined> {
    return this.#find("blob", reference, limit);
  }

  /**
   * Pushes the one manifest of an OCI image layout. If it has a subject, the registry lists it there; for a registry that
   * keeps no list, crane does.
   */
  async push(folder: string, reference: string): Promise<void> {
    await this.#crane(["push", "--", folder, required(reference)]);
  }

  /** Gives an image another name, in the same repository or in another registry. */
  async copy(from: string, to: string): Promise<void> {
    await this.#crane(["copy", "--", required(from), required(to)]);
  }

  async #find(what: string, reference: string, limit?: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#crane([what, "--", required(reference)], limit);
    } catch (error) {
      if (ABSENT.test((error as Error).message)) {
        return undefined;
      }
      throw error;
    }
  }

  #listed(repository: string, digest: string, signal: AbortSignal | undefined) {
    return referrersOf(repository, digest, this.#authorization(signal), signal);
  }

  #authorization(limit: AbortSignal | undefined): Authorization {
    return {
      token: async (repository) =>
        (await this.#crane(["auth", "token", "--header", "--", repository], limit))
          .replace(/^.*?: /, "")
          .trim(),
      basic: async (server) => {
        const kept = await this.#crane(["auth", "get", "--", server], limit);
        const { Username, Secret } = JSON.parse(kept) as Readonly<Record<string, string>>;
        return `Basic ${Buffer.from(`${Username ?? ""}:${Secret ?? ""}`).toString("base64")}`;
      },
    };
  }

  #crane(args: readonly string[], limit?: AbortSignal): Promise<string> {
    const signals = [this.signal, limit].filter((each) => each !== undefined);
    return withLogin(this.login, (folder) => {
      const env = { ...process.env, ...(folder !== undefined && { DOCKER_CONFIG: folder }) };
      return run(args, { env, signal: AbortSignal.any(signals) });
    });
  }
}

function run(
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal },
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

/** What crane ends with, without the log lines before it; the words are the registry's. */
function reasonOf(stderr: string): string | undefined {
  const reason = /^Error: ([^]*)/m.exec(stderr)?.[1]?.trim();
  return reason === undefined ? undefined : masked(reason.slice(0, REASON_CHARACTERS));
}

/** A text that may be handed to crane: others have written it, and crane reads more than registries accept. */
function required(reference: string): string {
  if (isReference(reference)) {
    return reference;
  }
  const got = JSON.stringify(plain(reference.slice(0, SHOWN_CHARACTERS)));
  throw new Error(`the name of an image: got ${got}; allowed: ${PINNED_FORM}, or repository:tag`);
}

/** The registries, as a login sees them. */
export type Lookup = (
  login: RegistryLogin | undefined,
) => Pick<Registry, "digest" | "copy" | "attached">;
