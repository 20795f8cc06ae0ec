import { join } from "node:path";
import type { CheckFailure, Properties } from "../../../wire/plugin.ts";

/** What is built, as the program says it. */
export interface BuildInputs {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly network?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly addHosts?: readonly string[];
  readonly builderVersion?: string;
  readonly cacheFrom?: { readonly images?: readonly string[] };
}

/** Inputs of `docker:index/image:Image`. */
export interface ImageInputs {
  readonly imageName: string;
  readonly build?: BuildInputs;
  readonly registry?: {
    readonly server?: string;
    readonly username?: string;
    readonly password?: string;
  };
  readonly skipPush?: boolean;
  readonly buildOnPreview?: boolean;
}

/** The folder of the build context, and the Dockerfile; both start where the program runs. */
export function pathsOf({ context = ".", dockerfile = join(context, "Dockerfile") }: BuildInputs): {
  readonly context: string;
  readonly dockerfile: string;
} {
  return { context, dockerfile };
}

/** What is wrong with the inputs of an image. */
export function checkImage({ imageName }: Properties): CheckFailure[] {
  const isName = typeof imageName === "string" && /^[a-z0-9][\w.:/-]*$/.test(imageName);
  const reason = `got "${String(imageName)}", allowed: a name such as registry.example.com/team/shop:tag, in lower case and without digest`;
  return isName ? [] : [{ property: "imageName", reason }];
}

/** An image's name without its tag. */
export function repositoryOf(imageName: string): string {
  return imageName.replace(/:[^:/]*$/, "");
}

/** The registry that an image's name begins with, as a Docker client names it. */
export function registryOf(imageName: string): string {
  const [first = "", ...rest] = imageName.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? first : "docker.io";
}
