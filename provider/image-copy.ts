import { imageCopyInputs, type ImageCopyInputs } from "../contract/image-copy.ts";
import { digestOf, digestTag } from "../contract/image-reference.ts";
import { registryLogin } from "../contract/registry-login.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Lookup } from "./registry/lookup.ts";
import type { Resource } from "./resource.ts";
import type { Properties } from "../wire/plugin.ts";
import { secret } from "../wire/struct.ts";

/**
 * `slipway:index:ImageCopy`: an image in another repository, under the same digest. The copy has a tag, so that no
 * registry takes it for garbage. It stays where it is when the resource goes: what ran once may be gone back to.
 */
export class ImageCopy implements Resource {
  private readonly lookup: Lookup;

  /** @param lookup the registries */
  constructor(lookup: Lookup) {
    this.lookup = lookup;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: marked(news),
    failures: silentFaultsOf(imageCopyInputs, news),
  });

  /** Another login is no change: the image is there. */
  diff: Resource["diff"] = (_subject, { oldInputs, news }) => {
    const changed = ["from", "to"].filter((key) => oldInputs[key] !== news[key]);
    return { changed, replaces: changed };
  };

  create: Resource["create"] = async (_subject, { inputs, preview }) => {
    const copy = parsed(imageCopyInputs, inputs);
    const image = `${copy.to}@${digestOf(copy.from)}`;
    if (!preview) {
      await this.#copied(copy);
    }
    return { id: image, outputs: { ...marked(inputs), image } };
  };

  update: Resource["update"] = (_subject, { oldOutputs, news }) =>
    Promise.resolve({ ...marked(news), image: oldOutputs["image"] });

  /** A copy that the registry has lost is gone, and made again. */
  read: Resource["read"] = async (_subject, { id, outputs }) => {
    const { login } = parsed(imageCopyInputs, outputs);
    const digest = await this.lookup(login).digest(id);
    return digest === undefined ? undefined : { id, outputs: marked(outputs) };
  };

  delete: Resource["delete"] = () => Promise.resolve();

  async #copied({ from, to, login }: ImageCopyInputs): Promise<void> {
    const registry = this.lookup(login);
    const tagged = `${to}:${digestTag(from)}`;
    try {
      await registry.copy(from, tagged);
    } catch (error) {
      throw new Error(
        `${from} cannot be copied to ${tagged}: ${(error as Error).message}; check the login: registry.username and slipway:registryPassword for the stack's own registry, docker login for others`,
      );
    }
    const copied = await registry.digest(tagged);
    if (copied === digestOf(from)) {
      return;
    }
    throw new Error(
      `the copy of ${from} must have the same digest, got ${copied ?? "nothing"} at ${tagged}; the registry has changed it: let it keep images as they are`,
    );
  }
}

/** What the engine keeps, with the password as a secret. */
function marked({ login, ...properties }: Properties): Properties {
  const known = registryLogin.safeParse(login).data;
  return {
    ...properties,
    ...(known && { login: { ...known, password: secret(known.password) } }),
  };
}
