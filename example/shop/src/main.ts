import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import manifest from "../package.json" with { type: "json" };
import { failAtStart, holdMemory } from "./faults.js";
import { Health } from "./health.js";
import { log } from "./log.js";
import { Metrics } from "./metrics.js";
import { createShop } from "./server.js";
import { Sessions } from "./sessions.js";
import { readSettings } from "./settings.js";
import { shutDownOnSignal } from "./shutdown.js";

const { name: service, version } = manifest;
const settings = orExit(() => readSettings(process.env));
const { commit, faults, sessionKeyFile } = settings;
const sessions =
  sessionKeyFile === undefined ? undefined : orExit(() => Sessions.fromFile(sessionKeyFile));

failAtStart(faults);

const pod = hostname();
const health = new Health(faults);
const server = createShop({
  identity: () => ({ service, version, commit, pod, uptimeSeconds: Math.floor(process.uptime()) }),
  health,
  metrics: new Metrics({ service, version, commit: commit ?? "" }),
  faults,
  sessions,
});

shutDownOnSignal(server, health, settings);
server.once("error", (error) => {
  log("error", `cannot listen on port ${settings.port}: ${error.message}`);
  process.exit(1);
});
server.listen(settings.port, () => {
  const { port } = server.address() as AddressInfo;
  log("info", "listening", { service, version, ...(commit === null ? {} : { commit }), pod, port });
  if (faults.memoryBytes !== undefined) {
    void holdMemory(faults.memoryBytes);
  }
});

function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    log("error", error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}
