import * as pulumi from "@pulumi/pulumi";

import type { PassedGate } from "../../contract/passed-gate.ts";
import { digestTag, repositoryOf } from "../../contract/image-reference.ts";
import { type ApprovedImage, requireDigest } from "../approval.ts";
import { type Build, planBuild } from "./build-plan.ts";
import { pushed } from "./pushed.ts";
import type { FoundBuild } from "./found-build.ts";
import { ImageCopy } from "./image-copy.ts";
import { loginTo, type Registry } from "./registry.ts";
import { requirePinned } from "./require-pinned.ts";
import type { SharedBuild } from "./shared-build.ts";
import { type Source, UNKNOWN_SOURCE } from "./source.ts";
import { COMPONENTS } from "../../contract/tokens.ts";

/** What a release record says of an image that was built earlier. */
export type Origin = Pick<Source, "commit" | "dirty">;

/**
 * An image built here; the one of another service; one that was built elsewhere and is pinned by its digest; or one that
 * another stack has proved, which is copied where this stack's registry is another repository: under the service's own name,
 * or that of the service whose image it is.
 */
export type ImageSource =
  | { readonly build: Build | SharedBuild }
  | { readonly image: string; readonly origin?: Origin }
  | {
      readonly promoted: string;
      readonly origin: Origin;
      readonly of?: string;
      /** @default - none was asked for */
      readonly gates?: readonly PassedGate[];
    };

/** A release is named and compared by its image before anything is made. */
const KNOWN_ALLOWED =
  "allowed: a string, repository@sha256:<64 hex digits>, that the program knows when it starts; to run what is built in the same program, give build instead of image";

/** Inputs of an {@link Image}. */
export interface ImageArgs {
  readonly source: ImageSource;
  /** @default - none; needed for an image that is built here */
  readonly registry?: Registry | undefined;
  /**
   * The image of the service that builds it, for a build that another service shares.
   *
   * @default - it shares none
   */
  readonly owner?: Image | undefined;
  /**
   * What the stack and the registry have of a build already: see `survey`.
   *
   * @default - the builder decides by what it built last
   */
  readonly found?: FoundBuild | undefined;
  /**
   * The image that may run: see `readApproval`.
   *
   * @default - any
   */
  readonly approved?: ApprovedImage | undefined;
  /**
   * Compares what the image is built for with what was asked for and with the nodes, once it is there.
   *
   * @default - nothing is compared
   */
  readonly compared?: ComparedImage | undefined;
}

/**
 * An image, once what it is built for was compared with what was asked for and with the nodes.
 *
 * @param asked the platforms that its build names; none where it names none
 */
export type ComparedImage = (image: string, asked: readonly string[]) => Promise<string>;

/**
 * A service's image.
 *
 * Creates a `docker.Image` that builds and pushes it under the hash of its content, so that only
 * another content is another build; an `ImageBuild` where the build needs `docker buildx`. Content that the registry has from elsewhere creates nothing. A promoted image creates an `ImageCopy` where it lies in another repository than
 * this stack's own. A pinned image creates nothing, nor does one that another service builds.
 *
 * @throws RunError where the image is not the approved one, is not pinned, what is built cannot be read, or there is no registry to push it to
 */
export class Image extends pulumi.ComponentResource {
  /** `repository@sha256:<64 hex>`, once it is in the registry. */
  readonly ref: pulumi.Output<string>;
  /** What the image is, in few letters: the hash of its content, or the start of its digest. */
  readonly version: string;
  /** What it was built from. */
  readonly source: Source;
  /** Platforms that its build names; none where that is left to the builder, or where it is not built here. */
  readonly platforms: readonly string[];

  constructor(
    name: string,
    { source, registry, owner, found, approved, compared }: ImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENTS.Image, name, {}, opts);

    const child = { parent: this };
    const obtained =
      "build" in source
        ? "of" in source.build
          ? requireOwner(name, source.build, owner)
          : built(
              name,
              found ?? { plan: planBuild(name, source.build) },
              requireRegistry(name, registry),
              child,
            )
        : "promoted" in source
          ? promoted(name, source, registry, child)
          : pinned(name, source.image, source.origin);
    const approvedRef = obtained.ref.apply((ref) => requireDigest(name, ref, approved));
    this.version = obtained.version;
    this.source = obtained.source;
    this.platforms = obtained.platforms;
    this.ref =
      compared === undefined
        ? approvedRef
        : approvedRef.apply((ref) => compared(ref, obtained.platforms));
    this.registerOutputs({ ref: this.ref });
  }
}

type Obtained = Pick<Image, "ref" | "version" | "source" | "platforms">;

function built(
  name: string,
  { plan, image: taken }: FoundBuild,
  registry: Registry,
  opts: pulumi.CustomResourceOptions,
): Obtained {
  const { tag: version, source, platforms } = plan;
  const ref = taken === undefined ? pushed(name, plan, registry, opts) : pulumi.output(taken);
  return { ref, version, source, platforms };
}

function promoted(
  name: string,
  { promoted: image, origin, of = name }: { promoted: string; origin: Origin; of?: string },
  registry: Registry | undefined,
  opts: pulumi.CustomResourceOptions,
): Obtained {
  const obtained = pinned(name, image, origin);
  const home = registry === undefined ? undefined : `${registry.repository}/${of}`;
  if (home === undefined || home === repositoryOf(image)) {
    return obtained;
  }
  const login = loginTo(registry);
  const copy = new ImageCopy(name, { from: image, to: home, ...(login && { login }) }, opts);
  return { ...obtained, ref: copy.image };
}

function pinned(name: string, image: string, origin: Origin | undefined): Obtained {
  // Programs that no compiler has checked hand over what another resource has built.
  if (pulumi.Output.isInstance(image)) {
    throw new pulumi.RunError(`image of ${name}: got an Output; ${KNOWN_ALLOWED}`);
  }
  return {
    ref: pulumi.output(requirePinned(name, image)),
    version: digestTag(image),
    source: { ...UNKNOWN_SOURCE, ...origin },
    platforms: [],
  };
}

function requireOwner(name: string, { of }: SharedBuild, owner: Image | undefined): Image {
  if (owner !== undefined) {
    return owner;
  }
  throw new pulumi.RunError(
    `image of ${name}: got build.of ${JSON.stringify(of)} without the release of ${of}; allowed: a service that is delivered before; give its Release as owner`,
  );
}

function requireRegistry(name: string, registry: Registry | undefined): Registry {
  if (registry !== undefined) {
    return registry;
  }
  throw new pulumi.RunError(`image of ${name}: no registry to push it to; set registry.repository`);
}
