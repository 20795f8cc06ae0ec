import { Leases } from "../../cli/trial/lease.ts";
import type { Pool } from "../../cli/trial/pool.ts";
import { poolNamespaces } from "../../components/trial/definition.ts";
import type { LeaseCluster } from "./lease-cluster.ts";

/** A pool whose trials end after three days, in a cluster that has nothing but Leases. */
export function poolOf(cluster: LeaseCluster, most = 3): Pool {
  const { signal } = new AbortController();
  return {
    name: "trial",
    home: "shop-trial",
    namespaces: poolNamespaces("shop-trial", most),
    trial: {
      of: "dev",
      idleSeconds: 72 * 3600,
      most,
      quota: { pods: 1, cpu: "1", memory: "1Gi", storage: "1Gi" },
    },
    api: cluster.api,
    leases: new Leases(cluster.api, signal),
    kinds: () => Promise.resolve([]),
    signal,
    now: () => cluster.time,
  } as unknown as Pool;
}
