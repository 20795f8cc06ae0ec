import { imageCopyInputs, type ImageCopyInputs } from "../contract/image-copy.ts";
import { digestOf, digestTag, repositoryOf } from "../contract/image-reference.ts";
import { registryLogin } from "../contract/registry-login.ts";
import { messageOf } from "./cluster/api-error.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import { withHiddenLogin } from "./registry/hidden-login.ts";
import type { Lookup } from "./registry/registry.ts";
import type { Resource } from "./resource.ts";
import type { Log, Properties } from "../wire/plugin.ts";

/** A preview must not wait for a registry that it cannot reach. */
const LOOK_MILLISECONDS = 10_000;

/**
 * `slipway:index:ImageCopy`: an image in another repository, under the same digest. The copy has a tag, so that no
 * registry collects it as garbage, and beside it what lies beside the original: signatures, attestations, bills of
 * materials. It stays when the resource goes: a rollback may need what ran once.
 */
export class ImageCopy implements Resource {
  private readonly lookup: Lookup;

  /** @param lookup the registries */
  constructor(lookup: Lookup) {
    this.lookup = lookup;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: withHiddenLogin(news),
    failures: silentFaultsOf(imageCopyInputs, news),
  });

  /** A different login is not a change: the image exists. One that the registry has lost is copied again. */
  diff: Resource["diff"] = async (_subject, { id, oldInputs, news }) => {
    const changed = ["from", "to"].filter((key) => oldInputs[key] !== news[key]);
    if (changed.length > 0) {
      return { changed, replaces: changed };
    }
    return { changed: (await this.#isLost(id, news)) ? ["image"] : [] };
  };

  create: Resource["create"] = async (subject, { inputs, preview }) => {
    const copy = parsed(imageCopyInputs, inputs);
    const image = `${copy.to}@${digestOf(copy.from)}`;
    if (!preview) {
      await this.#copied(copy, subject.log);
    }
    return { id: image, outputs: { ...withHiddenLogin(inputs), image } };
  };

  update: Resource["update"] = async (subject, { oldOutputs, news, preview }) => {
    if (!preview) {
      await this.#copied(parsed(imageCopyInputs, news), subject.log);
    }
    return { ...withHiddenLogin(news), image: oldOutputs["image"] };
  };

  /** A copy that the registry has lost is gone, and copied again. */
  read: Resource["read"] = async (_subject, { id, outputs }) => {
    const { login } = parsed(imageCopyInputs, outputs);
    const digest = await this.lookup(login).digest(id);
    return digest === undefined ? undefined : { id, outputs: withHiddenLogin(outputs) };
  };

  delete: Resource["delete"] = () => Promise.resolve();

  /** A registry that does not answer has lost nothing. */
  async #isLost(id: string, news: Properties): Promise<boolean> {
    const known = registryLogin.safeParse(news["login"]).data;
    const answer = this.lookup(known).digest(id, AbortSignal.timeout(LOOK_MILLISECONDS));
    return answer.then(
      (digest) => digest === undefined,
      () => false,
    );
  }

  async #copied({ from, to, login }: ImageCopyInputs, log: Log): Promise<void> {
    const registry = this.lookup(login);
    const tagged = `${to}:${digestTag(from)}`;
    try {
      await registry.copy(from, tagged);
    } catch (error) {
      throw new Error(
        `${from} cannot be copied to ${tagged}: ${(error as Error).message}; check the login: registry.username and slipway:registryPassword for the stack's own registry, docker login for other registries`,
      );
    }
    const copied = await registry.digest(tagged);
    if (copied !== digestOf(from)) {
      throw new Error(
        `the copy of ${from} must have the same digest, got ${copied ?? "nothing"} at ${tagged}; the registry changed it; configure it to store images unchanged`,
      );
    }
    const left = await leftBehind(from, to, registry);
    if (left !== undefined) {
      log.warn(left);
    }
  }
}

/** Copies what lies beside an image, and says what stays: the image itself exists, and may need none of it. */
async function leftBehind(
  from: string,
  to: string,
  registry: ReturnType<Lookup>,
): Promise<string | undefined> {
  let attached: readonly string[];
  try {
    attached = await registry.attached(from);
  } catch (error) {
    return `signatures and the like of ${from} stay behind if it has any, because they cannot be looked up: ${messageOf(error)}`;
  }
  const repository = repositoryOf(from);
  const left: string[] = [];
  for (const reference of attached) {
    const target = to + reference.slice(repository.length);
    await registry.copy(reference, target).catch((error: unknown) => {
      left.push(`${reference} (${(error as Error).message})`);
    });
  }
  return left.length === 0
    ? undefined
    : `what belongs to ${from} stays behind in part: ${left.join(", ")} cannot be copied to ${to}`;
}
