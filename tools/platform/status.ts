import { nodeIsReady } from "./cluster.ts";
import { type ComponentName, components } from "./components.ts";
import { aliveRecord, wasStarted } from "./daemon.ts";
import { BRIDGE, NODE_ADDRESS } from "./addresses.ts";
import { existsSync } from "node:fs";
import { NODE_NAME } from "./kubeconfig.ts";

/** One line of the status table. */
export interface ComponentStatus {
  readonly component: string;
  readonly pid: string;
  /** `running`, `not answering`, `died` (not by us) or `stopped`; of the node `Ready` or `NotReady`. */
  readonly state: string;
  /** When it was started, ISO 8601. */
  readonly since: string;
  readonly address: string;
}

/** How every component, the bridge and the node are now. */
export async function platformStatus(): Promise<ComponentStatus[]> {
  const names = Object.keys(components) as ComponentName[];
  const daemons = await Promise.all(names.map(daemonStatus));
  const ready = await nodeIsReady().catch(() => false);
  const linked = existsSync(`/sys/class/net/${BRIDGE}`);
  return [
    ...daemons,
    {
      component: `bridge ${BRIDGE}`,
      pid: "",
      state: linked ? "running" : "stopped",
      since: "",
      address: NODE_ADDRESS,
    },
    {
      component: `node ${NODE_NAME}`,
      pid: "",
      state: ready ? "Ready" : "NotReady",
      since: "",
      address: NODE_ADDRESS,
    },
  ];
}

/** Whether everything runs as it should. */
export function isRunning(status: readonly ComponentStatus[]): boolean {
  return status.every(({ state }) => state === "running" || state === "Ready");
}

/** The table as text. */
export function statusTable(status: readonly ComponentStatus[]): string {
  const header: ComponentStatus = {
    component: "COMPONENT",
    pid: "PID",
    state: "STATE",
    since: "SINCE",
    address: "ADDRESS",
  };
  const columns = ["component", "pid", "state", "since", "address"] as const;
  const rows = [header, ...status];
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      columns
        .map((column, index) => row[column].padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function daemonStatus(name: ComponentName): Promise<ComponentStatus> {
  const record = aliveRecord(name);
  const { address, ready } = components[name]();
  if (!record) {
    return {
      component: name,
      pid: "",
      state: wasStarted(name) ? "died" : "stopped",
      since: "",
      address,
    };
  }
  const answers = await ready().then(
    () => true,
    () => false,
  );
  return {
    component: name,
    pid: String(record.pid),
    state: answers ? "running" : "not answering",
    since: record.since,
    address,
  };
}
