import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { KeyPair } from "./mutual-tls.ts";

/** What a proxy of tests is. */
interface Kind {
  /**
   * Speaks TLS itself.
   * @default - plain HTTP
   */
  readonly tls?: KeyPair;
  /** Addresses behind names that only the proxy knows, as `host:port`. */
  readonly names?: Readonly<Record<string, string>>;
}

/** A real HTTP proxy on a free port: it opens tunnels, forwards requests in clear, and remembers what it was asked for. */
export class ConnectProxy {
  /** What was asked for, as `CONNECT host:port` or `GET http://…`. */
  readonly asked: string[] = [];
  /** With which `Proxy-Authorization`. */
  readonly logins: (string | undefined)[] = [];
  /** The status that every request is refused with. */
  refusal: number | undefined;
  /** Takes requests, and never answers. */
  hangs = false;
  readonly #open = new Set<Duplex>();
  readonly #server: Server;
  readonly #kind: Kind;
  #port = 0;

  private constructor(kind: Kind) {
    this.#kind = kind;
    this.#server = kind.tls === undefined ? createServer() : createTlsServer(kind.tls);
    this.#server.on("connect", (incoming: IncomingMessage, socket: Duplex) => {
      this.#tunnel(incoming, socket);
    });
    this.#server.on("request", (incoming, response) => {
      this.#remember(incoming);
      if (this.refusal !== undefined) {
        response.writeHead(this.refusal).end();
        return;
      }
      const { method, url = "", headers } = incoming;
      const onward = request(url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.writeHead(502).end());
      incoming.pipe(onward);
    });
  }

  static async start(kind: Kind = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(kind);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    proxy.#port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** @param login `user:password` */
  url(login?: string): string {
    const scheme = this.#kind.tls === undefined ? "http" : "https";
    return `${scheme}://${login === undefined ? "" : `${login}@`}${this.address}`;
  }

  /** Cuts all that goes through it. */
  cut(): void {
    for (const socket of this.#open) {
      socket.destroy();
    }
  }

  /** The same, and it takes no more. */
  async stop(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #remember({ method = "", url = "", headers }: IncomingMessage): void {
    this.asked.push(`${method} ${url}`);
    this.logins.push(headers["proxy-authorization"]);
  }

  #tunnel(incoming: IncomingMessage, socket: Duplex): void {
    this.#remember(incoming);
    this.#open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#open.delete(socket));
    if (this.hangs) {
      return;
    }
    if (this.refusal !== undefined) {
      socket.end(`HTTP/1.1 ${this.refusal} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const asked = incoming.url ?? "";
    const { hostname, port } = new URL(`http://${this.#kind.names?.[asked] ?? asked}`);
    const onward = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) });
    onward.on("connect", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
  }
}

/**
 * A SOCKS5 proxy on a free port, which wants this login if it is given one, and leads everybody to one address.
 * @see https://www.rfc-editor.org/rfc/rfc1928
 */
export async function socksProxy(
  port: number,
  login?: string,
): Promise<{ address: string; asked: string[]; stop: () => void }> {
  const asked: string[] = [];
  const server = createTcpServer((socket: Socket) => {
    socket.on("error", () => socket.destroy());
    const steps = [
      () => socket.write(Buffer.from([5, login === undefined ? 0 : 2])),
      ...(login === undefined
        ? []
        : [
            (data: Buffer) => {
              const user = data.subarray(2, 2 + (data[1] ?? 0)).toString();
              const password = data.subarray(3 + user.length).toString();
              return socket.write(Buffer.from([1, `${user}:${password}` === login ? 0 : 1]));
            },
          ]),
      (data: Buffer) => {
        const end = 5 + (data[4] ?? 0);
        const name =
          data[3] === 3 ? data.subarray(5, end).toString() : data.subarray(4, 8).join(".");
        asked.push(`${name}:${data.readUInt16BE(data.length - 2)}`);
        const onward = connect(port, "127.0.0.1", () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          socket.pipe(onward).pipe(socket);
        });
        onward.on("error", () => socket.destroy());
        return true;
      },
    ];
    const next = () => {
      const step = steps.shift();
      if (step !== undefined) {
        socket.once("data", (data: Buffer) => {
          step(data);
          next();
        });
      }
    };
    next();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, asked, stop: () => server.close() };
}
