import { z } from "zod";

import { type Of, reference, texts, word } from "./field.ts";
import { registryLogin } from "./registry-login.ts";

/** Where a secret of a build comes from: a variable of the run, a file, or a value that was lent to the run under a name. */
const buildSecret = z.union([
  z.strictObject({ env: word }),
  z.strictObject({ file: word }),
  z.strictObject({ lent: word }),
]);

const list = z.array(word).readonly();

const shape = {
  /** `repository:tag`. */
  imageName: reference,
  /** Folder of the build context. */
  context: word,
  dockerfile: word,
  /** @default - the last stage */
  target: word.exactOptional(),
  /** Build arguments. */
  args: texts.exactOptional(),
  labels: texts.exactOptional(),
  /** @default - that of the builder */
  platforms: list.exactOptional(),
  /** By the id that the Dockerfile mounts each by; the values are nowhere here. */
  secrets: z.record(word, buildSecret).readonly().exactOptional(),
  /** By id: an agent's socket, or a key. */
  ssh: z
    .record(word, z.union([z.strictObject({ env: word }), z.strictObject({ file: word })]))
    .readonly()
    .exactOptional(),
  /** Images that hold caches. */
  cacheFrom: list.exactOptional(),
  /** The image that gets the cache. */
  cacheTo: reference.exactOptional(),
  /**
   * Login of the registry, kept as a secret.
   * @default - the logins of the machine, as `docker login` made them
   */
  login: registryLogin.exactOptional(),
};

/** Form of {@link ImageBuildInputs}. */
export const imageBuildInputs = z.object(shape).readonly();

/** Inputs of an `ImageBuild`. */
export type ImageBuildInputs = Of<typeof shape>;

/** Arguments of the function `lendSecrets`: values by name, which the provider keeps as long as the run lasts, and nowhere else. */
export const lendSecretsArgs = z.object({ values: z.record(z.string(), z.string()) });
