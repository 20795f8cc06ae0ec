import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { KubeConfig } from "@kubernetes/client-node";

import { apiServerOf, type Backend, forward, passOn } from "./forward.ts";

/** Where a request is kept: before the server hears of it, or after the server has done what it asks. */
export type Place = "request" | "answer";

/** A request that the gate keeps. */
export interface Held {
  /** Settles when the request is there. */
  readonly caught: Promise<void>;
  /** Lets it go. */
  readonly release: () => void;
}

interface Trap extends Held {
  readonly place: Place;
  readonly method: string;
  readonly path: RegExp;
  readonly spring: () => void;
  readonly released: Promise<void>;
}

/** Stands in front of a real server, over plain HTTP on a free port, and keeps requests for a story that waits for them. */
export class Gate {
  /** What passed so far, as `PUT /v2/…`. */
  readonly requests: string[] = [];
  readonly #traps = new Set<Trap>();
  readonly #server = createServer((incoming, response) => {
    void this.#pass(incoming, response);
  });

  private readonly backend: Backend;

  private constructor(backend: Backend) {
    this.backend = backend;
  }

  /** @param url the server's address, with its scheme */
  static async start(url: string, options: Backend["options"] = {}): Promise<Gate> {
    const gate = new Gate({ url, options });
    await new Promise<void>((resolve) => gate.#server.listen(0, "127.0.0.1", resolve));
    return gate;
  }

  /** In front of the API server of a kubeconfig: whoever comes through the gate has its rights. */
  static async toApiServer(config: KubeConfig): Promise<Gate> {
    const { url, options } = await apiServerOf(config);
    return Gate.start(url, options);
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Keeps the next request of this kind, and no further one. */
  hold(place: Place, method: string, path: RegExp): Held {
    const [caught, spring] = moment();
    const [released, release] = moment();
    const trap = { place, method, path, caught, spring, released, release };
    this.#traps.add(trap);
    return trap;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = incoming;
    this.requests.push(`${method} ${url}`);
    const trap = [...this.#traps].find((each) => each.method === method && each.path.test(url));
    if (trap !== undefined) {
      this.#traps.delete(trap);
    }
    const keep = async (place: Place) => {
      if (trap?.place !== place) {
        return;
      }
      trap.spring();
      await trap.released;
    };
    await keep("request");
    // Whoever asked may be dead by now.
    if (response.destroyed) {
      return;
    }
    forward(incoming, response, this.backend, async (answer) => {
      await keep("answer");
      passOn(answer, response);
    });
  }
}

/** Something that has not happened yet, and what makes it happen. */
function moment(): [moment: Promise<void>, happen: () => void] {
  let happen = () => {};
  const promise = new Promise<void>((resolve) => (happen = resolve));
  return [promise, happen];
}
