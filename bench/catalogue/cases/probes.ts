import { AT_ONCE, type Case, type Failure } from "../case.ts";

/** Seconds for which a readiness probe may be answered as if nothing were there. */
export const WINDOW = 10;

/** Seconds until a process listens, and until the kubelet's next question. */
export const START = 3;

/** Seconds for which a service may answer "not yet", where its settings do not say. */
const WARMUP = 60;

/** Seconds for which the kubelet may be behind with its reports on why it kills. */
const REPORT = 2;

const notReady: Failure = {
  reason: "not-ready",
  from: "started-unready",
  within: WINDOW + AT_ONCE,
};
const stillNotReady: Failure = { ...notReady, within: WARMUP + AT_ONCE };
const killed: Failure = {
  reason: "killed-by-liveness",
  from: "ended-twice",
  within: REPORT + AT_ONCE,
};
/** What waiting can hardly change, of a process that runs. */
export const wrongStart: Failure = {
  reason: "not-ready",
  from: "running",
  within: START + WINDOW + AT_ONCE,
};

/** Processes that run and do not serve. */
export const PROBES: readonly Case[] = [
  {
    name: "never-ready",
    title: "the ready path answers 503 for ever",
    settings: { env: { FAULT_NEVER_READY: true } },
    expected: stillNotReady,
  },
  {
    name: "ready-path-wrong",
    title: "the process does not serve the ready path and answers 404",
    settings: { ready: "/readyy" },
    expected: notReady,
  },
  {
    name: "health-path-wrong",
    title: "the process does not serve the health path and answers 404",
    settings: { health: "/healthy" },
    expected: wrongStart,
  },
  {
    name: "port-wrong",
    title: "the process listens on a different port",
    settings: { port: 9090 },
    expected: wrongStart,
  },
  serving(
    "ready-unauthorized",
    "the ready path answers 401",
    `${server("(request, response) => response.writeHead(request.url === '/healthz' ? 200 : 401).end()")}.listen(8080)`,
    notReady,
  ),
  serving(
    "ready-hangs",
    "the ready path is never answered",
    `${server("(request, response) => request.url === '/healthz' && response.end()")}.listen(8080)`,
    stillNotReady,
  ),
  serving(
    "listens-on-loopback",
    "the process listens on 127.0.0.1 only",
    `${server("(request, response) => response.end()")}.listen(8080, "127.0.0.1", () => console.log("listening on 127.0.0.1:8080"))`,
    wrongStart,
  ),
  serving(
    "listens-on-ipv6",
    "the process listens on IPv6 only",
    `${server("(request, response) => response.end()")}.listen({ port: 8080, host: "::", ipv6Only: true }, () => console.log("listening on [::]:8080"))`,
    wrongStart,
  ),
  {
    name: "probe-command-missing",
    title: "the readiness probe's command is not in the image",
    fault: () => ({
      container: {
        readinessProbe: { httpGet: null, exec: { command: ["/bin/grpc_health_probe"] } },
      },
    }),
    expected: notReady,
  },
  {
    name: "liveness-fails",
    title: "the health path answers 500 after two seconds, and the process is never ready",
    settings: { env: { FAULT_LIVENESS_FAILS_AFTER_SECONDS: 2, FAULT_NEVER_READY: true } },
    fault: () => ({ container: { livenessProbe: { periodSeconds: 1, failureThreshold: 1 } } }),
    expected: killed,
  },
  {
    name: "startup-probe-fails",
    title: "the health path answers 500 for longer than the startup probe allows",
    settings: { env: { FAULT_LIVENESS_FAILS_AFTER_SECONDS: 0 } },
    fault: () => ({ container: { startupProbe: { failureThreshold: 4 } } }),
    expected: killed,
  },
];

function serving(name: string, title: string, script: string, expected: Failure): Case {
  const fault = () => ({ container: { command: ["node", "-e", script] } });
  return { name, title, fault, expected };
}

function server(listener: string): string {
  return `require("node:http").createServer(${listener})`;
}
