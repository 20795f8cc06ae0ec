import { KubeConfig } from "@kubernetes/client-node";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import { kubeConfig } from "../../testbed/cluster.ts";

/** Stands between Slipway and the API server, and can cut them off from each other. */
export class ApiProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#connect(socket);
  });
  #isCut = false;

  /** @param kubeconfig the file to write, which leads through the proxy */
  static async start(kubeconfig: string): Promise<ApiProxy> {
    const proxy = new ApiProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.#server.address() as AddressInfo;
    await writeFile(kubeconfig, through(`https://127.0.0.1:${port}`), { mode: 0o600 });
    return proxy;
  }

  /** Ends all connections; new ones may be made. */
  drop(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  /** Ends all connections and takes no new ones until it is mended. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }

  mend(): void {
    this.#isCut = false;
  }

  stop(): void {
    this.cut();
    this.#server.close();
  }

  #connect(socket: Socket): void {
    if (this.#isCut) {
      return void socket.destroy();
    }
    const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
    const onward = connect(Number(port), hostname);
    for (const end of [socket, onward]) {
      this.#sockets.add(end);
      end.on("error", () => end.destroy());
      end.on("close", () => {
        this.#sockets.delete(end);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  }
}

function through(server: string): string {
  const config = new KubeConfig();
  config.loadFromString(kubeConfig().exportConfig());
  config.clusters = config.clusters.map((cluster) => ({ ...cluster, server }));
  return config.exportConfig();
}
