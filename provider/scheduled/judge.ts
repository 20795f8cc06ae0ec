import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";
import { lossOf } from "../verdict/awaited-object.ts";
import type { Failed, ProvedPod } from "../verdict/finding.ts";
import { type CronJob, isTrue, type Job, nameOf, type Pod } from "../verdict/objects.ts";
import { proofOf, sidecarsOf } from "../verdict/pod.ts";
import { releasedContainers, runs } from "../verdict/released-container.ts";
import { refusalOf } from "../verdict/refusal.ts";

/** What a CronJob shows that is not the one of the release; undefined if it is. */
export function judgeCronJob(
  release: ReadinessInputs,
  cronJob: CronJob | undefined,
): Failed | undefined {
  const { deployment } = release;
  const object = titleOf(deployment);
  const lost = lossOf(object, deployment.uid, cronJob);
  if (lost !== undefined) {
    return { kind: "failed", reason: "deployment-missing", object, message: lost };
  }
  const { containers = [] } = cronJob?.spec.jobTemplate.spec?.template.spec ?? {};
  const names = releasedContainers(release, containers).some((each) => runs(each, release.image));
  const { generation = 0 } = cronJob?.metadata ?? {};
  const message = `generation ${generation} has other pods than generation ${deployment.generation}, which was applied; somebody has changed them since`;
  return names ? undefined : { kind: "failed", reason: "superseded", object, message };
}

/** Why the API server accepts no Job. */
export function refusedJob(error: unknown, name: string): Failed {
  const object = `job ${name}`;
  const message = messageOf(error);
  if (!(error instanceof ApiError)) {
    return { kind: "failed", reason: "cluster-unreachable", object, message };
  }
  const isRight = error.status === 403 && /cannot (?:create|get) resource/.test(message);
  if (isRight) {
    return { kind: "failed", reason: "forbidden", object, message };
  }
  const none = { deployments: [], replicaSets: [], pods: [] };
  const { reason } = refusalOf(message, none, []);
  return { kind: "failed", reason, object, message };
}

/** The pods of a Job that is complete which prove the image, as far as they still exist. */
export function provedPods(pods: readonly Pod[], release: ReadinessInputs): ProvedPod[] {
  return pods
    .filter(({ status }) => status?.phase === "Succeeded")
    .map((pod) => proofOf(pod, release))
    .filter((proof) => "imageID" in proof);
}

/**
 * A sidecar that crashed beside a run which is complete: more often than `tolerate.restarts`, or it was down when the run ended. One
 * that ends after the run, however, has only been told to.
 */
export function sidecarCrash(pods: readonly Pod[], release: ReadinessInputs): Failed | undefined {
  const crashes = pods
    .filter(({ status }) => status?.phase === "Succeeded")
    .flatMap((pod) => sidecarsOf(pod).flatMap((name) => crashOf(pod, name, release) ?? []));
  return crashes[0];
}

function crashOf(pod: Pod, name: string, { tolerate }: ReadinessInputs): Failed | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const status = initContainerStatuses.find((each) => each.name === name);
  const runEnd = Math.max(
    ...containerStatuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? "")),
  );
  const end = status?.state?.terminated ?? status?.lastState?.terminated;
  const isDown =
    status?.state?.running === undefined &&
    end?.exitCode !== 0 &&
    Date.parse(end?.finishedAt ?? "") < runEnd;
  const crashes = (status?.restartCount ?? 0) + (isDown ? 1 : 0);
  const tolerated = tolerate?.restarts ?? (isDown ? 0 : 1);
  if (end === undefined || crashes <= tolerated) {
    return undefined;
  }
  const times = crashes === 1 ? "once" : `${crashes} times`;
  const when = isDown ? "and was down when the run ended" : "beside the run";
  const message = `ended ${times} (tolerate.restarts: ${tolerated}), last with exit code ${end.exitCode} (${end.reason ?? "no reason"}), ${when}`;
  return {
    kind: "failed",
    reason: "crash-loop",
    object: `pod ${nameOf(pod)}`,
    container: name,
    message,
  };
}

/** Whether a Job has ended, or is about to: one that goes on is not left behind. */
export function isOver(job: Job | undefined): boolean {
  const ends = ["Failed", "FailureTarget", "Complete", "SuccessCriteriaMet"];
  return job !== undefined && ends.some((type) => isTrue(job, type));
}

/** The verdict on a CronJob of which there is nothing. */
export function missing(): Failed {
  return { kind: "failed", reason: "deployment-missing", object: "", message: "" };
}
