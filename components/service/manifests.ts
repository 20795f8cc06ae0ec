/** When a Helm hook runs that is taken as a part of the service; `none` leaves it out. */
export type HookPlace = "before" | "after" | "none";

/** A team's own manifests: `files`, `kustomize` or `chart`, one of them, and what is to be known of it. */
export interface ManifestsDefinition {
  /** A YAML file, or a folder of them with all below it. */
  readonly files?: string;
  /** A folder with a kustomization. */
  readonly kustomize?: string;
  /** A folder with a Helm chart, the archive of one, `oci://…`, or the name of one in `repository`. */
  readonly chart?: string;
  /**
   * URL of the repository that has the chart.
   * @default - the chart is a folder, an archive or an OCI reference
   */
  readonly repository?: string;
  /**
   * Version of a chart that is fetched.
   * @default - the one of the `digest`
   */
  readonly version?: string;
  /**
   * `sha256:<64 hex>` of a chart that is fetched: of its archive, or of its OCI manifest.
   * @default - whatever the version is when it is fetched
   */
  readonly digest?: string;
  /**
   * Values of the chart.
   * @default {}
   */
  readonly values?: Readonly<Record<string, unknown>>;
  /**
   * Files with values of the chart, the later ones first; `values` come before all of them.
   * @default []
   */
  readonly valuesFiles?: readonly string[];
  /**
   * Helm's name for the release.
   * @default - the name of the service or extra
   */
  readonly release?: string;
  /**
   * Repository, or its last part, by which the manifests call the image of the service.
   * @default - the name of the service
   */
  readonly image?: string;
  /**
   * Objects outside of the stack's namespace that may be among them: `Kind/name`, or `namespace/Kind/name`.
   * @default []
   */
  readonly outside?: readonly string[];
  /**
   * Objects that are left out, `Kind/name`.
   * @default []
   */
  readonly without?: readonly string[];
  /**
   * What becomes of Helm's hooks, by `Kind/name`: an object that is applied `before` the workloads or `after` them, or `none`.
   * @default - there are none; a hook that is not named is refused
   */
  readonly hooks?: Readonly<Record<string, HookPlace>>;
  /**
   * Whether a release waits until its Ingress has an address.
   * @default true
   */
  readonly awaitAddress?: boolean;
}

/** A part of a service's definition. */
export interface WithManifests {
  /**
   * The team's own manifests, which replace Slipway's: a path, or more about it. They are rendered by `renderManifests`.
   * @default - Slipway's own
   */
  readonly manifests?: string | ManifestsDefinition;
}
