/** The commit that a release came from. */
export interface SourceReference {
  readonly commit: string | undefined;
  /** Address of the repository, without credentials. */
  readonly repository: string | undefined;
}

/** The annotations that name it: beside the pod template, never in it. */
export function sourceAnnotations(source: SourceReference | undefined): Record<string, string> {
  return {
    ...(source?.commit !== undefined && { "org.opencontainers.image.revision": source.commit }),
    ...(source?.repository !== undefined && {
      "org.opencontainers.image.source": source.repository,
    }),
  };
}
