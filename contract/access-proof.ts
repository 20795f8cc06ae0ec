import type { Right } from "../rights";

/** What the API server must allow an identity, and what it must not. */
export interface IdentityAccess {
  /** User name, e.g. `system:serviceaccount:jenkins-deploy:deployer`. */
  readonly user: string;
  /**
   * Groups of the user, beside `system:authenticated`.
   * @default - those of a service account, where the user is one
   */
  readonly groups?: readonly string[];
  readonly needed: readonly Right[];
  readonly forbidden: readonly Right[];
}

/** Inputs of `slipway:index:AccessProof`. */
export interface AccessProofInputs {
  readonly identities: readonly IdentityAccess[];
  /** `sha256:<64 hex>` over the roles and bindings that give the rights: other ones are proved again. */
  readonly manifestHash?: string;
}

/** A right that is not as it should be. */
export interface AccessFault {
  readonly user: string;
  readonly right: Right;
  readonly wanted: "allowed" | "denied";
  /**
   * Why it is not so, e.g. which binding of which role gives it.
   * @default - the API server does not say
   */
  readonly reason?: string;
}

/** Outputs of `slipway:index:AccessProof`. */
export interface AccessProofOutputs {
  readonly proved: boolean;
  /** Rights that were found allowed, as they should be. */
  readonly allowed: number;
  /** Acts that were found denied, as they should be. */
  readonly denied: number;
  /** Everything else. */
  readonly faults: readonly AccessFault[];
  /** When the API server was asked last, ISO 8601. */
  readonly provedAt: string;
}
