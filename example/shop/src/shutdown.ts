import type { Server } from "node:http";
import type { Health } from "./health.js";
import { log } from "./log.js";
import type { Settings } from "./settings.js";

/**
 * Ends the process well on SIGTERM or SIGINT: /readyz fails at once; for the drain time, requests are
 * still taken and each answer closes its connection, so that clients that keep theirs go elsewhere
 * without losing a request; then idle connections are closed, and requests under way end. Exit code
 * 0, or 1 if the grace was too short for them. A second signal ends it at once.
 */
export function shutDownOnSignal(
  server: Server,
  health: Health,
  { drainSeconds, graceSeconds }: Pick<Settings, "drainSeconds" | "graceSeconds">,
): void {
  const onSignal = (signal: "SIGTERM" | "SIGINT") => {
    if (health.isDraining) {
      log("warn", "second signal, exiting at once", { signal });
      process.exit(signal === "SIGTERM" ? 143 : 130);
    }
    log("info", "shutting down", { signal });
    health.drain();
    setTimeout(() => {
      server.close(() => {
        log("info", "stopped");
        process.exit(0);
      });
    }, drainSeconds * 1000);
    setTimeout(() => {
      log("error", "requests were still under way at the end of the grace", { graceSeconds });
      process.exit(1);
    }, graceSeconds * 1000);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
