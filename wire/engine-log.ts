import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "./plugin.ts";

/** Writes to the engine's log: what a plugin prints to its own standard output never reaches the user. */
export class EngineLog {
  #client: EngineClient | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    this.attach(address);
  }

  /** Takes the engine's address where it was not known at the start. */
  attach(address: string | undefined): void {
    if (address !== undefined && address !== "" && this.#client === undefined) {
      this.#client = new EngineClient(address, credentials.createInsecure());
    }
  }

  /** The log of one resource, or of the whole stack for an empty URN. */
  of(urn: string): Log {
    return {
      info: (message) => {
        this.#write({ urn, message, severity: enginePb.LogSeverity.INFO });
      },
      warn: (message) => {
        this.#write({ urn, message, severity: enginePb.LogSeverity.WARNING });
      },
      error: (message) => {
        this.#write({ urn, message, severity: enginePb.LogSeverity.ERROR });
      },
      status: (message) => {
        this.#write({ urn, message, severity: enginePb.LogSeverity.INFO, ephemeral: true });
      },
    };
  }

  /** Settles when the engine has every line so far: a line that comes after its resource is lost. */
  async flush(): Promise<void> {
    await this.#last;
  }

  close(): void {
    this.#client?.close();
  }

  /** Lines are sent one after the other; the engine handles concurrent ones in any order. */
  #write(line: {
    urn: string;
    message: string;
    severity: enginePb.LogSeverity;
    ephemeral?: boolean;
  }): void {
    const client = this.#client;
    if (client === undefined) {
      return;
    }
    const request = new enginePb.LogRequest();
    request.setUrn(line.urn);
    request.setMessage(line.message);
    request.setSeverity(line.severity);
    request.setEphemeral(line.ephemeral ?? false);
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) => {
          // A line that cannot be delivered is no reason to fail the resource that it is about.
          client.log(request, () => {
            resolve();
          });
        }),
    );
  }
}
