import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubeConfig } from "@kubernetes/client-node";

import { apiServerOf, type Backend, forward, passOn } from "./forward.ts";

/** What becomes of a request that is struck. */
export type Fault =
  /** The connection is cut a moment after the watch has begun. */
  | "dropped"
  /** The connection is cut in the middle of a line. */
  | "cut-mid-line"
  /** The server no longer knows the place from which the watch is to go on; it says so in either of its two ways. */
  | "gone"
  /** The server has too many requests. */
  | "too-many"
  /** The server has an error of its own. */
  | "broken"
  /** The answer takes seconds. */
  | "slow";

/** How often each list, watch or review is struck, so that it gets through in the end. */
const TIMES = 4;

const MOMENT_MILLISECONDS = 300;
const SLOW_MILLISECONDS = 3000;

/**
 * Stands in front of the API server, over plain HTTP on a free port, and strikes lists, watches and access reviews: what
 * Slipway's provider asks for, and nothing that the Kubernetes provider does.
 */
export class FaultyProxy {
  /** What was struck, as `gone watch pods`. */
  readonly struck: string[] = [];
  /** How, undefined for not at all. */
  fault: Fault | undefined;
  readonly #server = createServer((incoming, response) => {
    void this.#pass(incoming, response);
  });

  private readonly backend: Backend;

  private constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Whoever comes through the proxy has the kubeconfig's rights. */
  static async start(config: KubeConfig): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(await apiServerOf(config));
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedBy(incoming.url ?? "/");
    const fault = this.fault;
    const strike = `${fault ?? ""} ${asked ?? ""}`;
    const times = this.struck.filter((each) => each === strike).length;
    const isStruck =
      fault !== undefined &&
      asked !== undefined &&
      times < TIMES &&
      (!OF_WATCHES.includes(fault) || asked.startsWith("watch "));
    if (!isStruck) {
      forward(incoming, response, this.backend);
      return;
    }
    this.struck.push(strike);
    await FAULTS[fault](incoming, response, { backend: this.backend, times });
  }
}

interface Circumstances {
  readonly backend: Backend;
  /** How often it was struck before. */
  readonly times: number;
}

type Strike = (
  incoming: IncomingMessage,
  response: ServerResponse,
  circumstances: Circumstances,
) => unknown;

const OF_WATCHES: readonly Fault[] = ["dropped", "cut-mid-line", "gone"];

const FAULTS: Readonly<Record<Fault, Strike>> = {
  dropped: (incoming, response, { backend }) => {
    forward(incoming, response, backend, (answer) => {
      passOn(answer, response);
      setTimeout(() => response.destroy(), MOMENT_MILLISECONDS);
    });
  },
  "cut-mid-line": (incoming, response, { backend }) => {
    forward(incoming, response, backend, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.once("data", (line: Buffer) => {
        response.write(line.subarray(0, line.length / 2), () => response.destroy());
      });
    });
  },
  gone: (_incoming, response, { times }) => {
    const status = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
    if (times % 2 === 0) {
      refuse(response, 410, status.message);
    } else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    }
  },
  "too-many": (_incoming, response) => {
    response.setHeader("retry-after", "1");
    refuse(response, 429, "too many requests, please try again later");
  },
  broken: (_incoming, response) => {
    refuse(response, 500, "etcdserver: request timed out");
  },
  slow: async (incoming, response, { backend }) => {
    await sleep(SLOW_MILLISECONDS);
    if (!response.destroyed) {
      forward(incoming, response, backend);
    }
  },
};

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", status: "Failure", code, message }));
}

/** `watch pods`, `list pods` or `review`; undefined for whatever else is asked. */
function askedBy(path: string): string | undefined {
  const { pathname, searchParams } = new URL(path, "http://localhost");
  if (pathname.endsWith("/selfsubjectaccessreviews")) {
    return "review";
  }
  const [, resource] = /\/namespaces\/[^/]+\/([a-z]+)$/.exec(pathname) ?? [];
  const verb = searchParams.has("watch") ? "watch" : searchParams.has("limit") ? "list" : undefined;
  return resource === undefined || verb === undefined ? undefined : `${verb} ${resource}`;
}
