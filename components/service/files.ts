import type {
  ConfigMapKey,
  CredentialKey,
  MayBeMissing,
  ResolvedWhole,
  SecretKey,
  Whole,
} from "./variables.ts";

/** What of a service's settings is about its files. */
export interface FilesDefinition {
  /**
   * Files by absolute path: their text, or a key of an existing Secret or ConfigMap or of a credential. Mounted read-only.
   * @default {}
   */
  readonly files?: Readonly<Record<string, FileSource>>;
  /**
   * Folders by absolute path, each made of a whole Secret, ConfigMap or credential. Mounted read-only.
   * @default {}
   */
  readonly folders?: Readonly<Record<string, Whole & FolderForm>>;
}

/** What a file's content comes from. */
export type FileSource = string | SecretKey | CredentialKey | ConfigMapKey;

/** How a whole object becomes a folder. */
export interface FolderForm extends MayBeMissing {
  /**
   * The keys that become files, and where below the folder.
   * @default - every key, as a file of its name
   */
  readonly items?: readonly FolderItem[];
  /**
   * Mode of the files, in octal digits.
   * @default "0644"
   */
  readonly mode?: string;
}

/** A key as a file. */
export interface FolderItem {
  readonly key: string;
  /** Below the folder. */
  readonly path: string;
  /** @default - that of the folder */
  readonly mode?: string;
}

/** A folder, once a credential is the Secret that it becomes. */
export type ResolvedFolder = ResolvedWhole & FolderForm;

/** The files of a service, with the Secrets of its credentials. */
export interface CompletedFiles {
  readonly files: Readonly<Record<string, Exclude<FileSource, CredentialKey>>>;
  readonly folders: Readonly<Record<string, ResolvedFolder>>;
}
