import { stringify } from "yaml";
import { ports } from "../addresses.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { answersOk } from "../reachable.ts";

const port = { host: "127.0.0.1", port: ports.registry };

/** The image registry. */
export function registryDaemon(): Daemon {
  const file = state("registry", "config.yml");
  return {
    name: "registry",
    command: "/usr/bin/docker-registry",
    args: ["serve", file],
    files: { [file]: stringify(configuration) },
    ports: [port],
    address: `http://${port.host}:${port.port}`,
    ready: () => answersOk({ ...port, path: "/v2/" }),
  };
}

const configuration = {
  version: "0.1",
  log: { level: "warn" },
  storage: { filesystem: { rootdirectory: state("registry", "data") }, delete: { enabled: true } },
  http: { addr: `${port.host}:${port.port}` },
};
