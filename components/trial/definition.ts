/** What a stack says of its trials: a namespace for each pull request, out of a pool. */
export interface TrialDefinition {
  /** The stack whose settings a trial has, such as `dev`. */
  readonly of: string;
  /** Seconds after its last delivery in which a trial ends. */
  readonly idleSeconds: number;
  /** How many namespaces the pool has. */
  readonly most: number;
  /**
   * The domain under which each trial has host names of its own.
   * @default - a trial is reached inside the cluster only
   */
  readonly host?: string;
  /** What each trial may use at most. */
  readonly quota: TrialQuota;
}

/** What a trial may use at most. */
export interface TrialQuota {
  /** Number of pods at a time. */
  readonly pods: number;
  /** Cores of all its pods together. */
  readonly cpu: string;
  /** Memory of all its pods together. */
  readonly memory: string;
  /** Storage that all its claims ask for together. */
  readonly storage: string;
}

/** Name of the Lease by which a trial holds a namespace of the pool. */
export const TRIAL = "trial";

/** The namespaces of a pool, in the order in which they are taken. */
export function poolNamespaces(home: string, most: number): string[] {
  return Array.from({ length: most }, (_, index) => `${home}-${index + 1}`);
}

/** The pull request that a text names, undefined if it names none. */
export function numberIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** Name of the Lease, in the namespace of the pool itself, by which a pull request has no second trial. */
export function entryName(number: number): string {
  return `${TRIAL}-${number}`;
}

/** The stack that delivers the trial of a pull request. */
export function trialStack(pool: string, number: number): string {
  return `${pool}-${number}`;
}
