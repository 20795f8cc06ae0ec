import { readFile, stat } from "node:fs/promises";

import type { ImageBuildInputs } from "../../contract/image-build.ts";
import { messageOf } from "../cluster/api-error.ts";
import type { KnownSecrets } from "../known-secrets.ts";
import type { LentSecrets } from "./lent-secrets.ts";

/** BuildKit takes no larger secret. */
const MOST_BYTES = 500 * 1024;

/** Characters of what is taken for a secret in a line of a file. */
const FEWEST = 8;

/** A secret of a build, as the client gets it: the name of a variable, or the path of a file. */
export type GivenSecret = { readonly env: string } | { readonly src: string };

/** The secrets of a build, and the variables that hold those that were lent. */
export interface GivenSecrets {
  readonly secrets: Readonly<Record<string, GivenSecret>>;
  readonly ssh: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The secrets of a build for the Docker client: no value is in an argument.
 *
 * @param known gets each value, so that it is masked in what the builder prints
 * @throws Error naming a variable that is not set, or a file that cannot be read
 */
export async function secretsOf(
  { secrets = {}, ssh = {} }: Pick<ImageBuildInputs, "secrets" | "ssh">,
  lent: LentSecrets,
  known: KnownSecrets,
): Promise<GivenSecrets> {
  const env: Record<string, string> = {};
  const given: Record<string, GivenSecret> = {};
  for (const [index, [id, source]] of Object.entries(secrets).entries()) {
    if ("lent" in source) {
      const variable = `SLIPWAY_BUILD_SECRET_${index}`;
      env[variable] = lent.valueOf(source.lent);
      given[id] = { env: variable };
    } else if ("env" in source) {
      known.learn(variableOf(id, source.env));
      given[id] = { env: source.env };
    } else {
      learnLines(await textOf(id, source.file), known);
      given[id] = { src: source.file };
    }
  }
  const agents = Object.entries(ssh).map(([id, source]) => [
    id,
    "env" in source ? variableOf(id, source.env) : source.file,
  ]);
  return { secrets: given, ssh: Object.fromEntries(agents) as Record<string, string>, env };
}

function variableOf(id: string, name: string): string {
  const value = process.env[name] ?? "";
  if (value === "") {
    throw new Error(
      `the build's secret ${id}: the environment variable ${name} is not set; set it`,
    );
  }
  return value;
}

async function textOf(id: string, path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) {
      throw new Error(`it has ${size} bytes; allowed: at most ${MOST_BYTES}`);
    }
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Error(`the build's secret ${id}: ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A file such as `.npmrc` has its secret in one of its lines, behind a name. */
function learnLines(text: string, known: KnownSecrets): void {
  const tails = text
    .split("\n")
    .flatMap((line) => [line.trim().split(/\s/).at(-1), line.slice(line.indexOf("=") + 1)])
    .map((tail = "") => tail.trim().replace(/^["']|["']$/g, ""))
    .filter((tail) => tail.length >= FEWEST);
  known.learnAll([text.trim(), ...new Set(tails)]);
}
