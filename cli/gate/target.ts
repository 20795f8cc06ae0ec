import { isPinned, PINNED_FORM } from "../../contract/image-reference.ts";
import { Registry } from "../../provider/registry/registry.ts";
import { badInput, CommandFailure } from "../exit-code.ts";
import type { ServiceOptions } from "../options.ts";
import { serviceOf } from "../outputs.ts";
import { ProjectStack } from "../project-stack.ts";
import { registryOf } from "../registry-access.ts";

/** Options of what is about one image. */
export interface ImageOptions extends ServiceOptions {
  readonly image?: string;
}

/** The option of {@link ImageOptions} beside those of a service. */
export const IMAGE_OPTION = [
  "--image <repository@sha256:…>",
  "the image itself; then no stack is asked",
] as const;

/** The image that a command is about. */
export interface Target {
  readonly image: string;
  /** @default - no stack was asked */
  readonly of?: Released;
}

/** The release whose image it is. */
export interface Released {
  readonly stack: ProjectStack;
  readonly service: string;
  readonly commit: string | null;
  readonly dirty: boolean;
}

/**
 * The image of a service's release, or the one that is named.
 *
 * @throws CommandFailure if it is not named by its digest, or the release is not ready
 */
export async function targetOf(options: ImageOptions): Promise<Target> {
  const { image } = options;
  if (image === undefined) {
    const stack = await ProjectStack.open(options.stack);
    return releasedIn(stack, options.service);
  }
  if (options.service !== undefined || options.stack !== undefined) {
    const other = options.service === undefined ? "--stack" : "--service";
    throw badInput(`--image: got it with ${other}; allowed: an image, or a service of a stack`);
  }
  if (!isPinned(image)) {
    throw badInput(`--image: got ${JSON.stringify(image)}; allowed: ${PINNED_FORM}`);
  }
  return { image };
}

/** The image of a service's release, which must be ready. */
export async function releasedIn(
  stack: ProjectStack,
  wanted: string | undefined,
): Promise<Required<Target>> {
  const outputs = await stack.outputs();
  const service = serviceOf(outputs, wanted);
  const record = outputs.releases[service];
  const { verdict, reason, image = "", digest = "" } = record ?? {};
  if (verdict !== "ready") {
    throw new CommandFailure(
      `releases.${service}.verdict must be "ready", got "${verdict ?? "nothing"}" with the reason ${JSON.stringify(reason)}; only a ready release can pass a gate`,
    );
  }
  if (!isPinned(image) || !image.endsWith(`@${digest}`)) {
    throw new CommandFailure(
      `releases.${service}.image must be pinned by the digest ${JSON.stringify(digest)}, got ${JSON.stringify(image)}; run pulumi up --stack ${stack.name}`,
    );
  }
  const { commit = null, dirty = false } = record ?? {};
  return { image, of: { stack, service, commit, dirty } };
}

/** The registries, with the login of the stack's settings if there is a stack. */
export function registryFor({ of }: Target): Promise<Registry> {
  return of === undefined ? Promise.resolve(new Registry(undefined)) : registryOf(of.stack);
}
