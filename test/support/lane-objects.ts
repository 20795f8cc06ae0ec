import { setTimeout as sleep } from "node:timers/promises";

import type { V1ValidatingAdmissionPolicy } from "@kubernetes/client-node";

import { namespaceManifest } from "../../components/manifests/namespace.ts";
import type { LanePlan } from "../../components/lanes/plan.ts";
import { cluster } from "../../testbed/cluster.ts";
import type { Kind, Manifest } from "../../testbed/kinds.ts";
import { kubeconfigOfAccount } from "./account.ts";
import { object, podWith } from "./intruder.ts";
import { send } from "./request.ts";

const FORCE_SECONDS = 30;

const POLICY: Kind<V1ValidatingAdmissionPolicy> = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
};

/** Creates the lanes of a plan as an `up` does, but without an engine, and waits until their policies are in force. */
export async function createLanes({ home, lanes, policies, ...grants }: LanePlan): Promise<void> {
  await cluster.create(namespaceManifest(home));
  for (const { manifests } of lanes) {
    const { namespace, launcher, agent } = manifests;
    for (const each of [namespace, launcher, agent]) {
      await cluster.create(each);
    }
  }
  const pairs = [
    ...policies.map(({ policy, binding }) => [policy, binding]),
    ...[...grants.roles, ...grants.clusterRoles].map(({ role, binding }) => [role, binding]),
  ];
  for (const each of pairs.flat()) {
    await cluster.create(each);
  }
  await inForce(lanes[0]?.lane.namespace ?? "");
}

/** Removes what {@link createLanes} has created. */
export async function deleteLanes({ home, lanes, policies, clusterRoles }: LanePlan) {
  const ofCluster = [
    ...policies.flatMap(({ policy, binding }) => [binding, policy]),
    ...clusterRoles.flatMap(({ role, binding }) => [binding, role]),
    ...lanes.map(({ manifests }) => manifests.namespace),
    namespaceManifest(home),
  ];
  await Promise.allSettled(ofCluster.map((each) => cluster.delete(each as unknown as Manifest)));
}

/** What the API server's check of the types finds wrong in a policy's expressions. */
export async function warningsOf(policy: string): Promise<object[]> {
  for (let second = 0; second < FORCE_SECONDS; second += 1) {
    const { status } = await cluster.get(POLICY, undefined, policy);
    if (status?.typeChecking !== undefined) {
      return status.typeChecking.expressionWarnings ?? [];
    }
    await sleep(1000);
  }
  throw new Error(`${policy} is not checked`);
}

/** A policy that was just created takes a moment to reach the admission of the API server. */
async function inForce(namespace: string): Promise<void> {
  const launcher = await kubeconfigOfAccount({ namespace, name: "launcher" });
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const body = object("v1", "Pod", namespace, podWith({ serviceAccountName: "launcher" }));
  for (let second = 0; second < FORCE_SECONDS; second += 1) {
    const { message } = await send(launcher, { method: "POST", path, body });
    if (message.includes("run as the account agent")) {
      return;
    }
    await sleep(1000);
  }
  throw new Error("the policies are not in force");
}
