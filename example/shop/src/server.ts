import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import { log } from "./log.js";
import { Metrics } from "./metrics.js";
import { page, PAGE_HEADERS, type Identity } from "./page.js";
import type { Health } from "./health.js";
import type { Sessions } from "./sessions.js";
import type { Faults } from "./settings.js";

export interface ShopOptions {
  readonly identity: () => Identity;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly faults: Faults;
  /** Absent where nobody is remembered. */
  readonly sessions: Sessions | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Read by the platform, not by customers: kept out of the faults' way and out of the log. */
const WATCHED = ["/healthz", "/readyz", "/metrics"];
const PATHS = ["/", ...WATCHED];

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** The service as an HTTP server that does not listen yet. */
export function createShop(options: ShopOptions): Server {
  const { health, metrics, faults } = options;
  let customers = 0;
  let begun = 0;

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const watched = WATCHED.includes(path);
    const begunAt = performance.now();
    const end = metrics.begin();
    response.once("close", () => {
      // A client that went away got no status; 499 is what nginx writes for it.
      const status = response.writableFinished ? response.statusCode : 499;
      end(PATHS.includes(path) ? path : "other", status);
      if (watched) {
        return;
      }
      const ms = Math.round(performance.now() - begunAt);
      log("info", "request", { method: request.method ?? "", path, status, ms });
      if (++customers === faults.exitAfterRequests) {
        exitAfter(customers);
      }
    });

    if (!watched && faults.slowMs !== undefined) {
      await setTimeout(faults.slowMs);
    }
    const isFailed = !watched && isOneOf(++begun, faults.failedPercent);
    const { status, headers, body } = isFailed
      ? text(500, "failed, as FAULT_FAILED_PERCENT says")
      : answer(request, path, options);
    // Sends a client that keeps its connection to a pod that stays.
    if (health.isDraining) {
      response.setHeader("connection", "close");
    }
    response.writeHead(status, {
      ...HEADERS,
      ...headers,
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  };

  return createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      log("error", "request failed", { reason: String(error) });
      response.destroy();
    });
  });
}

/** Whether the request of this number is one of so many percent, which are spread evenly. */
function isOneOf(number: number, percent = 0): boolean {
  return Math.floor((number * percent) / 100) > Math.floor(((number - 1) * percent) / 100);
}

function answer(request: IncomingMessage, path: string, options: ShopOptions): Answer {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const refusal = text(405, `${request.method ?? "this method"} is not served; use GET or HEAD`);
    return { ...refusal, headers: { ...refusal.headers, allow: "GET, HEAD" } };
  }
  const { identity, health, metrics, sessions } = options;
  switch (path) {
    case "/":
      return home(request, identity(), sessions);
    case "/healthz":
      return probe("alive", health.notAlive());
    case "/readyz":
      return probe("ready", health.notReady());
    case "/metrics":
      return {
        status: 200,
        headers: { "content-type": Metrics.contentType },
        body: metrics.render(),
      };
    default:
      return text(404, `nothing is served at ${path}; try ${PATHS.join(" ")}`);
  }
}

function home(
  { headers: { accept = "*/*", cookie } }: IncomingMessage,
  identity: Identity,
  sessions: Sessions | undefined,
): Answer {
  if (sessions === undefined) {
    return introduce(accept, identity);
  }
  const visits = sessions.visits(cookie) + 1;
  const answer = introduce(accept, { ...identity, visits });
  return { ...answer, headers: { ...answer.headers, "set-cookie": sessions.cookie(visits) } };
}

function introduce(accept: string, identity: Identity): Answer {
  const vary = { vary: "accept" };
  return preference(accept, "application/json") > preference(accept, "text/html")
    ? {
        status: 200,
        headers: { ...vary, "content-type": "application/json" },
        body: JSON.stringify(identity) + "\n",
      }
    : { status: 200, headers: { ...vary, ...PAGE_HEADERS }, body: page(identity) };
}

/** How much an Accept header wants a media type, from 0 to 1: its most specific range decides. */
function preference(accept: string, type: string): number {
  const ranges = new Map(
    accept.split(",").map((part) => {
      const [range = "", ...parameters] = part
        .split(";")
        .map((piece) => piece.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [range, quality === undefined ? 1 : Number(quality)] as const;
    }),
  );
  const family = `${type.split("/", 1)[0] ?? ""}/*`;
  return ranges.get(type) ?? ranges.get(family) ?? ranges.get("*/*") ?? 0;
}

function probe(fine: string, problem: string | undefined): Answer {
  return problem === undefined ? text(200, fine) : text(503, problem);
}

function text(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${body}\n` };
}

function exitAfter(requests: number): void {
  log("error", "exiting, as FAULT_EXIT_AFTER_REQUESTS says", { requests });
  process.exit(1);
}
