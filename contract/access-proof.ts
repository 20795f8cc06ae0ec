import { z } from "zod";

import { type Right, VERBS } from "../rights.ts";
import { type Of, type ShapeOf, word } from "./field.ts";

const verb = z.enum(VERBS);
const words = z.array(word).min(1).readonly();

const right = z
  .object({
    verb,
    group: z.string(),
    resource: word,
    subresource: word.exactOptional(),
    name: word.exactOptional(),
    namespace: word.exactOptional(),
  } satisfies ShapeOf<Right>)
  .readonly();

const severalRights = z
  .object({
    verbs: z.array(verb).min(1).readonly(),
    group: z.string(),
    /** A subresource follows a slash. */
    resources: words,
    name: word.exactOptional(),
    namespaces: words.exactOptional(),
  })
  .readonly();

const rights = z.array(z.union([right, severalRights])).readonly();

/** One right; or each of several verbs, on each of several resources, in each of several namespaces. */
export type Rights = z.infer<typeof rights>[number];

const identity = {
  /** User name, e.g. `system:serviceaccount:jenkins-deploy:deployer`. */
  user: word,
  /**
   * Groups of the user, beside `system:authenticated`.
   * @default - those of a service account, if the user is one
   */
  groups: z.array(word).readonly().exactOptional(),
  /** What it is for. Anything else about a right is omitted from the state. */
  needed: rights,
  /** What would be too much, e.g. `forbiddenRights`. */
  forbidden: rights,
};

/** An identity, what the API server must allow it, and what it must not. */
export type IdentityAccess = Of<typeof identity>;

const identityAccess: z.ZodType<IdentityAccess> = z.object(identity).readonly();

/** A part of a path: nobody who writes a state can lead a request elsewhere. */
const segment = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/);

const place = {
  /** Whoever tries it: a token is requested for this account, and expires after ten minutes. */
  account: z.object({ namespace: segment, name: segment }).readonly(),
  namespace: segment,
};

const collection = {
  /** E.g. `v1`, `apps/v1`. */
  apiVersion: z.string().regex(/^(?:[a-z0-9][a-z0-9.-]*\/)?v[a-z0-9]+$/),
  /** In the plural, e.g. `pods`. */
  resource: segment,
};

const manifest = z.record(z.string(), z.unknown()).readonly();

/** None changes anything if a policy lets it through, whoever wrote it into a state: see what the provider makes of it. */
const act = z.discriminatedUnion("verb", [
  /** Creates an object in a dry run. */
  z.object({ verb: z.literal("create"), ...place, ...collection, object: manifest }).readonly(),
  /** Patches an object with no change, and not in a dry run. */
  z.object({ verb: z.literal("patch"), ...place, ...collection, name: segment }).readonly(),
  /** Reaches a Service through the API server, by a path that is nobody's; a name is e.g. `http:controller:http`. */
  z
    .object({
      verb: z.literal("connect"),
      ...place,
      name: z.string().regex(/^[a-z0-9][a-z0-9:.-]*$/),
    })
    .readonly(),
]);

/** An act that changes nothing, whoever lets it through. */
export type RefusedAct = z.infer<typeof act>;

const policy = {
  /** Of the ValidatingAdmissionPolicy, and of its binding. */
  name: segment,
  /** The `spec` that it must have. */
  policy: manifest,
  /** The `spec` that its binding must have. */
  binding: manifest,
  /** What it must refuse, and nobody else may before it. */
  refuses: z.array(act).readonly(),
};

/** A policy as it must be in the cluster, and what it must refuse. */
export type ProvedPolicy = Of<typeof policy>;

const provedPolicy: z.ZodType<ProvedPolicy> = z.object(policy).readonly();

const shape = {
  identities: z.array(identityAccess).min(1).readonly(),
  /**
   * Policies that limit what rights alone would allow.
   * @default - none is looked at
   */
  policies: z.array(provedPolicy).readonly().exactOptional(),
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

/** A policy that is not in force as it should be. */
export interface PolicyFault {
  /** Its name. */
  readonly policy: string;
  /** What was looked at or tried. */
  readonly tried: string;
  /** What was found, e.g. who has answered in place of the policy. */
  readonly found: string;
}

/** Outputs of an `AccessProof`: see the component. */
export interface AccessProofOutputs {
  readonly proved: boolean;
  readonly allowed: number;
  readonly denied: number;
  readonly refused: number;
  readonly faults: readonly AccessFault[];
  readonly policyFaults: readonly PolicyFault[];
  readonly provedAt: string;
  readonly askedHash: string;
}
