import { type Cluster, type ClusterProviders, connect } from "../cluster.ts";
import { known } from "../known.ts";
import { JenkinsAccess } from "../lanes/jenkins-access.ts";
import { LaneGuard } from "../lanes/lane-guard.ts";
import type { LanePlan } from "../lanes/plan.ts";
import { type PoolDefinition, planPool } from "./plan.ts";
import { TrialPool } from "./trial-pool.ts";

/** Name of the pool's components in their stack. */
const NAME = "trials";

/** Declares a pool of trials, and the lane that delivers them if there is one. */
export function deliverPool({
  cluster,
  ...definition
}: PoolDefinition & { readonly cluster: Cluster }) {
  const providers = connect(cluster);
  const [provider, own] = providers;
  const plan = planPool(definition);
  const { lanes } = plan;
  const guard = lanes && new LaneGuard("lanes", { plan: lanes }, { provider: own });
  const pool = new TrialPool(NAME, { plan, guard }, { provider });
  const access = lanes && accessOf(lanes, plan.home, pool, providers);
  return {
    // Nothing is released by the pool itself: every command finds that, too.
    ...{ namespace: plan.home, releases: {}, history: {}, endpoints: {} },
    trials: plan.namespaces.map(({ name }) => name),
    ...(access && { jenkins: known(access.outputs) }),
  };
}

function accessOf(
  plan: LanePlan,
  book: string,
  { namespaces, home, bounds }: TrialPool,
  providers: ClusterProviders,
): JenkinsAccess {
  const namespace = namespaces[plan.home] ?? home;
  const beside = { ...namespaces, [book]: home };
  return new JenkinsAccess("jenkins", { plan, namespace, policy: [bounds], beside }, { providers });
}
