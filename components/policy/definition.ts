import type { OwnRule } from "../../policy/rules/own-rule.ts";

/** That an object may break a rule for a while. */
export interface Waiver {
  /** The last day of it, as YYYY-MM-DD, by UTC. */
  readonly until: string;
  readonly why: string;
}

/** What a stack says of the policy that holds for it. */
export interface PolicyDefinition {
  /**
   * Whether the API server holds everybody to it in the stack's namespace, by a ValidatingAdmissionPolicy that an administrator's `up` makes.
   * @default false
   * @see docs/policy.md
   */
  readonly admission?: boolean;
  /**
   * Registries, such as `ghcr.io`, and repositories that images may come from, beside those that other settings name.
   * @default []
   */
  readonly registries?: readonly string[];
  /**
   * By the name of a rule and the object, extra or service that may break it.
   * @default {}
   */
  readonly waive?: Readonly<Record<string, Readonly<Record<string, Waiver>>>>;
  /**
   * The team's own rules, by name.
   * @default {}
   */
  readonly rules?: Readonly<Record<string, OwnRule>>;
}
