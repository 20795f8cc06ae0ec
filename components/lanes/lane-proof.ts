import type { AccessProofInputs, IdentityAccess } from "../../contract/access-proof.ts";
import { manifestHash } from "../manifests/hash.ts";
import { userName } from "./definition.ts";
import { forbiddenRights } from "./forbidden-rights.ts";
import type { LaneAccount, LanePlan } from "./plan.ts";
import { provedPolicies } from "./refused-acts.ts";
import { summaryOf } from "./summary.ts";

/** Where the cluster's own controllers run. */
const SYSTEM = "kube-system";

/** What an `AccessProof` proves of lanes. */
export function laneProof(plan: LanePlan): AccessProofInputs {
  return {
    identities: plan.accounts.map((account) => identityOf(account, plan)),
    policies: provedPolicies(plan),
    manifestHash: manifestHash(summaryOf(plan)),
  };
}

/** Limited to its own lane, to the services' namespace, and to the lane that delivers. */
function identityOf({ namespace, name, rights }: LaneAccount, plan: LanePlan): IdentityAccess {
  const delivering = plan.lanes.filter(({ lane }) => lane.name === "deploy");
  const lanes = [namespace, ...delivering.map(({ lane }) => lane.namespace)];
  const forbidden = forbiddenRights({
    namespaces: [...plan.places, ...lanes],
    lanes,
    elsewhere: [SYSTEM, plan.controller, ...(plan.applier === undefined ? [] : [plan.applier])],
    appliers: plan.applier === undefined ? [] : [plan.applier],
    policies: [...plan.policies, ...plan.admissions].map(({ policy }) => policy.metadata.name),
    needed: rights,
  });
  return { user: userName(namespace, name), needed: rights, forbidden };
}
