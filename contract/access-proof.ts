import { z } from "zod";

import { type Right, VERBS } from "../rights.ts";
import { type Of, type ShapeOf, word } from "./field.ts";

const right = z
  .object({
    verb: z.enum(VERBS),
    group: z.string(),
    resource: word,
    subresource: word.exactOptional(),
    name: word.exactOptional(),
    namespace: word.exactOptional(),
  } satisfies ShapeOf<Right>)
  .readonly();

const identity = {
  /** User name, e.g. `system:serviceaccount:jenkins-deploy:deployer`. */
  user: word,
  /**
   * Groups of the user, beside `system:authenticated`.
   * @default - those of a service account, if the user is one
   */
  groups: z.array(word).readonly().exactOptional(),
  /** What it is for. Anything else about a right is omitted from the state. */
  needed: z.array(right).readonly(),
  /** What would be too much, e.g. `forbiddenRights`. */
  forbidden: z.array(right).readonly(),
};

/** An identity, what the API server must allow it, and what it must not. */
export type IdentityAccess = Of<typeof identity>;

const identityAccess: z.ZodType<IdentityAccess> = z.object(identity).readonly();

const shape = {
  identities: z.array(identityAccess).min(1).readonly(),
  /**
   * `sha256:<64 hex>` over the roles and bindings that give the rights: different ones are proved again.
   * @default - proved again only when the rights above change
   */
  manifestHash: word.exactOptional(),
};

/** Form of {@link AccessProofInputs}. */
export const accessProofInputs = z.object(shape).readonly();

/** Inputs of an `AccessProof`. */
export type AccessProofInputs = Of<typeof shape>;

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

/** Outputs of an `AccessProof`: see the component. */
export interface AccessProofOutputs {
  readonly proved: boolean;
  readonly allowed: number;
  readonly denied: number;
  readonly faults: readonly AccessFault[];
  readonly provedAt: string;
}
