import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ROLLED_BACK } from "../../contract/marks.ts";
import { VERDICT } from "../../contract/verdict.ts";
import type { OfKind } from "../../contract/workload-kind.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import type { Cluster } from "../cluster.ts";
import type { Api } from "../cluster/api.ts";
import { type Collection, COLLECTIONS } from "../cluster/collection.ts";
import {
  type ControllerRevision,
  type Deployment,
  nameOf,
  type ReplicaSet,
  uidOf,
} from "../verdict/objects.ts";
import { templateOf, withAnnotationsOfOthers } from "../verdict/pod-template.ts";
import { revisionOf } from "../verdict/revision.ts";
import { answered, isOutrun } from "../waiting/answered.ts";
import { type Begun, firstLook } from "../readiness/first-look.ts";
import type { Stored } from "../readiness/state.ts";
import { called } from "../release-words.ts";
import { markOf } from "./mark.ts";
import { managerOf } from "./restore.ts";

/**
 * Whether another try is asked for by what is no change of the pods: by other rules of the verdict, by other objects beside the
 * pods, such as a Service or what is measured, or by another set of the group.
 */
export function isAskedAnew(one: Properties, other: Properties): boolean {
  const asked = [...Object.keys(VERDICT), "manifestHash"];
  return (
    asked.some((key) => !isDeepStrictEqual(one[key], other[key])) ||
    !isDeepStrictEqual(setIn(one), setIn(other))
  );
}

function setIn({ group }: Properties): unknown {
  return (group as Partial<ReadinessInputs["group"]>)?.set;
}

/** The release by its new generation, if it was rolled back and could be applied again. */
export async function retry(
  cluster: Cluster,
  { log }: Pick<Subject, "log">,
  release: ReadinessInputs,
  stored: Stored,
  options: Begun,
): Promise<ReadinessInputs | undefined> {
  if (markOf(release, await firstLook(cluster, release, options)) === undefined) {
    return undefined;
  }
  const again = await retried(cluster, release, stored.release, options.signal);
  if (again !== undefined) {
    const name = called(release);
    log.info(`${release.service}: tries ${name} again, ${whyAnew(release, stored)}`);
  }
  return again;
}

function whyAnew({ group, manifestHash }: ReadinessInputs, { release }: Stored): string {
  if (group !== undefined) {
    return "in a new set of its group";
  }
  return release?.manifestHash === manifestHash
    ? "by other rules for its verdict"
    : "with other objects beside its pods";
}

/**
 * Applies the pod template of a release that was rolled back again. To the engine nothing has changed of the
 * Deployment, so that nobody else does.
 *
 * @param failed the record of the release, which knows its ReplicaSet
 * @returns the release by the generation that the Deployment got; undefined where its template is gone, or the cluster
 *   does not let it be applied
 */
async function retried(
  cluster: Cluster,
  release: ReadinessInputs,
  failed: ReleaseRecord | undefined,
  signal: AbortSignal,
): Promise<ReadinessInputs | undefined> {
  const { namespace, deployment } = release;
  const attempt = async (): Promise<ReadinessInputs | undefined> => {
    const live = await cluster.deployment(namespace, deployment, signal);
    const replicaSet = await replicaSetOf(cluster, release, failed, signal);
    if (live === undefined || replicaSet?.spec?.template === undefined) {
      return undefined;
    }
    const template = withAnnotationsOfOthers(templateOf(replicaSet), live);
    if (markOf(release, live) === undefined) {
      // An answer that was lost on its way: the write itself was not.
      return isDeepStrictEqual(live.spec?.template, template)
        ? appliedAs(release, live)
        : undefined;
    }
    const how = { patch: patchOf(live, template), fieldManager: managerOf(live) };
    return appliedAs(release, await cluster.patchDeployment(namespace, deployment, how, signal));
  };
  return answered(attempt, signal, isOutrun).catch(() => undefined);
}

async function replicaSetOf(
  { api }: Cluster,
  { namespace, deployment, image }: ReadinessInputs,
  failed: ReleaseRecord | undefined,
  signal: AbortSignal,
): Promise<ReplicaSet | undefined> {
  const { replicaSet: name, generation } = failed ?? { replicaSet: null };
  if (name === null || generation !== deployment.generation || failed?.image !== image) {
    return undefined;
  }
  const sets = await revisionsIn(api, namespace, deployment, name, signal);
  return sets.find((candidate) => nameOf(candidate) === name);
}

/** Whoever may list them need not be allowed to get one. */
async function revisionsIn(
  api: Api,
  namespace: string,
  { kind }: OfKind,
  name: string,
  signal: AbortSignal,
): Promise<readonly ReplicaSet[]> {
  const query = { fieldSelector: `metadata.name=${name}` };
  const list = async <T>(collection: Collection) => {
    const path = collection.path(namespace);
    const found = (await api.get(path, query, signal)) as { readonly items?: T[] };
    return found.items ?? [];
  };
  if (kind === "StatefulSet" || kind === "DaemonSet") {
    const found = await list<ControllerRevision>(COLLECTIONS.controllerRevisions);
    return found.map((each) => revisionOf(each, kind));
  }
  return list<ReplicaSet>(COLLECTIONS.replicaSets);
}

function appliedAs(release: ReadinessInputs, { metadata }: Deployment): ReadinessInputs {
  const { generation = 0 } = metadata ?? {};
  return { ...release, deployment: { ...release.deployment, generation } };
}

function patchOf(live: Deployment, template: object): object[] {
  return [
    { op: "test", path: "/metadata/uid", value: uidOf(live) },
    { op: "test", path: "/spec/template", value: live.spec?.template },
    { op: "replace", path: "/spec/template", value: template },
    { op: "remove", path: `/metadata/annotations/${ROLLED_BACK.replace("/", "~1")}` },
  ];
}
