import { AT_ONCE, type Case, type Failure } from "../case.ts";
import type { Fault } from "../clone/fault.ts";
import { START, WINDOW, wrongStart } from "./probes.ts";

/** Seconds until a liveness probe asks for the first time, and from there until it gives up. */
const FOUR_PERIODS = 10 + 20;

const wrongReady: Failure = { ...wrongStart, from: "started-unready", within: WINDOW + AT_ONCE };
const restarted: Failure = {
  reason: "killed-by-liveness",
  from: "running",
  within: START + FOUR_PERIODS + AT_ONCE,
};

/** Processes that run, and answer a probe with what waiting can hardly change. */
export const ANSWERS: readonly Case[] = [
  {
    name: "startup-path-wrong",
    title: "the process does not serve the path of its startup probe alone, and answers 404",
    fault: () => ({ container: { startupProbe: { httpGet: { path: "/started" } } } }),
    expected: wrongStart,
  },
  {
    name: "liveness-path-wrong",
    title: "the process is ready, and does not serve the path of its liveness probe",
    fault: () => ({ container: { livenessProbe: { httpGet: { path: "/alive" } } } }),
    expected: restarted,
  },
  {
    name: "liveness-port-wrong",
    title: "the process is ready, and does not listen on the port of its liveness probe",
    fault: () => ({ container: { livenessProbe: { httpGet: { port: 9090 } } } }),
    expected: restarted,
  },
  {
    name: "loopback-only",
    title: "the process listens on 127.0.0.1 only, and says so",
    fault: () => served("", "127.0.0.1"),
    expected: wrongStart,
  },
  {
    name: "listens-nowhere",
    title: "the process listens on no port, and says nothing",
    settings: { deadlineSeconds: 20 },
    fault: () => ({ container: { command: ["node", "-e", "setInterval(() => {}, 1000)"] } }),
    expected: { reason: "not-ready", from: "deadline-passed", within: AT_ONCE },
  },
  {
    name: "redirect-to-404",
    title: "the ready path is redirected to one of the process that answers 404",
    fault: () =>
      served(`if (path === "/readyz") return [302, "/login"];
      if (path === "/login") return [404];`),
    expected: wrongReady,
  },
  {
    name: "redirect-to-closed-port",
    title: "the ready path is redirected to https, where nobody listens",
    fault: () =>
      served(`if (path === "/readyz") return [301, "https://" + host.split(":")[0] + "/readyz"];`),
    expected: wrongReady,
  },
];

/** Processes that answer a probe with something else for some seconds, and are healthy. */
export const PASSING_ANSWERS: readonly Case[] = [
  {
    name: "redirect-to-another-host",
    title: "the ready path is redirected to another host, which the kubelet counts as ready",
    fault: () => served(`if (path === "/readyz") return [302, "https://login.example.com/"];`),
    expected: "ready",
  },
  {
    name: "startup-404-for-5-s",
    title: "the health path answers 404 for 5 s",
    fault: () => served(`if (path === "/healthz" && seconds < 5) return [404];`),
    expected: "ready",
  },
  {
    name: "ready-404-for-5-s",
    title: "the ready path answers 404 for 5 s",
    fault: () => served(`if (path === "/readyz" && seconds < 5) return [404];`),
    expected: "ready",
  },
  {
    name: "liveness-404-for-5-s",
    title: "the path of the liveness probe answers 404 for 5 s",
    fault: () => {
      const { container } = served(`if (path === "/alive" && seconds < 5) return [404];`);
      return { container: { ...container, livenessProbe: { httpGet: { path: "/alive" } } } };
    },
    expected: "ready",
  },
  {
    name: "refused-for-30-s",
    title: "the process listens only after 30 s, and says before that a port of its own is open",
    fault: () => ({
      container: {
        command: [
          "node",
          "-e",
          "console.log('metrics listening on :9100'); setTimeout(() => import('/app/src/main.js'), 30_000)",
        ],
      },
    }),
    expected: "ready",
  },
  {
    name: "deployed-after-40-s",
    title: "an application server opens its port after 20 s, and answers 404 for 15 s more",
    fault: () => ({
      container: {
        command: [
          "node",
          "-e",
          `setTimeout(() => { ${serving("if (seconds < 35) return [404];", "0.0.0.0")} }, 20_000)`,
        ],
      },
    }),
    expected: "ready",
  },
];

/** A container that serves by a rule, which returns a status and where it redirects to. */
export function served(rule: string, address = "0.0.0.0"): Fault {
  return { container: { command: ["node", "-e", serving(rule, address)] } };
}

function serving(rule: string, address: string): string {
  return `const answer = (path, host, seconds) => { ${rule} return [200]; };
    process.on("SIGTERM", () => process.exit(0));
    require("node:http").createServer((request, response) => {
      const [status, location] = answer(request.url, request.headers.host, process.uptime());
      response.writeHead(status, location === undefined ? {} : { location }).end();
    }).listen(8080, "${address}", () => console.log("listening on http://${address}:8080"));`;
}
