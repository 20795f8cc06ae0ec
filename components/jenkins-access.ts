import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { AccessProof } from "./access-proof";
import { byName } from "./by-name";
import type { ClusterProviders } from "./cluster";
import { Lane } from "./lane";
import { forbiddenRights } from "./manifests/forbidden-rights";
import { manifestHash } from "./manifests/hash";
import { AGENT, type LaneName, LAUNCHER, userName } from "./manifests/lane";
import type { LaneAccount, LanePlan } from "./manifests/lane-plan";
import { summaryOf } from "./manifests/lane-summary";

/** Where Jenkins works, and as whom. Never a token: they are short-lived, and asked for where they are used. */
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
}

/**
 * Jenkins' identities, with exactly the rights that the stack takes.
 *
 * Creates a `Lane` for each; `Role`s and `RoleBinding`s in the namespaces where its accounts work; a `ClusterRole` to read the lanes'
 * own objects that are in no namespace; `ValidatingAdmissionPolicy`s for what rights cannot say; and the `AccessProof` that fails the
 * `up` where an account may do less, or more.
 */
export class JenkinsAccess extends pulumi.ComponentResource {
  /** Where Jenkins works, and as whom, once it is proved. */
  readonly outputs: pulumi.Output<JenkinsOutputs>;
  /** The lanes' namespaces, by name. */
  readonly places: Readonly<Record<string, k8s.core.v1.Namespace>>;

  constructor(
    name: string,
    { plan, namespace }: JenkinsAccessArgs,
    opts: pulumi.ComponentResourceOptions & { readonly providers: ClusterProviders },
  ) {
    super("slipway:index:JenkinsAccess", name, {}, opts);

    const child = { parent: this };
    const made = plan.lanes.map(({ lane, manifests }) => {
      return [lane.namespace, new Lane(lane.name, { manifests }, child)] as const;
    });
    this.places = byName(Object.fromEntries(made), (_, lane) => lane.namespace);
    const places = { ...this.places, [plan.home]: namespace };
    const granted = [...declareRoles(plan, places, this), ...declareClusterRoles(plan, this)];
    declarePolicies(plan, this);
    const proof = new AccessProof(
      name,
      {
        identities: plan.accounts.map((account) => identityOf(account, plan)),
        manifestHash: manifestHash(summaryOf(plan)),
      },
      { ...child, provider: opts.providers[1], dependsOn: granted },
    );
    this.outputs = proof.proved.apply(() => outputsOf(plan));
    this.registerOutputs({ outputs: this.outputs });
  }
}

type Places = Readonly<Record<string, k8s.core.v1.Namespace>>;

/** A place that the stack does not make is there already: that of the controller, of Jenkins. */
function declareRoles({ roles }: LanePlan, places: Places, parent: pulumi.Resource) {
  return roles.map(({ role, binding }) => {
    const { name, namespace } = role.metadata;
    const place = places[namespace];
    const child = { parent, ...(place && { dependsOn: place, deletedWith: place }) };
    const made = new k8s.rbac.v1.Role(`${namespace}-${name}`, role, child);
    return new k8s.rbac.v1.RoleBinding(`${namespace}-${name}`, binding, {
      ...child,
      dependsOn: made,
    });
  });
}

function declareClusterRoles({ clusterRoles }: LanePlan, parent: pulumi.Resource) {
  return clusterRoles.map(({ role, binding }) => {
    const { name } = role.metadata;
    const made = new k8s.rbac.v1.ClusterRole(name, role, { parent });
    return new k8s.rbac.v1.ClusterRoleBinding(name, binding, { parent, dependsOn: made });
  });
}

function declarePolicies({ policies }: LanePlan, parent: pulumi.Resource): void {
  for (const { policy, binding } of policies) {
    const { name } = policy.metadata;
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } =
      k8s.admissionregistration.v1;
    const made = new ValidatingAdmissionPolicy(name, policy, { parent });
    new ValidatingAdmissionPolicyBinding(name, binding, { parent, dependsOn: made });
  }
}

/** Held to its own lane, to the services' namespace, and to the lane that delivers. */
function identityOf({ namespace, name, rights }: LaneAccount, { home, lanes }: LanePlan) {
  const delivering = lanes.filter(({ lane }) => lane.name === "deploy");
  const own = [home, namespace, ...delivering.map(({ lane }) => lane.namespace)];
  const forbidden = forbiddenRights({ namespaces: [...new Set(own)], needed: rights });
  return { user: userName(namespace, name), needed: rights, forbidden };
}

function outputsOf({ lanes, credentials }: LanePlan): JenkinsOutputs {
  const entries = lanes.map(({ lane: { name, namespace } }) => {
    return [name, { namespace, launcher: LAUNCHER, agent: AGENT }] as const;
  });
  return { lanes: Object.fromEntries(entries), credentials };
}
