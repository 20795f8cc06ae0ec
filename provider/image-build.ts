import { imageBuildInputs, type ImageBuildInputs } from "../contract/image-build.ts";
import { registryLogin } from "../contract/registry-login.ts";
import type { Log, Properties } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";
import { buildImage } from "./image-build/buildx.ts";
import type { LentSecrets } from "./image-build/lent-secrets.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import { withHiddenLogin } from "./registry/hidden-login.ts";
import type { Lookup } from "./registry/registry.ts";
import type { Resource } from "./resource.ts";

/** What another image comes of: the tag is the hash of the content, and survey has an image built again by how the context is written. */
const BUILT_OF = ["imageName", "context"];

/**
 * `slipway:index:ImageBuild`: an image that `docker buildx` builds and pushes. Its state names where the build's secrets
 * are, and has no value of one. The image stays when the resource goes: a rollback may need what ran once.
 */
export class ImageBuild implements Resource {
  readonly #lookup: Lookup;
  readonly #lent: LentSecrets;
  readonly #secrets: KnownSecrets;
  readonly #signal: AbortSignal;

  /**
   * @param lookup the registries
   * @param lent the values that were lent to this run
   * @param secrets gets each value, so that no line of the builder shows it
   */
  constructor(lookup: Lookup, lent: LentSecrets, secrets: KnownSecrets, signal: AbortSignal) {
    this.#lookup = lookup;
    this.#lent = lent;
    this.#secrets = secrets;
    this.#signal = signal;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: withHiddenLogin(news),
    failures: silentFaultsOf(imageBuildInputs, news),
  });

  /** A different secret, login or cache makes the same image. */
  diff: Resource["diff"] = (_subject, { oldInputs, news }) => ({
    changed: BUILT_OF.filter((key) => oldInputs[key] !== news[key]),
  });

  create: Resource["create"] = async (subject, { inputs, preview }) => ({
    id: String(inputs["imageName"]),
    outputs: await this.#built(inputs, preview, subject.log),
  });

  update: Resource["update"] = (subject, { news, preview }) =>
    this.#built(news, preview, subject.log);

  /** An image that the registry has lost is gone, and built again. */
  read: Resource["read"] = async (_subject, { id, outputs }) => {
    const login = registryLogin.safeParse(outputs["login"]).data;
    const digest = await this.#lookup(login).digest(String(outputs["repoDigest"]));
    return digest === undefined ? undefined : { id, outputs: withHiddenLogin(outputs) };
  };

  delete: Resource["delete"] = () => Promise.resolve();

  async #built(inputs: Properties, preview: boolean, log: Log): Promise<Properties> {
    if (preview) {
      return { ...withHiddenLogin(inputs), repoDigest: UNKNOWN };
    }
    const build = parsed(imageBuildInputs, inputs);
    const digest = await buildImage(build, {
      lent: this.#lent,
      secrets: this.#secrets,
      signal: this.#signal,
      show: (line) => {
        log.status(line);
      },
    });
    return { ...withHiddenLogin(inputs), repoDigest: await this.#pushed(build, digest) };
  }

  /** An old Docker daemon reports the digest of the configuration: the registry's word counts. */
  async #pushed({ imageName, login }: ImageBuildInputs, reported: string): Promise<string> {
    const registry = this.#lookup(login);
    const repository = imageName.slice(0, imageName.lastIndexOf(":"));
    const ask = (reference: string) => registry.digest(reference);
    // One that cannot be asked has taken the push.
    const digest = await ask(`${repository}@${reported}`)
      .then((found) => found ?? ask(imageName))
      .catch(() => reported);
    if (digest === undefined) {
      throw new Error(
        `${imageName} was built, and the registry does not have it; check that it accepted the push, then run up again`,
      );
    }
    return `${repository}@${digest}`;
  }
}
