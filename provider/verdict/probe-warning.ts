import { eventsAbout, isAboutContainer, timeOf } from "./event.ts";
import { type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import { probeOf, type ProbeKind, targetOf } from "./probe-answers.ts";

/** What the kubelet says of a probe that it counts as passed. */
const WARNING = /^(Liveness|Readiness|Startup) probe warning: /;

/** What it says of an answer that leads to another host, which it does not follow. */
const REDIRECT = "Probe terminated redirects";

/** The first address in the body of such an answer. */
const ADDRESS = /\bhttps?:\/\/[^\s"'<>\\]{1,512}/;

/** Characters of a warning that is not known. */
const CHARACTERS = 200;

/**
 * What the kubelet warns of though it counts the probes of these ready pods as passed: a line for each probe, however many
 * pods have it.
 */
export function probeWarnings(pods: readonly Pod[], events: readonly Event[]): string[] {
  const lines = pods.flatMap((pod) =>
    eventsAbout(uidOf(pod), ["ProbeWarning"], events).flatMap((event) => wordsOf(pod, event)),
  );
  return [...new Map(lines).values()];
}

/** A line by the probe that it is about; none if it is about an earlier run of the container. */
function wordsOf(pod: Pod, event: Event): (readonly [probe: string, line: string])[] {
  const message = event.message ?? "";
  const [prefix, word = ""] = WARNING.exec(message) ?? [];
  const container = pod.spec?.containers.find(({ name }) => isAboutContainer(event, name));
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container?.name);
  const startedAt = Date.parse(status?.state?.running?.startedAt ?? "");
  if (prefix === undefined || container === undefined || Date.parse(timeOf(event)) < startedAt) {
    return [];
  }
  const kind = word as ProbeKind;
  const probe = `its ${word.toLowerCase()} probe${targetOf(probeOf({ container }, kind))}`;
  const said = message.slice(prefix.length);
  const line = said.startsWith(REDIRECT)
    ? `${probe} is redirected to another host${hostIn(said)}, which the kubelet does not follow and counts as passed: nothing proves that the service can serve (pod ${nameOf(pod)})`
    : `${probe}: ${said.slice(0, CHARACTERS)} (pod ${nameOf(pod)})`;
  return [[`${container.name} ${word}`, line]];
}

/** The host, in brackets: what stands behind it may be a secret. */
function hostIn(body: string): string {
  const [address = ""] = ADDRESS.exec(body) ?? [];
  const url = URL.parse(address);
  return url === null ? "" : ` (${url.protocol}//${url.host})`;
}
