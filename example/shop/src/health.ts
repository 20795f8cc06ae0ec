import type { Faults } from "./settings.js";

/** What the probes are told. */
export class Health {
  private draining = false;
  private readonly faults: Faults;

  constructor(faults: Faults) {
    this.faults = faults;
  }

  /** From now on no new traffic should come. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  /** Why the service should get no traffic now, undefined when it should. */
  notReady(): string | undefined {
    const { neverReady, readyAfterSeconds = 0 } = this.faults;
    if (this.draining) {
      return "draining";
    }
    if (neverReady) {
      return "told never to be ready";
    }
    if (process.uptime() < readyAfterSeconds) {
      return "starting";
    }
    return undefined;
  }

  /** Why the service should be started anew, undefined when it should not. */
  notAlive(): string | undefined {
    const { livenessFailsAfterSeconds = Infinity } = this.faults;
    return process.uptime() >= livenessFailsAfterSeconds ? "told to fail" : undefined;
  }
}
