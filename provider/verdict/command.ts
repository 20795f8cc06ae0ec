import type { Finding } from "./finding.ts";
import { nameOf, type Pod } from "./objects.ts";
import { REASONS } from "./reasons.ts";

/** Creates again what is gone: the engine's state still has it, and an `up` alone would change nothing. */
const REFRESH = "pulumi up --refresh";

/** How findings name a pod, before its name. */
const POD = "pod ";

/** What a command examines. */
export interface Target {
  /** @default - the object is outside of namespaces */
  readonly namespace?: string | undefined;
  /** The object as people write it, e.g. `deployment shop`. */
  readonly title: string;
  /** Its kind, as in `kubectl get`. */
  readonly list: string;
  /**
   * The pod to describe instead of the object.
   * @default - the object itself
   */
  readonly culprit?: Pod | undefined;
  /** The pods that can be described; of any other, the cluster keeps no more than its events, for an hour. */
  readonly pods: readonly Pod[];
}

/**
 * The one command to run next, which examines a finding.
 * @param context the kubeconfig's
 */
export function nextCommand(
  { reason, object }: Finding,
  { namespace, title, list, culprit, pods }: Target,
  context: string,
): string {
  const kubectl = `kubectl --context ${context}`;
  const within = namespace === undefined ? kubectl : `${kubectl} --namespace ${namespace}`;
  const described = object === title && culprit !== undefined ? `pod ${nameOf(culprit)}` : object;
  const commands = {
    describe: `${within} ${isGone(described, pods) ? eventsOf(described) : `describe ${described}`}`,
    list: `${within} get ${list},events`,
    history: `${within} rollout history ${title}`,
    refresh: REFRESH,
    leaving: `${kubectl} wait --for=delete namespace/${namespace ?? ""} --timeout=10m && ${REFRESH}`,
    health: `${kubectl} get --raw /readyz`,
    identity: `${kubectl} auth whoami`,
    rights: `${within} auth can-i --list`,
  };
  return commands[REASONS[reason].next];
}

function isGone(object: string, pods: readonly Pod[]): boolean {
  return object.startsWith(POD) && !pods.some((pod) => POD + nameOf(pod) === object);
}

function eventsOf(pod: string): string {
  return `get events --field-selector involvedObject.name=${pod.slice(POD.length)}`;
}
