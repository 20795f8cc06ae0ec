import * as pulumi from "@pulumi/pulumi";

/** Where a secret of a build comes from: its value is in no layer, log, argument or state. */
export type BuildSecret =
  /** An environment variable of the run. */
  | { readonly env: string }
  /** A file; a relative path starts at the project. */
  | { readonly file: string }
  /** A secret of the program's. */
  | { readonly value: pulumi.Output<string> };

/** What only BuildKit does, through `docker buildx`. */
export interface BuildxOptions {
  /**
   * Secrets by the id of `RUN --mount=type=secret,id=…`. A different value builds nothing anew.
   * @default {}
   * @see https://docs.docker.com/build/building/secrets/
   */
  readonly secrets?: Readonly<Record<string, BuildSecret>>;
  /**
   * By the id of `RUN --mount=type=ssh,id=…`: the variable that names an agent's socket, or a key.
   * @default {}
   */
  readonly ssh?: Readonly<Record<string, Exclude<BuildSecret, { readonly value: unknown }>>>;
  /**
   * Images whose caches are used: `registry.example.com/team/cache:shop`.
   * @default []
   */
  readonly cacheFrom?: readonly string[];
  /**
   * The image that gets the cache, of all stages.
   * @default - none
   */
  readonly cacheTo?: string;
  /**
   * Systems and architectures: the image is an index of one image for each.
   * @default - `platform`, or that of the builder
   */
  readonly platforms?: readonly string[];
  /**
   * Labels of the image. They stay readable in it, so none of them may be a secret.
   * @default {}
   * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Whether a build needs `docker buildx`. */
export function needsBuildx(options: BuildxOptions): boolean {
  const { secrets, ssh, cacheFrom, cacheTo, platforms, labels } = options;
  return [secrets, ssh, cacheFrom, cacheTo, platforms, labels].some((each) => each !== undefined);
}

/** The secrets whose values have to be lent to the provider, by the name that they are lent under. */
export function lentSecrets(
  service: string,
  { secrets = {} }: BuildxOptions,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([id, source]) =>
      "value" in source ? [[lentName(service, id), source.value]] : [],
    ),
  );
}

/** The sources of a build's secrets as its resource has them: no value. */
export function secretSources(service: string, { secrets = {} }: BuildxOptions) {
  return Object.fromEntries(
    Object.entries(secrets).map(([id, source]) => [
      id,
      "value" in source ? { lent: lentName(service, id) } : source,
    ]),
  );
}

function lentName(service: string, id: string): string {
  return `${service}/${id}`;
}
