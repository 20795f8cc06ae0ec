import { nodeIsReady } from "./cluster.ts";
import { extras } from "./additions.ts";
import { components } from "./components.ts";
import { daemonState } from "./daemon.ts";
import { BRIDGE, NODE_ADDRESS } from "./addresses.ts";
import { existsSync } from "node:fs";
import { NODE_NAME } from "./kubeconfig.ts";
import type { RunState } from "./run-state.ts";

/** One line of the status table. */
export interface ComponentStatus extends RunState {
  readonly component: string;
}

/** How every component, the bridge, the node, and what somebody asked for beside them are now. */
export async function platformStatus(): Promise<ComponentStatus[]> {
  const daemons = await Promise.all(
    Object.entries(components).map(async ([component, daemon]) => {
      return { component, ...(await daemonState(daemon())) };
    }),
  );
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
    ...(ready ? await extrasStatus() : []),
  ];
}

/** Without an API server that answers, nobody knows. */
async function extrasStatus(): Promise<ComponentStatus[]> {
  const all = await Promise.all(
    Object.entries(extras).map(async ([component, { state }]) => {
      const found = await state();
      return found === undefined ? [] : [{ component, ...found }];
    }),
  );
  return all.flat();
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
