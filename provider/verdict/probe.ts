import { VERDICT } from "../../contract/verdict.ts";
import type { Finding } from "./finding.ts";
import { type Answer, answersOf, probeOf } from "./probe-answers.ts";
import { answerSeconds, described, windowOf } from "./probe-kill.ts";
import { AT_DEADLINE } from "./reasons.ts";
import { finding, isInit, type JudgedContainer } from "./judged-container.ts";

/** Even the shortest probe gets this long before its answers count. */
const PROBE_SECONDS = 10;

/**
 * A container that runs and says that it is not ready. The answers decide: one that says that nothing is here, that it is
 * not allowed or that it is broken counts after the probe's own time. One that says "not yet" gets time to warm up, and so
 * does a container that has no answer yet: the kubelet's reports may be late. Until its startup probe has passed a
 * container is starting: then this time is the rollout's.
 */
export function judgeProbe(judged: JudgedContainer): Finding | undefined {
  const { status, container } = judged;
  if (status.state?.running === undefined || isInit(judged)) {
    return undefined;
  }
  return status.started !== true && container.startupProbe !== undefined
    ? judgeStart(judged)
    : judgeReadiness(judged, status.started === true);
}

/** What the kubelet says of a container that is not ready and refused its probe's last connection. */
export function refusalOf(judged: JudgedContainer): string | undefined {
  const { status } = judged;
  const [latest] = answersOf(judged, [status.started === true ? "Readiness" : "Startup"]);
  return !status.ready && latest?.says === "nobody" ? latest.words : undefined;
}

function judgeStart(judged: JudgedContainer): Finding {
  const answers = answersOf(judged, ["Startup"]);
  const [latest] = answers;
  if (latest?.says === "no" || (latest?.says === "nobody" && listensElsewhere(judged))) {
    return believed(judged, latest, PROBE_SECONDS, `answering ${judged.status.restartCount}`);
  }
  const words = latest?.words ?? `runs, but its ${described(judged, "Startup")} has not passed`;
  const phase = `starting ${judged.status.restartCount}`;
  return finding(judged, "not-ready", words, { phase, tolerance: AT_DEADLINE });
}

function judgeReadiness(judged: JudgedContainer, isStarted: boolean): Finding {
  const { restartCount } = judged.status;
  const answers = answersOf(judged, ["Readiness"]);
  const [latest] = answers;
  const words = latest?.words ?? unanswered(judged);
  if (!isStarted) {
    const phase = `starting ${restartCount}`;
    return finding(judged, "not-ready", words, { phase, tolerance: AT_DEADLINE });
  }
  const phase = `started ${restartCount}`;
  if (latest !== undefined && isFinal(judged, latest)) {
    const isAll = answers.every((answer) => isFinal(judged, answer));
    const window = Math.max(windowOf(probeOf(judged, "Readiness")), PROBE_SECONDS);
    return believed(judged, latest, window, isAll ? phase : `answering ${restartCount}`);
  }
  const probe = probeOf(judged, "Readiness");
  if (judged.isWarm === true) {
    const tolerance = Math.max(PROBE_SECONDS, answerSeconds(probe));
    return finding(judged, "not-ready", words, { phase, tolerance });
  }
  const { warmupSeconds = VERDICT.warmupSeconds.default, deadlineSeconds } = judged.patience;
  const { initialDelaySeconds = 0, periodSeconds = 0 } = probe ?? {};
  // One that is asked seldom has its second chance when it is asked again.
  const again = periodSeconds > PROBE_SECONDS ? periodSeconds + answerSeconds(probe) : 0;
  const tolerance = Math.min(initialDelaySeconds + Math.max(warmupSeconds, again), deadlineSeconds);
  const message = `${words}; a service that needs longer than ${tolerance} s to warm up says so by warmupSeconds`;
  return finding(judged, "not-ready", message, { phase, tolerance });
}

/** Without a readiness probe the kubelet alone has yet to say so. */
function unanswered(judged: JudgedContainer): string {
  return judged.container.readinessProbe === undefined
    ? "runs, and its node has not yet reported it as ready"
    : `runs, but its ${described(judged, "Readiness")} has not passed`;
}

/** Whether waiting can hardly change an answer to the readiness probe. */
function isFinal(judged: JudgedContainer, { says }: Answer): boolean {
  // Without a startup probe a container counts as started before it listens.
  const hasStarted = judged.container.startupProbe !== undefined || listensElsewhere(judged);
  return says === "no" || (says === "nobody" && hasStarted);
}

function listensElsewhere({ pod, container, elsewhere = [] }: JudgedContainer): boolean {
  return elsewhere.some(
    (found) => found.pod === pod.metadata?.name && found.container === container.name,
  );
}

/**
 * What is believed after a time: an application server that took long to answer at all, and finds its applications only
 * then, gets as long again.
 */
function believed(
  judged: JudgedContainer,
  answer: Answer,
  seconds: number,
  phase: string,
): Finding {
  const { warmupSeconds = VERDICT.warmupSeconds.default, tolerate = {} } = judged.patience;
  const took = (answer.firstAt - Date.parse(judged.status.state?.running?.startedAt ?? "")) / 1000;
  const again = Number.isNaN(took) ? 0 : Math.min(Math.round(took), warmupSeconds);
  const tolerance = tolerate.probeSeconds ?? Math.max(seconds, again);
  const notes = [`such an answer is believed after ${tolerance} s (tolerate.probeSeconds)`];
  return finding(judged, "not-ready", answer.words, { phase, tolerance, notes });
}
