import { eventsAbout, isAboutContainer, timeOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import { judgePull } from "./image-pull.ts";
import { masked } from "../../mask/mask.ts";
import { judgeLiveness } from "./liveness.ts";
import { judgeProbe } from "./probe.ts";
import { killOf } from "./probe-kill.ts";
import { uidOf } from "./objects.ts";
import { AT_DEADLINE, AT_ONCE } from "./reasons.ts";
import { finding, isInit, type JudgedContainer } from "./judged-container.ts";

/** The kubelet's own cache comes a moment after the pod. */
const PASSING = /failed to sync|timed out/;

/** A service may end once while what it needs starts; a second time it is a loop. */
const TOLERATED_RESTARTS = 1;

/** What stands between a container and ready, undefined if only time does. */
export function judgeContainer(judged: JudgedContainer): Finding | undefined {
  const { status } = judged;
  if (status.ready || (isInit(judged) && status.state?.terminated?.exitCode === 0)) {
    return undefined;
  }
  return (
    judgePull(judged) ??
    judgeCreation(judged) ??
    judgeCrashes(judged) ??
    judgeLiveness(judged) ??
    judgeProbe(judged)
  );
}

function judgeCreation(judged: JudgedContainer): Finding | undefined {
  const { reason, message: status = "" } = judged.status.state?.waiting ?? {};
  if (reason !== "CreateContainerConfigError" && reason !== "CreateContainerError") {
    return undefined;
  }
  const message = PASSING.test(status) ? (missingByNow(judged) ?? status) : status;
  if (isMissingConfig(message)) {
    return finding(judged, "config-missing", message);
  }
  if (message.includes("no command specified")) {
    const words = `image ${judged.container.image ?? ""} has no command to run, like what is no container image: ${message}`;
    return finding(judged, "image-unusable", words, { tolerance: AT_ONCE });
  }
  const tolerance = creationTolerance(message);
  return finding(judged, "container-invalid", message || reason, { tolerance });
}

function creationTolerance(message: string): number | undefined {
  if (/non-root|runAsNonRoot/.test(message)) {
    return AT_ONCE;
  }
  return PASSING.test(message) ? AT_DEADLINE : undefined;
}

/** What the kubelet has found missing since: it reports an event at once, and changes the status up to 15 s later. */
function missingByNow({ pod, container, warnings }: JudgedContainer): string | undefined {
  const failures = eventsAbout(uidOf(pod), ["Failed"], warnings).filter((event) =>
    isAboutContainer(event, container.name),
  );
  const latest = failures.filter((event, _, [first = event]) => timeOf(event) === timeOf(first));
  const missing = latest.find(({ message = "" }) => isMissingConfig(message));
  return missing?.message?.replace(/^Error: /, "");
}

/** Whether a message of the kubelet names a Secret, a ConfigMap or a key that is missing. */
export function isMissingConfig(message: string): boolean {
  return /(secret|configmap) "[^"]+" not found|couldn't find key|non-existent (secret|config) key/i.test(
    message,
  );
}

function judgeCrashes(judged: JudgedContainer): Finding | undefined {
  const { status, container, patience } = judged;
  const { restarts } = patience.tolerate ?? {};
  const isDown =
    status.state?.terminated !== undefined || status.state?.waiting?.reason === "CrashLoopBackOff";
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  const crashes = status.restartCount + (isDown ? 1 : 0);
  if (ended === undefined || crashes === 0) {
    return undefined;
  }
  const kill = ended.reason === "OOMKilled" ? undefined : killOf(judged, ended);
  // The next run would answer the same.
  const tolerated = restarts ?? (kill?.isFinal === true ? 0 : TOLERATED_RESTARTS);
  if (crashes <= tolerated) {
    return undefined;
  }
  const times = crashes === 1 ? "once" : `${crashes} times`;
  if (ended.reason === "OOMKilled") {
    const limit = container.resources?.limits?.["memory"];
    const above =
      limit === undefined ? "for want of memory" : `for using more than its ${limit} of memory`;
    return finding(judged, "out-of-memory", `killed ${above}, ${times}`);
  }
  if (kill !== undefined) {
    const { message, tolerance } = kill;
    return finding(judged, "killed-by-liveness", `killed ${times}: ${message}`, { tolerance });
  }
  const words = ended.message?.trim() ? `: ${masked(ended.message.trim())}` : "";
  const message = `ended ${times} (tolerate.restarts: ${tolerated}), last with exit code ${ended.exitCode} (${ended.reason ?? "no reason"})${words}`;
  return finding(judged, isInit(judged) ? "init-failed" : "crash-loop", message);
}
