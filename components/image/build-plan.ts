import { join, relative } from "node:path";

import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { contentHash } from "../../build-context/content-hash.ts";
import { plain } from "../../mask/plain.ts";
import { type Source, sourceOf } from "./source.ts";

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

/** What a build is made of, and what it makes. */
export interface BuildPlan {
  /** Hash of the content. */
  readonly tag: string;
  readonly source: Source;
  readonly build: docker.types.input.DockerBuild & { readonly context: string };
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
  const { target, platform } = build;
  try {
    const source = sourceOf(context, dockerfile);
    const args = { ...build.args, ...commitArgument(build.commitArg, source) };
    const tag = contentHash({ context, dockerfile, target, args, platform });
    // Relative, so that two checkouts of the same content have the same inputs.
    const paths = { context: fromHere(context), dockerfile: fromHere(dockerfile) };
    return { tag, source, build: { ...paths, target, args, platform } };
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

function fromHere(path: string): string {
  return relative(process.cwd(), path) || ".";
}
