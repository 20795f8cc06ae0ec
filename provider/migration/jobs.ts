import { digestOf } from "../../contract/image-reference.ts";
import { MIGRATES, MIGRATION } from "../../contract/marks.ts";
import type { MigrationInputs } from "../../contract/migration.ts";
import type { Cluster } from "../cluster.ts";
import { COLLECTIONS, JOBS } from "../cluster/collection.ts";
import { find } from "../cluster/find.ts";
import { isTrue, type Job, nameOf, ownerOf, type Pod, uidOf } from "../verdict/objects.ts";

/** What there is of a service's migrations. */
export interface Present {
  /** The Job of this migration's name, whoever made it. */
  readonly own: Job | undefined;
  /** Those of the service's other images and commands. */
  readonly others: readonly Job[];
  /** Of all of them, and of Jobs that are gone. */
  readonly pods: readonly Pod[];
}

/** @throws `ApiError` for a refusal, the network's error if there is no answer */
export async function presentJobs(
  { api }: Cluster,
  { service, namespace, job }: Pick<MigrationInputs, "service" | "namespace" | "job">,
  signal: AbortSignal,
): Promise<Present> {
  const { name } = job.metadata;
  const path = JOBS.path(namespace);
  const query = { labelSelector: `${MIGRATES}=${service}` };
  const [own, jobs, pods] = await Promise.all([
    find<Job>(api, `${path}/${name}`, signal),
    api.get(path, query, signal) as Promise<{ items: Job[] }>,
    api.get(COLLECTIONS.pods.path(namespace), query, signal) as Promise<{ items: Pod[] }>,
  ]);
  return { own, others: jobs.items.filter((each) => nameOf(each) !== name), pods: pods.items };
}

/** Whether a Job runs what this migration does. Anybody may create one of its name, with its labels and annotations. */
export function isOf({ service, key, job: own }: MigrationInputs, job: Job): boolean {
  const { labels = {}, annotations = {} } = job.metadata ?? {};
  const { completions = 1, managedBy = CONTROLLER } = job.spec ?? {};
  return (
    labels[MIGRATES] === service &&
    annotations[MIGRATION] === key &&
    completions === 1 &&
    managedBy === CONTROLLER &&
    JSON.stringify(runBy(job)) === JSON.stringify(runBy(own))
  );
}

/** What Kubernetes calls its own controller of Jobs. */
const CONTROLLER = "kubernetes.io/job-controller";

/** What the containers of a Job run. The rest of it follows from settings, which may have changed since. */
function runBy({ spec }: Job) {
  return (spec?.template.spec?.containers ?? []).map(({ name, image = "", command, args }) => {
    return [name, digestOf(image) ?? image, command ?? [], args ?? []];
  });
}

/** Whether a Job has ended, one way or the other. */
export function isOver(job: Job): boolean {
  return isTrue(job, "Complete") || isTrue(job, "Failed");
}

/** What of a service's migrations still runs, beside the Job of this one: kind and name. */
export function stillRunning({ own, others, pods }: Present): string | undefined {
  const job = others.find((each) => !isOver(each) && !isSuspended(each));
  if (job !== undefined) {
    return `job ${nameOf(job)}`;
  }
  const pod = pods.find((each) => !hasEnded(each) && ownerOf(each) !== (own && uidOf(own)));
  return pod && `pod ${nameOf(pod)}`;
}

/** Whether the command of a pod was ever started; what comes before it migrates nothing. */
export function hasBegun({ status }: Pod): boolean {
  return (status?.containerStatuses ?? []).some(
    ({ state, lastState, restartCount }) =>
      state?.running !== undefined ||
      state?.terminated !== undefined ||
      lastState?.terminated !== undefined ||
      restartCount > 0,
  );
}

function isSuspended({ spec, status }: Job): boolean {
  return spec?.suspend === true && (status?.active ?? 0) === 0;
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
