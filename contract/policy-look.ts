/** Name of the Secret that nobody creates: a dry run of it shows which version of a policy the API server holds to. */
export const POLICY_PROBE = "slipway-policy-probe";

/** Arguments of the function `slipway:index:policyInForce`. */
export interface PolicyLookArgs {
  readonly namespace: string;
  /** What the policy's refusal of the probe says. */
  readonly version: string;
}

/** The answer of the function `slipway:index:policyInForce`. */
export interface PolicyLook {
  /** `unknown` if the namespace does not exist yet, or whoever asks may not create a Secret in it. */
  readonly policy: "in-force" | "unknown" | "not-in-force";
}
