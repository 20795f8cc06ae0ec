import { VERDICT } from "../../contract/verdict.ts";
import { PORT_NAME } from "./port-name.ts";

/** How the kubelet asks, and how often. */
export interface ProbeTimes {
  /** @default 0 */
  readonly initialDelaySeconds?: number;
  /** @default 10 */
  readonly periodSeconds?: number;
  /** @default 1 */
  readonly timeoutSeconds?: number;
  /** @default 3 */
  readonly failureThreshold?: number;
  /** @default 1 */
  readonly successThreshold?: number;
  /**
   * Seconds that a container has to end which the probe has killed.
   * @default - those of the pod
   */
  readonly terminationGracePeriodSeconds?: number;
}

/**
 * A probe in Kubernetes' own words. One that says how to ask has Kubernetes' defaults for its times; one that gives times alone
 * asks as Slipway's own probe does, with its other times.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export interface ProbeDefinition extends ProbeTimes {
  readonly httpGet?: {
    /** @default / */
    readonly path?: string;
    /** @default - the port that the service answers on */
    readonly port?: number | string;
    /** @default HTTP */
    readonly scheme?: "HTTP" | "HTTPS";
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: {
    /** @default - the port that the service answers on */
    readonly port?: number | string;
  };
  readonly grpc?: {
    /** @default - the port that the service answers on */
    readonly port?: number;
    /** @default - the health of the whole server */
    readonly service?: string;
  };
  readonly exec?: { readonly command: readonly string[] };
}

/** The probes of a service by what they find out; false for none. */
export interface ProbeSet {
  readonly startup?: ProbeDefinition | false;
  readonly readiness?: ProbeDefinition | false;
  readonly liveness?: ProbeDefinition | false;
}

/** How a service is asked for its health. */
export interface ProbesDefinition {
  /**
   * The probes, if `health` and `ready` do not say enough; false for none at all.
   * @default - as `health` and `ready` say, and none without a port
   */
  readonly probes?: ProbeSet | false;
}

/** A probe's name. */
export type ProbeName = keyof ProbeSet;

/** The probes' names. */
export const PROBE_NAMES = ["startup", "readiness", "liveness"] as const satisfies ProbeName[];

/** The words for how a probe asks. */
export const HANDLERS = ["httpGet", "tcpSocket", "grpc", "exec"] as const;

/** What the probes of a service follow from. */
interface Asked extends ProbesDefinition {
  readonly port?: number | undefined;
  readonly health?: string | undefined;
  readonly ready?: string | undefined;
  readonly deadlineSeconds?: number;
}

/** The probes as Kubernetes gets them; a service has no such probe where it is undefined. */
export type CompletedProbes = Readonly<Record<ProbeName, ProbeDefinition | undefined>>;

/** Time for the pod to be created and pulled once its start has used all that its startup probe allows. */
const SPARE_SECONDS = 30;

/** What Kubernetes takes for times that a probe does not give. */
const KUBERNETES = { periodSeconds: 10, failureThreshold: 3 };

/** The probes of a service. */
export function completeProbes(asked: Asked): CompletedProbes {
  const of = (name: ProbeName) => {
    const said = asked.probes === false ? false : asked.probes?.[name];
    return said === false ? undefined : completeProbe(asked, name, said ?? {});
  };
  return { startup: of("startup"), readiness: of("readiness"), liveness: of("liveness") };
}

function completeProbe(
  asked: Asked,
  name: ProbeName,
  said: ProbeDefinition,
): ProbeDefinition | undefined {
  const { port } = asked;
  if (HANDLERS.some((handler) => said[handler] !== undefined)) {
    return withPorts(said, port);
  }
  const path = name === "readiness" ? (asked.ready ?? asked.health) : asked.health;
  const handler =
    path === undefined
      ? { tcpSocket: { port: PORT_NAME } }
      : { httpGet: { path, port: PORT_NAME } };
  return port === undefined ? undefined : { ...handler, ...ownTimes(asked, name, said), ...said };
}

function withPorts(said: ProbeDefinition, port: number | undefined): ProbeDefinition {
  const { httpGet, tcpSocket, grpc } = said;
  return {
    ...said,
    ...(httpGet && { httpGet: { port: PORT_NAME, ...httpGet } }),
    ...(tcpSocket && { tcpSocket: { port: PORT_NAME, ...tcpSocket } }),
    ...(grpc && { grpc: { ...(port !== undefined && { port }), ...grpc } }),
  };
}

/** How often Slipway itself has a container asked. */
function ownTimes(asked: Asked, name: ProbeName, said: ProbeTimes): ProbeTimes {
  switch (name) {
    case "startup":
      // Asked each second, so that a quick start is noticed at once; a start slower than the rollout's
      // deadline is the deadline's affair, so the probe does not kill the container before it.
      return { periodSeconds: 1, failureThreshold: failuresOf(asked, said), timeoutSeconds: 1 };
    case "readiness":
      return { periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 2 };
    case "liveness":
      return { periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 };
  }
}

function failuresOf(asked: Asked, { initialDelaySeconds = 0, periodSeconds = 1 }: ProbeTimes) {
  const left = deadlineOf(asked) - initialDelaySeconds;
  return Math.max(1, Math.floor(left / periodSeconds));
}

/**
 * The progress deadline: as set, or as long as the probes allow a container to take until it is ready, if that is more than the
 * deadline's default.
 */
export function deadlineOf({ deadlineSeconds, probes }: Asked): number {
  const needed = neededSeconds(probes);
  const usual = VERDICT.deadlineSeconds.default;
  return deadlineSeconds ?? (needed > usual ? needed + SPARE_SECONDS : usual);
}

/** Seconds for which the given probes let a container start before it is ready or killed; 0 where they do not say. */
export function neededSeconds(probes: ProbeSet | false | undefined): number {
  const { startup, readiness } = probes === false ? {} : (probes ?? {});
  return Math.max(startSeconds(startup), readySeconds(readiness));
}

function startSeconds(said: ProbeDefinition | false | undefined): number {
  if (said === false || said === undefined) {
    return 0;
  }
  const isOwn = HANDLERS.some((handler) => said[handler] !== undefined);
  const { initialDelaySeconds = 0, periodSeconds = isOwn ? KUBERNETES.periodSeconds : 1 } = said;
  const failures = said.failureThreshold ?? (isOwn ? KUBERNETES.failureThreshold : undefined);
  // Slipway's own takes what the deadline leaves, but asks at least once.
  return initialDelaySeconds + periodSeconds * (failures ?? 1);
}

function readySeconds(said: ProbeDefinition | false | undefined): number {
  if (said === false || said === undefined) {
    return 0;
  }
  const isOwn = HANDLERS.some((handler) => said[handler] !== undefined);
  const { initialDelaySeconds = 0, successThreshold = 1 } = said;
  const { periodSeconds = isOwn ? KUBERNETES.periodSeconds : 2 } = said;
  return initialDelaySeconds + periodSeconds * successThreshold;
}
