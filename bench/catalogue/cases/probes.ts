import { AT_ONCE, type Case, type Failure } from "../case";

/** Seconds for which the plain service's readiness probe may fail, as its own settings allow. */
const WINDOW = 10;

const notReady: Failure = {
  reason: "not-ready",
  from: "started-unready",
  within: WINDOW + AT_ONCE,
};
const atDeadline: Failure = { reason: "not-ready", from: "deadline-passed", within: AT_ONCE };

/** Processes that run and do not serve. */
export const probes: readonly Case[] = [
  {
    name: "never-ready",
    title: "the ready path answers 503 for ever",
    settings: { env: { FAULT_NEVER_READY: true } },
    expected: notReady,
  },
  {
    name: "ready-path-wrong",
    title: "the ready path is none of the process's, which answers 404",
    settings: { ready: "/readyy" },
    expected: notReady,
  },
  {
    name: "health-path-wrong",
    title: "the health path is none of the process's, which answers 404",
    settings: { health: "/healthy", deadlineSeconds: 20 },
    expected: atDeadline,
  },
  {
    name: "port-wrong",
    title: "the process listens on another port",
    settings: { port: 9090, deadlineSeconds: 20 },
    expected: atDeadline,
  },
  {
    name: "liveness-fails",
    title: "the health path answers 500 after two seconds, and the process is never ready",
    settings: { env: { FAULT_LIVENESS_FAILS_AFTER_SECONDS: 2, FAULT_NEVER_READY: true } },
    fault: () => ({ container: { livenessProbe: { periodSeconds: 1, failureThreshold: 1 } } }),
    expected: { reason: "killed-by-liveness", from: "ended-twice", within: AT_ONCE },
  },
  {
    name: "startup-probe-fails",
    title: "the health path answers 500 for longer than the startup probe allows",
    settings: { env: { FAULT_LIVENESS_FAILS_AFTER_SECONDS: 0 } },
    fault: () => ({ container: { startupProbe: { failureThreshold: 4 } } }),
    expected: { reason: "killed-by-liveness", from: "ended-twice", within: AT_ONCE },
  },
];
