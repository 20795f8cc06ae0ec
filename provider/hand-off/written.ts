/** What was written. */
export interface Written {
  /** The commit, or the digest of the artifact, that has the files. */
  readonly revision: string;
  /** What was there before; null if the files were there already, empty if nothing was. */
  readonly previous: string | null;
  /** Whether nothing was in this place before. */
  readonly isFirst: boolean;
  /** A hash of each file, by its name. */
  readonly files: Readonly<Record<string, string>>;
}
