import type { ImageBuildInputs } from "../../contract/image-build.ts";
import type { GivenSecrets } from "./secret-values.ts";

/** Read by the client itself, so that a build argument of that name cannot come by the environment. */
const CLIENT_VARIABLE = /^(PATH|HOME|DOCKER_\w+|BUILDKIT_\w+|BUILDX_\w+)$/;

/** The arguments and variables of `docker buildx build`. Values of secrets and of build arguments are in no argument. */
export function buildCommand(
  build: ImageBuildInputs,
  { secrets, ssh, env }: GivenSecrets,
  metadataFile: string,
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { imageName, context, dockerfile, target, args = {}, labels = {}, platforms = [] } = build;
  const { cacheFrom = [], cacheTo } = build;
  const hidden = Object.entries(args).filter(([name]) => !CLIENT_VARIABLE.test(name));
  return {
    args: [
      ...["buildx", "build", "--push", "--progress", "plain", "--metadata-file", metadataFile],
      ...["--tag", imageName, "--file", dockerfile],
      ...(target === undefined ? [] : ["--target", target]),
      ...(platforms.length === 0 ? [] : ["--platform", platforms.join(",")]),
      ...Object.entries(args).flatMap(([name, value]) => [
        "--build-arg",
        CLIENT_VARIABLE.test(name) ? `${name}=${value}` : name,
      ]),
      ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
      ...Object.entries(secrets).flatMap(([id, source]) => [
        "--secret",
        fields("env" in source ? { id, env: source.env } : { id, src: source.src }),
      ]),
      ...Object.entries(ssh).flatMap(([id, path]) => ["--ssh", `${id}=${path}`]),
      ...cacheFrom.flatMap((ref) => ["--cache-from", fields({ type: "registry", ref })]),
      ...(cacheTo === undefined ? [] : ["--cache-to", cacheFields(cacheTo)]),
      "--",
      context,
    ],
    // Attestations would make an index of each image, and another digest of each build.
    env: { BUILDX_NO_DEFAULT_ATTESTATIONS: "1", ...Object.fromEntries(hidden), ...env },
  };
}

/** Registries such as Amazon's accept a cache only as an image of OCI's form. */
function cacheFields(ref: string): string {
  const form = { mode: "max", "image-manifest": "true", "oci-mediatypes": "true" };
  return fields({ type: "registry", ref, ...form });
}

/** Fields as the client reads them, which is a line of CSV. */
function fields(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}
