import type { KindName } from "./kinds.ts";
import type { Pods } from "./loose.ts";

/** Where an expression finds an object, its pods, their labels and annotations: as it is to be, or as it was. */
export interface Place extends Pods {
  readonly object: string;
  /** All containers of the pods, those that were added to one that runs among them. */
  readonly all: string;
  readonly labels: string;
  readonly annotations: string;
}

/** What a NetworkPolicy selects pods by, in Kubernetes' own words. */
export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** What the settings of a stack say that rules depend on. */
export interface Given {
  /**
   * What images may come from: registries such as ghcr.io, or repositories of them.
   * @default - nobody knows; no image is judged by it
   */
  readonly registries?: readonly string[];
  /**
   * The repository that stands for that of an image which is not known yet.
   * @default - all images are known
   */
  readonly unbuilt?: string;
  /** The words of the setting `allow`, by the name of the objects that have them; names that go on are written with a `*` at the end. */
  readonly allow: Readonly<Record<string, readonly string[]>>;
  /** The names of what Slipway itself describes: it is held to more than the level `restricted`. */
  readonly own: readonly string[];
  /** The types of the Services that the settings open to the outside, by name. */
  readonly open: Readonly<Record<string, string>>;
  /** The names of services whose settings say that they have no readiness probe. */
  readonly unprobed: readonly string[];
  /**
   * The selectors of the stack's NetworkPolicies.
   * @default - nobody knows; nothing is judged by them
   */
  readonly selectors?: readonly Selector[];
}

/** One rule: its check at `preview` and `up`, its part of a namespace's policy, and its line of docs/policy.md follow from it. */
export interface Rule {
  /** What settings and refusals call it. */
  readonly name: string;
  /** What holds for every object, as one sentence. */
  readonly says: string;
  /** How an object that breaks it is made right, as one sentence. */
  readonly remedy: string;
  readonly kinds: readonly KindName[];
  /**
   * An expression of CEL for what breaks it: a list of strings, each of which says what was got and what is allowed. Undefined if nobody
   * knows what it depends on.
   */
  readonly faults: (at: Place, given: Given) => string | undefined;
  /**
   * A shorter expression for whether there are any, where `faults` is long: to read an expression takes longer than all else.
   * @default - `faults` is evaluated at once
   */
  readonly isBroken?: (at: Place, given: Given) => string;
  /**
   * Whether `faults` itself leaves out what an object had before; otherwise, what it had before, word for word, may stay.
   * @default false
   */
  readonly knowsBefore?: boolean;
  /**
   * An expression of CEL for who may do it all the same: controllers. Only the API server knows.
   * @default - nobody
   */
  readonly except?: string;
}
