import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { goesWith } from "../namespace.ts";
import { type ComponentOptions, slipwayProviderOf } from "../providers.ts";
import { AccessProof } from "./access-proof.ts";
import { byName } from "../by-name.ts";
import { Lane } from "./lane.ts";
import { LaneGuard } from "./lane-guard.ts";
import { laneProof } from "./lane-proof.ts";
import { AGENT, type LaneName, LAUNCHER } from "./definition.ts";
import type { LanePlan } from "./plan.ts";
import { COMPONENTS } from "../../contract/tokens.ts";

/** Where Jenkins works, and as whom. Never a token: they are short-lived, and requested where they are used. */
export interface JenkinsOutputs {
  readonly lanes: { readonly [Name in LaneName]?: LaneOutputs };
  /** Credentials that Jenkins finds by these ids. */
  readonly credentials: readonly string[];
}

/** One lane. */
export interface LaneOutputs {
  readonly namespace: string;
  /** Account that Jenkins starts the lane's pods with. */
  readonly launcher: string;
  /** Account that they run as. */
  readonly agent: string;
}

/** Inputs of a {@link JenkinsAccess}. */
export interface JenkinsAccessArgs {
  /** See `planLanes`. */
  readonly plan: LanePlan;
  /** Namespace of the services. */
  readonly namespace: k8s.core.v1.Namespace;
  /**
   * What puts the stack's own policy in force: it is proved with the lanes'.
   * @default []
   */
  readonly policy?: readonly pulumi.Resource[] | undefined;
  /**
   * Further namespaces of the stack that its lanes work in, by name.
   * @default {}
   */
  readonly beside?: Readonly<Record<string, k8s.core.v1.Namespace>>;
}

/**
 * Jenkins' identities, with exactly the rights that the stack needs.
 *
 * Creates a `Lane` for each; `Role`s and `RoleBinding`s in the namespaces where its accounts work; a `ClusterRole` to read the lanes'
 * own objects that are in no namespace; `ValidatingAdmissionPolicy`s for what rights cannot say; the `AccessProof` that fails the
 * `up` if an account may do less, or more; and the `LaneGuard` that keeps a lane from taking them away.
 */
export class JenkinsAccess extends pulumi.ComponentResource {
  /** Where Jenkins works, and as whom, once it is proved. */
  readonly outputs: pulumi.Output<JenkinsOutputs>;
  /** The lanes' namespaces, by name. */
  readonly namespaces: Namespaces;

  constructor(
    name: string,
    { plan, namespace, policy = [], beside = {} }: JenkinsAccessArgs,
    opts: ComponentOptions,
  ) {
    super(COMPONENTS.JenkinsAccess, name, {}, opts);

    const provider = slipwayProviderOf(this, name);
    // A run that may not change the lanes ends before the namespace, and so before all of this.
    const child = { parent: this, dependsOn: namespace };
    const made = plan.lanes.map(({ lane, manifests }) => {
      return [lane.namespace, new Lane(lane.name, { manifests, after: namespace }, child)] as const;
    });
    const lanes = made.map(([, lane]) => lane);
    this.namespaces = byName(Object.fromEntries(made), (_, lane) => lane.namespace);
    const policies = declarePolicies(plan, child);
    const namespaces = { ...beside, ...this.namespaces, [plan.home]: namespace };
    // What rights alone would allow too much of is limited before they are given.
    const granted = { ...child, dependsOn: [namespace, ...policies] };
    const bindings = [
      ...declareRoles(plan, namespaces, granted),
      ...declareClusterRoles(plan, granted),
    ];
    const proof = new AccessProof(name, laneProof(plan), {
      parent: this,
      provider,
      dependsOn: [...bindings, ...lanes, ...policy],
    });
    new LaneGuard(
      name,
      { plan, last: true },
      { parent: this, provider, dependsOn: [proof, ...lanes] },
    );
    this.outputs = proof.proved.apply(() => outputsOf(plan));
    this.registerOutputs({ outputs: this.outputs });
  }
}

type Namespaces = Readonly<Record<string, k8s.core.v1.Namespace>>;

interface Child {
  readonly parent: pulumi.Resource;
  readonly dependsOn: pulumi.Resource | pulumi.Resource[];
}

/** A namespace that the stack does not create exists already: that of the controller, of Jenkins. */
function declareRoles(
  { roles }: LanePlan,
  namespaces: Namespaces,
  child: Child,
): pulumi.Resource[] {
  return roles.map(({ role, binding }) => {
    const { name, namespace } = role.metadata;
    const own = namespaces[namespace];
    const opts = {
      ...child,
      dependsOn: [child.dependsOn, own ?? []].flat(),
      ...(own && goesWith(own)),
    };
    const made = new k8s.rbac.v1.Role(`${namespace}-${name}`, role, opts);
    return new k8s.rbac.v1.RoleBinding(`${namespace}-${name}`, binding, {
      ...opts,
      dependsOn: made,
    });
  });
}

function declareClusterRoles({ clusterRoles }: LanePlan, child: Child): pulumi.Resource[] {
  return clusterRoles.map(({ role, binding }) => {
    const { name } = role.metadata;
    const made = new k8s.rbac.v1.ClusterRole(name, role, child);
    return new k8s.rbac.v1.ClusterRoleBinding(name, binding, { ...child, dependsOn: made });
  });
}

function declarePolicies({ policies }: LanePlan, child: Child): pulumi.Resource[] {
  const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } =
    k8s.admissionregistration.v1;
  return policies.map(({ policy, binding }) => {
    const { name } = policy.metadata;
    const made = new ValidatingAdmissionPolicy(name, policy, child);
    return new ValidatingAdmissionPolicyBinding(name, binding, { ...child, dependsOn: made });
  });
}

function outputsOf({ lanes, credentials }: LanePlan): JenkinsOutputs {
  const entries = lanes.map(({ lane: { name, namespace } }) => {
    return [name, { namespace, launcher: LAUNCHER, agent: AGENT }] as const;
  });
  return { lanes: Object.fromEntries(entries), credentials };
}
