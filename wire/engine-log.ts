import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { plain } from "../mask/plain.ts";
import type { Log } from "./plugin.ts";

/** The engine is on this machine, and a proxy of the environment is not the way to it. */
const OPTIONS = { "grpc.enable_http_proxy": 0 };

/** Writes to the engine's log, without what a terminal obeys: what a plugin prints to its own standard output never reaches the user. */
export class EngineLog {
  #client: EngineClient | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    this.attach(address);
  }

  /** Takes the engine's address if it was unknown at the start. */
  attach(address: string | undefined): void {
    if (address !== undefined && address !== "" && this.#client === undefined) {
      this.#client = new EngineClient(address, credentials.createInsecure(), OPTIONS);
    }
  }

  /** The log of one resource, or of the whole stack for an empty URN. */
  of(urn: string): Log {
    const { INFO, WARNING, ERROR } = enginePb.LogSeverity;
    const line = (severity: enginePb.LogSeverity, ephemeral = false) => {
      return (message: string) => {
        this.#write(urn, message, severity, ephemeral);
      };
    };
    return { info: line(INFO), warn: line(WARNING), error: line(ERROR), status: line(INFO, true) };
  }

  /** Settles when the engine has every line so far: a line that comes after its resource is lost. */
  async flush(): Promise<void> {
    await this.#last;
  }

  close(): void {
    this.#client?.close();
  }

  /** Lines are sent one after the other; the engine handles concurrent ones in any order. */
  #write(urn: string, message: string, severity: enginePb.LogSeverity, ephemeral: boolean): void {
    const client = this.#client;
    if (client === undefined) {
      return;
    }
    const request = new enginePb.LogRequest();
    request.setUrn(urn);
    request.setMessage(plain(message));
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) => {
          // A line that cannot be delivered must not fail the resource that it is about.
          client.log(request, () => {
            resolve();
          });
        }),
    );
  }
}
