import { join, relative } from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { contentHash } from "./content-hash";
import { digestOf, registryServer, requirePinned } from "./image-reference";
import { type Source, sourceOf, UNKNOWN_SOURCE } from "./source";

/** How an image is built. */
export interface Build {
  /** Folder of the build context; a relative one starts at the project. */
  readonly context: string;
  /**
   * Path of the Dockerfile; a relative one starts at the project.
   *
   * @default - `Dockerfile` in the context
   */
  readonly dockerfile?: string;
  /**
   * Stage of the Dockerfile to build.
   *
   * @default - the last one
   */
  readonly target?: string;
  /**
   * Build arguments. They stay readable in the image, so none of them may be a secret.
   *
   * @default {}
   */
  readonly args?: Readonly<Record<string, string>>;
  /**
   * Name of the build argument that gets the commit. Each commit is then an image of its own.
   *
   * @default - nothing of the commit enters the image
   */
  readonly commitArg?: string;
  /**
   * System and architecture, e.g. `linux/amd64`.
   *
   * @default - those of the builder
   */
  readonly platform?: string;
}

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

/** An image built here, or one that was built elsewhere and is pinned by its digest. */
export type ImageSource = { readonly build: Build } | { readonly image: string };

/** Inputs of an {@link Image}. */
export interface ImageArgs {
  readonly source: ImageSource;
  /** @default - none; needed for an image that is built here */
  readonly registry?: Registry | undefined;
}

/**
 * A service's image.
 *
 * Creates a `docker.Image` that builds and pushes it under the hash of its content, so that only
 * another content is another build. A pinned image creates nothing.
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
    { source, registry }: ImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:index:Image", name, {}, opts);

    if ("image" in source) {
      this.source = UNKNOWN_SOURCE;
      this.version = digestOf(source.image).slice(0, 32);
      this.ref = pulumi.output(requirePinned(name, source.image));
    } else {
      const plan = planBuild(name, source.build);
      this.source = plan.source;
      this.version = plan.tag;
      const repository = `${requireRegistry(name, registry).repository}/${name}`;
      // The provider compares a digest of the context, too. It sees mode bits that git does not keep,
      // but it does so whatever `ignoreChanges` says: the docs tell to keep the builders' umask equal.
      const built = new docker.Image(
        name,
        {
          imageName: `${repository}:${plan.tag}`,
          build: plan.build,
          registry: {
            server: registryServer(repository),
            username: registry?.username,
            password: registry?.password,
          },
        },
        { parent: this },
      );
      this.ref = built.repoDigest.apply((digest) => requirePinned(name, digest));
    }
    this.registerOutputs({ ref: this.ref });
  }
}

interface BuildPlan {
  readonly tag: string;
  readonly source: Source;
  readonly build: docker.types.input.DockerBuild;
}

function planBuild(
  name: string,
  { context, dockerfile = join(context, "Dockerfile"), ...build }: Build,
): BuildPlan {
  const { target, platform } = build;
  const source = sourceOf(context, dockerfile);
  const args = { ...build.args, ...commitArgument(build.commitArg, source) };
  try {
    const tag = contentHash({ context, dockerfile, target, args, platform });
    // Relative, so that two checkouts of the same content have the same inputs.
    const paths = { context: fromHere(context), dockerfile: fromHere(dockerfile) };
    return { tag, source, build: { ...paths, target, args, platform } };
  } catch (error) {
    throw new pulumi.RunError(`build context of ${name}: ${(error as Error).message}`);
  }
}

function commitArgument(
  name: string | undefined,
  { commit, dirty }: Source,
): Record<string, string> {
  if (name === undefined) return {};
  return { [name]: commit === undefined ? "unknown" : `${commit}${dirty ? "-dirty" : ""}` };
}

function fromHere(path: string): string {
  return relative(process.cwd(), path) || ".";
}

function requireRegistry(name: string, registry: Registry | undefined): Registry {
  if (registry !== undefined) return registry;
  throw new pulumi.RunError(`image of ${name}: no registry to push it to; set registry.repository`);
}
