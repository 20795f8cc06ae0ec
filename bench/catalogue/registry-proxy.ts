import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { environment } from "../../tools/platform/environment.ts";

/** What a registry in trouble answers. */
export interface Trouble {
  readonly status: number;
  /** An error code of the distribution specification. */
  readonly code: string;
  readonly message: string;
  /**
   * Whether it answers so for blobs alone.
   *
   * @default false
   */
  readonly ofBlobs?: boolean;
}

/** How long a registry takes. */
export interface Slowness {
  readonly slowSeconds: number;
  /**
   * Whether it is slow with blobs alone.
   *
   * @default false
   */
  readonly ofBlobs?: boolean;
}

/** How a registry answers now: as it should, with trouble, after some seconds, or by hanging up. */
export type Mood = "well" | "hangs-up" | Trouble | Slowness;

/**
 * Stands in front of the real registry, on a port of its own, and can be in trouble.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export class RegistryProxy {
  /** Takes effect at the next request. */
  mood: Mood = "well";
  readonly #server = createServer((incoming, response) => {
    void this.#answer(incoming, response);
  });

  static async start(mood: Mood): Promise<RegistryProxy> {
    const proxy = new RegistryProxy();
    proxy.mood = mood;
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** The same image by this registry's name. */
  renamed(image: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return image.replace(environment().SLIPWAY_REGISTRY, `127.0.0.1:${port}`);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { mood } = this;
    if (mood === "hangs-up") {
      return void incoming.socket.destroy();
    }
    if (mood !== "well" && "status" in mood && isMeant(mood, incoming)) {
      const { status, code, message } = mood;
      response.writeHead(status, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ errors: [{ code, message }] }));
    }
    if (mood !== "well" && "slowSeconds" in mood && isMeant(mood, incoming)) {
      await delay(mood.slowSeconds * 1000);
    }
    forward(incoming, response);
  }
}

function isMeant({ ofBlobs = false }: Trouble | Slowness, { url = "" }: IncomingMessage): boolean {
  return !ofBlobs || url.includes("/blobs/");
}

function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const [host, port] = environment().SLIPWAY_REGISTRY.split(":");
  const { method, url, headers } = incoming;
  const onward = request({ host, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  // The rest of an answer that nobody reads would keep its connection, and with it this process.
  response.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
