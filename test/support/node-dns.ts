import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

import { execa } from "execa";

const LINK = "slipway-dns";

/** Stands in for NodeLocal DNSCache: a server on an address of the node that is no pod's, and knows one answer. */
export class NodeDns {
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** @param address that the machine gets for it */
  static async start(address: string): Promise<NodeDns> {
    await execa("ip", ["link", "add", LINK, "type", "bridge"]);
    const socket = createSocket("udp4");
    try {
      await execa("ip", ["address", "add", `${address}/32`, "dev", LINK]);
      await execa("ip", ["link", "set", LINK, "up"]);
      socket.on("message", (question, { port, address: from }) => {
        socket.send(answerTo(question), port, from);
      });
      socket.bind(53, address);
      await once(socket, "listening");
      return new NodeDns(socket);
    } catch (error) {
      socket.close();
      await execa("ip", ["link", "delete", LINK]);
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.socket.close();
    await execa("ip", ["link", "delete", LINK]);
  }
}

/** The question with one address: a pointer to its name, an A record of a minute. */
function answerTo(question: Buffer): Buffer {
  const header = Buffer.from(question);
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 6);
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
  return Buffer.concat([header, Buffer.from(record)]);
}
