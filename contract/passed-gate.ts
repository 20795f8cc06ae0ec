/** A gate that an image has passed, as the record of its release lists it. */
export interface PassedGate {
  readonly name: string;
  /** When, ISO 8601; null if only a tag says so, or a statement without a time. */
  readonly at: string | null;
  /**
   * Who has passed it.
   * @default - a command, or it is unknown
   */
  readonly by?: string;
  /**
   * The public key by which the statement is signed, as the settings name it.
   * @default - the settings ask for none
   */
  readonly signedBy?: string;
  /**
   * Until when it counts, ISO 8601: by its age, or by the end of what it waives.
   * @default - it has no end
   */
  readonly until?: string;
}
