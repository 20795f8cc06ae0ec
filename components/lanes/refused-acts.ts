import type { ProvedPolicy, RefusedAct } from "../../contract/access-proof.ts";
import { AGENT, type Lane, LAUNCHER } from "./definition.ts";
import type { LanePlan } from "./plan.ts";

/**
 * What each policy must refuse, by the end of its name. Each act breaks one policy alone, and meets what comes before it:
 * rights, Pod Security, the API server's own validation. So the refusal is that policy's.
 */
const ACTS: Readonly<Record<string, (plan: LanePlan) => readonly RefusedAct[]>> = {
  pods: ({ lanes }) => lanes.map(({ lane }) => pod(lane, { serviceAccountName: LAUNCHER })),
  "dry-run": (plan) => lanesNamed(plan, "preview").flatMap((lane) => realWrite(lane, plan)),
  build: (plan) => lanesNamed(plan, "build").map((lane) => pod(lane, { hostPID: true })),
};

/** The policies of a plan, each with what must be in the cluster and what it must refuse. */
export function provedPolicies(plan: LanePlan): ProvedPolicy[] {
  return plan.policies.map(({ policy, binding }) => {
    const { name } = policy.metadata;
    const refuses = ACTS[name.slice(plan.prefix.length + 1)]?.(plan) ?? [];
    return { name, policy: policy.spec, binding: binding.spec, refuses };
  });
}

function lanesNamed({ lanes }: LanePlan, name: Lane["name"]): Lane[] {
  return lanes.flatMap(({ lane }) => (lane.name === name ? [lane] : []));
}

/**
 * As the agent, on the one account that every namespace has. An agent that may not write accounts serves no service, and
 * there is nothing that it could try.
 */
function realWrite({ namespace }: Lane, { home, accounts }: LanePlan): RefusedAct[] {
  const account = { namespace, name: AGENT };
  const own = accounts.find((each) => each.namespace === namespace && each.name === AGENT);
  const isAllowed = own?.rights.some(
    ({ verb, resource, name }) =>
      verb === "patch" && resource === "serviceaccounts" && name === undefined,
  );
  const object = { apiVersion: "v1", resource: "serviceaccounts", namespace: home };
  return isAllowed === true ? [{ account, verb: "patch", ...object, name: "default" }] : [];
}

const PINNED = `registry.invalid/slipway@sha256:${"0".repeat(64)}`;

/** As the launcher of a lane, in it: a pod that its policies admit, except for this. */
function pod({ namespace }: Lane, change: object): RefusedAct {
  return {
    account: { namespace, name: LAUNCHER },
    verb: "create",
    apiVersion: "v1",
    resource: "pods",
    namespace,
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name: "slipway-access-proof" },
      spec: {
        serviceAccountName: AGENT,
        securityContext: { runAsNonRoot: true, runAsUser: 1000 },
        containers: [
          {
            name: "jnlp",
            image: PINNED,
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"] },
              seccompProfile: { type: "RuntimeDefault" },
            },
          },
        ],
        ...change,
      },
    },
  };
}
