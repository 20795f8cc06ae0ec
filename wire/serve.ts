import { fstatSync } from "node:fs";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { plain } from "../mask/plain.ts";
import { keepCompiledCode } from "./compiled-code.ts";
import { EngineLog } from "./engine-log.ts";
import type { Plugin } from "./plugin.ts";
import { providerService } from "./service.ts";

/** The engine's own limit for one message. */
const MESSAGE_BYTES = 400 * 1024 * 1024;

/** For what is under way to end by itself, such as a builder that was asked to stop. */
const GRACE_MILLISECONDS = 1000;

/** How a plugin is served. */
export interface ServeOptions {
  /**
   * How long the process continues with what is under way after its engine is gone, as plugins written in Go do, which
   * look for it every five minutes.
   * @default - it cancels what is under way, and ends at once
   */
  readonly outlivesEngineMilliseconds?: number;
}

/** What the other end of a connection does, or the network between: it says nothing about this process. */
const CONNECTION_FAULTS: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * Puts a plugin on the engine's wire, for the life of this process: prints the port that it listens on,
 * and takes the engine's address as the first argument.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/providers/
 */
export function serve(plugin: Plugin, options: ServeOptions = {}): void {
  process.on("uncaughtException", (error: unknown) => {
    fault(plugin, error);
  });
  const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  listen(plugin, address).then(
    ({ port }) => {
      process.stdout.write(`${port}\n`);
      endWithEngine(plugin, options);
      keepCompiledCode();
    },
    (error: unknown) => {
      print(plugin, `cannot listen on 127.0.0.1: ${String(error)}`);
      process.exitCode = 1;
    },
  );
}

/** A connection's fault must not end the calls under way. After any other, nothing here can be relied on. */
function fault(plugin: Plugin, error: unknown): void {
  const isConnection =
    error instanceof Error && "code" in error && CONNECTION_FAULTS.has(error.code);
  if (isConnection) {
    print(plugin, error.message);
    return;
  }
  const trace = error instanceof Error ? error.stack : undefined;
  print(plugin, trace ?? String(error));
  end(plugin);
}

function print(plugin: Plugin, text: string): void {
  process.stderr.write(`${plugin.name}: ${plain(plugin.tell?.(text) ?? text)}\n`);
}

/** Ends what is under way, and then this process. */
function end(plugin: Plugin): void {
  plugin.cancel();
  setTimeout(() => process.exit(1), GRACE_MILLISECONDS);
}

/**
 * Ends this process when the engine is gone, whatever killed it: the engine holds the other end of the standard
 * input. A SIGTERM ends only what is under way: a build server sends it to each process of a job, and the engine is to
 * hear how its calls ended. It ends its plugins itself, with SIGINT.
 */
function endWithEngine(plugin: Plugin, { outlivesEngineMilliseconds }: ServeOptions): void {
  process.on("SIGTERM", () => {
    plugin.cancel();
  });
  // Without a pipe there is nobody to wait for, as when a person starts a plugin to look at it.
  if (!fstatSync(process.stdin.fd).isFIFO()) {
    return;
  }
  process.stdin.on("close", () => {
    setTimeout(() => {
      end(plugin);
    }, outlivesEngineMilliseconds ?? 0);
  });
  process.stdin.resume();
}

/** A plugin on a free port of the loopback address. */
export async function listen(
  plugin: Plugin,
  engineAddress?: string,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const log = new EngineLog(engineAddress);
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_BYTES,
    "grpc.max_send_message_length": MESSAGE_BYTES,
  });
  server.addService(
    ResourceProviderService,
    providerService(plugin, log) as UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) {
        resolve(bound);
      } else {
        reject(error);
      }
    });
  });
  return {
    port,
    close: () => {
      server.forceShutdown();
      log.close();
    },
  };
}
