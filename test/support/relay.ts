import {
  type AddressInfo,
  connect,
  createServer,
  type NetConnectOpts,
  type Server,
} from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Duplex } from "node:stream";

import type { MutualTls } from "./mutual-tls.ts";

/** Leads connections to an address on to a server of this machine that answers elsewhere. */
export class Relay {
  private readonly server: Server;
  private readonly open: Set<Duplex>;

  private constructor(server: Server, open: Set<Duplex>) {
    this.server = server;
    this.open = open;
  }

  /** @param tls whom to let in; everybody where it is left out */
  static async start(address: string, target: NetConnectOpts, tls?: MutualTls): Promise<Relay> {
    const open = new Set<Duplex>();
    const lead = (incoming: Duplex) => {
      const outgoing = connect(target);
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        open.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          open.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    };
    const server = tls === undefined ? createServer(lead) : createTlsServer(options(tls), lead);
    await new Promise<void>((resolve, reject) => {
      server.on("error", reject);
      server.listen(0, address, resolve);
    });
    return new Relay(server, open);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const connection of this.open) {
      connection.destroy();
    }
  }
}

function options({ authority, server }: MutualTls) {
  return { ...server, ca: authority, requestCert: true, rejectUnauthorized: true };
}
