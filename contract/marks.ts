/** The label of every object that Slipway creates. */
export const MADE_HERE = { "app.kubernetes.io/managed-by": "slipway" };

/** Stands on a Deployment whose pod template was rolled back, and says of which generation and why. */
export const ROLLED_BACK = "slipway/rolled-back";

/** Stands on a pod template, with the name of a credential behind it; its value changes with those of the credential. */
export const CREDENTIAL = "credential.slipway/";

/** Stands on a SealedSecret, with its scope behind it. */
export const SEALING_SCOPE = "sealedsecrets.bitnami.com/";

/** What a copy of a state has in the place of each secret. Nobody's secret is called so by chance. */
export const HIDDEN = "hidden-in-a-copy-of-the-state";

/** Stands on the objects of a service, with the words that say what its pods may do beside what every service's may. */
export const ALLOWED = "slipway/allow";

/** The beginning of what a `LaneGuard` calls an object of manifests that no lane writes. */
export const ADMINISTERED = "of the manifests, ";

/** Name of the objects that bound whatever is tried in a namespace of a pool: no trial takes them away. */
export const POOL = "trial-pool";

/** The label of a Job that migrates a service's database, and of its pods; its value is the service's name. */
export const MIGRATES = "slipway/migrates";

/** Stands on such a Job, with the hash of what it runs: see `migrationKey`. */
export const MIGRATION = "slipway/migration";
