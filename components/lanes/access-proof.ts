import * as pulumi from "@pulumi/pulumi";

import type {
  AccessFault,
  AccessProofInputs,
  IdentityAccess,
} from "../../contract/access-proof.ts";
import type { Right } from "../../rights.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";

/** An identity, what it must be allowed to do, and what it must not. */
export type AccessProofIdentity = IdentityAccess;

/** Arguments of an {@link AccessProof}. */
export type AccessProofArgs = Inputs<AccessProofInputs>;

/**
 * Proves, by asking the API server, that identities may do what they are for and nothing that is forbidden. It creates
 * nothing in the cluster. It depends on the roles and bindings that give the rights; whatever needs the proof depends
 * on it.
 *
 * A right that is missing, or one too many, fails the `up` with a table of all of them. The failure stays in the stack's
 * state: the next `up` asks again. `pulumi refresh` asks again, too, and reports a change. Asking needs `create` on
 * `subjectaccessreviews.authorization.k8s.io`, which an administrator has; an identity without it keeps
 * the last result when it refreshes, and the run says so.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export class AccessProof extends pulumi.CustomResource {
  /** Whether all rights are as they should be. */
  declare readonly proved: pulumi.Output<boolean>;
  /** How many rights were found allowed, as they should be. */
  declare readonly allowed: pulumi.Output<number>;
  /** How many acts were found denied, as they should be. */
  declare readonly denied: pulumi.Output<number>;
  /** The rights that are not as they should be; empty except after a refresh. */
  declare readonly faults: pulumi.Output<readonly AccessFault[]>;
  /** When the API server was asked last, ISO 8601. */
  declare readonly provedAt: pulumi.Output<string>;

  constructor(
    name: string,
    { identities, manifestHash }: AccessProofArgs,
    opts: SlipwayResourceOptions,
  ) {
    const plain = pulumi.output(identities).apply((all) => all.map(plainIdentity));
    const inputs = { identities: plain, manifestHash };
    const counts = { proved: undefined, allowed: undefined, denied: undefined };
    const outputs = { ...counts, faults: undefined, provedAt: undefined };
    super(RESOURCES.AccessProof, name, { ...outputs, ...inputs }, opts);
  }
}

function plainIdentity({ user, groups, needed, forbidden }: IdentityAccess): IdentityAccess {
  return {
    user,
    ...(groups !== undefined && { groups }),
    needed: needed.map(plainRight),
    forbidden: forbidden.map(plainRight),
  };
}

/** Only the right itself is kept: new words for its purpose are not a change. */
function plainRight({ verb, group, resource, subresource, name, namespace }: Right): Right {
  return {
    verb,
    group,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
}
