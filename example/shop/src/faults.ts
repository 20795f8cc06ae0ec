import { existsSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { log } from "./log.js";
import type { Faults } from "./settings.js";

const CHUNK = 16 * 1024 * 1024;

// Reachable for the whole life of the process, or the collector would give the memory back.
const held: Buffer[] = [];

/** The faults that show before the service listens. Ends the process where one of them says so. */
export function failAtStart(faults: Faults): void {
  const lines = faults.logLines ?? 0;
  for (let line = 1; line <= lines; line++) {
    log("info", `line ${line} of ${lines}`);
  }

  if (faults.crashOnce !== undefined && !existsSync(faults.crashOnce)) {
    crashOnce(faults.crashOnce);
  }
  if (faults.crashAtStart !== undefined) {
    log("error", "crashing at start, as FAULT_CRASH_AT_START says", { code: faults.crashAtStart });
    process.exit(faults.crashAtStart);
  }
}

/** Takes this much memory for good, step by step, so that requests are answered meanwhile. */
export async function holdMemory(bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK) {
    // Filled, because the kernel gives a page only when it is written to.
    held.push(Buffer.alloc(Math.min(left, CHUNK), 1));
    await setImmediate();
  }
  log("warn", "holding memory, as FAULT_MEMORY_BYTES says", { bytes });
}

function crashOnce(marker: string): never {
  try {
    writeFileSync(marker, "crashed once\n");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log("error", `FAULT_CRASH_ONCE must name a file in a writable folder, got "${marker}"`, {
      reason,
    });
    process.exit(2);
  }
  log("error", "crashing once, as FAULT_CRASH_ONCE says", { marker });
  process.exit(1);
}
