import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { RegistryLogin } from "../../contract/registry-login.ts";
import { digestTag, registryServer, repositoryOf } from "../../contract/image-reference.ts";
import { type ApprovedImage, requireDigest } from "../approval.ts";
import { type Build, planBuild } from "./build-plan.ts";
import type { FoundBuild } from "./found-build.ts";
import { ImageCopy } from "./image-copy.ts";
import { requirePinned, requirePushed } from "./require-pinned.ts";
import { type Source, UNKNOWN_SOURCE } from "./source.ts";
import { COMPONENTS } from "../../contract/tokens.ts";

/** Where images are pushed to and pulled from. */
export interface Registry {
  /** What the images' names begin with, e.g. `registry.example.com/team`. */
  readonly repository: string;
  /** @default - the registry asks for none */
  readonly username?: string;
  /** @default - the registry asks for none */
  readonly password?: pulumi.Output<string>;
  /**
   * Name of an existing Secret in the namespace that pulls the images.
   *
   * @default - the nodes may pull them
   */
  readonly pullSecret?: string;
}

/** What a release record says of an image that was built earlier. */
export type Origin = Pick<Source, "commit" | "dirty">;

/**
 * An image built here; one that was built elsewhere and is pinned by its digest; or one that another stack has proved,
 * which is copied where this stack's registry is another repository.
 */
export type ImageSource =
  | { readonly build: Build }
  | { readonly image: string; readonly origin?: Origin }
  | { readonly promoted: string; readonly origin: Origin };

/** A release is named and compared by its image before anything is made. */
const KNOWN_ALLOWED =
  "allowed: a string, repository@sha256:<64 hex digits>, that the program knows when it starts; to run what is built in the same program, give build instead of image";

/** Inputs of an {@link Image}. */
export interface ImageArgs {
  readonly source: ImageSource;
  /** @default - none; needed for an image that is built here */
  readonly registry?: Registry | undefined;
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
}

/**
 * A service's image.
 *
 * Creates a `docker.Image` that builds and pushes it under the hash of its content, so that only
 * another content is another build. Content that the registry has from elsewhere creates nothing. A promoted image creates an `ImageCopy` where it lies in another repository than
 * this stack's own. A pinned image creates nothing.
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

  constructor(
    name: string,
    { source, registry, found, approved }: ImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(COMPONENTS.Image, name, {}, opts);

    const child = { parent: this };
    const obtained =
      "build" in source
        ? built(
            name,
            found ?? { plan: planBuild(name, source.build) },
            requireRegistry(name, registry),
            child,
          )
        : "promoted" in source
          ? promoted(name, source, registry, child)
          : pinned(name, source.image, source.origin);
    this.ref = obtained.ref.apply((ref) => requireDigest(name, ref, approved));
    this.version = obtained.version;
    this.source = obtained.source;
    this.registerOutputs({ ref: this.ref });
  }
}

/** The login that the settings have for their registry; no other registry gets it. */
export function loginTo(
  registry: Registry | undefined,
): pulumi.Input<pulumi.Unwrap<RegistryLogin>> | undefined {
  if (registry?.username === undefined) {
    return undefined;
  }
  const { username, password, repository } = registry;
  return pulumi
    .output(password ?? "")
    .apply((plain) => ({ server: registryServer(repository), username, password: plain }));
}

type Obtained = Pick<Image, "ref" | "version" | "source">;

function built(
  name: string,
  { plan, image: taken }: FoundBuild,
  { repository: prefix, username, password }: Registry,
  opts: pulumi.CustomResourceOptions,
): Obtained {
  const { tag: version, source } = plan;
  if (taken !== undefined) {
    return { ref: pulumi.output(taken), version, source };
  }
  const repository = `${prefix}/${name}`;
  // The provider compares a digest of the context, too. It sees mode bits that git does not keep,
  // but it does so whatever `ignoreChanges` says: the docs tell to keep the builders' umask equal.
  const image = new docker.Image(
    name,
    {
      imageName: `${repository}:${version}`,
      build: plan.build,
      registry: { server: registryServer(repository), username, password },
    },
    opts,
  );
  const ref = image.repoDigest.apply((digest) => requirePushed(name, digest));
  return { ref, version, source };
}

function promoted(
  name: string,
  { promoted: image, origin }: { promoted: string; origin: Origin },
  registry: Registry | undefined,
  opts: pulumi.CustomResourceOptions,
): Obtained {
  const obtained = pinned(name, image, origin);
  const home = registry === undefined ? undefined : `${registry.repository}/${name}`;
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
  };
}

function requireRegistry(name: string, registry: Registry | undefined): Registry {
  if (registry !== undefined) {
    return registry;
  }
  throw new pulumi.RunError(`image of ${name}: no registry to push it to; set registry.repository`);
}
