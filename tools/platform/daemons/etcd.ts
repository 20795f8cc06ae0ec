import { ports } from "../addresses.ts";
import { certificates } from "../certificates.ts";
import type { Daemon } from "../daemon.ts";
import { state } from "../folders.ts";
import { acceptsConnection } from "../reachable.ts";

/** The cluster's database. Only the API server's certificate opens it, since loopback is everybody's. */
export function etcd(): Daemon {
  const client = { host: "127.0.0.1", port: ports.etcdClient };
  const peer = { host: "127.0.0.1", port: ports.etcdPeer };
  return {
    name: "etcd",
    command: "/usr/bin/etcd",
    args: [
      "--name=slipway",
      `--data-dir=${state("etcd")}`,
      `--listen-client-urls=https://127.0.0.1:${client.port}`,
      `--advertise-client-urls=https://127.0.0.1:${client.port}`,
      `--listen-peer-urls=http://127.0.0.1:${peer.port}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer.port}`,
      `--initial-cluster=slipway=http://127.0.0.1:${peer.port}`,
      `--cert-file=${certificates.etcd.crt}`,
      `--key-file=${certificates.etcd.key}`,
      "--client-cert-auth",
      `--trusted-ca-file=${certificates.authority.crt}`,
      "--logger=zap",
      // A development cluster may lose its last moments with the machine's power.
      "--unsafe-no-fsync",
    ],
    files: {},
    ports: [client, peer],
    address: `https://127.0.0.1:${client.port}`,
    ready: () => acceptsConnection(client),
  };
}
