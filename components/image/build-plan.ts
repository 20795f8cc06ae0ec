import { join, relative } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { contentHash } from "../../build-context/content-hash.ts";
import { plain } from "../../mask/plain.ts";
import { byName } from "../by-name.ts";
import { type BuildxOptions, needsBuildx } from "./buildx-options.ts";
import { type Source, sourceOf } from "./source.ts";

/** How an image is built. */
export interface Build extends BuildxOptions {
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

/** What a build is made of, and what it makes. */
export interface BuildPlan {
  /** Hash of the content. */
  readonly tag: string;
  readonly source: Source;
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target: string | undefined;
    readonly args: Readonly<Record<string, string>>;
    readonly platform: string | undefined;
  };
  /**
   * What only BuildKit does.
   * @default - any builder will do
   */
  readonly buildx?: BuildxOptions;
  /** Platforms that the image is to be for; none where that is left to the builder. */
  readonly platforms: readonly string[];
}

/**
 * Reads the content of a build.
 *
 * @throws RunError where it cannot be read
 */
export function planBuild(
  name: string,
  { context, dockerfile = join(context, "Dockerfile"), ...build }: Build,
): BuildPlan {
  const { target, platform, platforms = platform === undefined ? [] : [platform], labels } = build;
  try {
    const source = sourceOf(context, dockerfile);
    const args = { ...build.args, ...commitArgument(build.commitArg, source) };
    const several = build.platforms;
    const tag = contentHash({
      ...{ context, dockerfile, target, args, platform },
      ...{ platforms: several, labels },
    });
    // Relative, so that two checkouts of the same content have the same inputs.
    const paths = { context: fromHere(context), dockerfile: fromHere(dockerfile) };
    return {
      ...{ tag, source, platforms },
      build: { ...paths, target, args, platform },
      ...(needsBuildx(build) && { buildx: withPlainPaths(build) }),
    };
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) {
      throw error;
    }
    throw new pulumi.RunError(plain(`build context of ${name}: ${(error as Error).message}`));
  }
}

function commitArgument(
  name: string | undefined,
  { commit, dirty }: Source,
): Record<string, string> {
  if (name === undefined) {
    return {};
  }
  return { [name]: commit === undefined ? "unknown" : `${commit}${dirty ? "-dirty" : ""}` };
}

function withPlainPaths({ secrets, ssh, cacheFrom, cacheTo, platforms, labels }: BuildxOptions) {
  const plainPath = <Source extends object>(source: Source): Source =>
    "file" in source && typeof source.file === "string"
      ? { ...source, file: fromHere(source.file) }
      : source;
  return {
    ...(secrets && { secrets: byName(secrets, (_, source) => plainPath(source)) }),
    ...(ssh && { ssh: byName(ssh, (_, source) => plainPath(source)) }),
    ...(cacheFrom && { cacheFrom }),
    ...(cacheTo !== undefined && { cacheTo }),
    ...(platforms && { platforms }),
    ...(labels && { labels }),
  } satisfies BuildxOptions;
}

function fromHere(path: string): string {
  return relative(process.cwd(), path) || ".";
}
