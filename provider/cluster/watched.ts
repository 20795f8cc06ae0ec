import type { Watch } from "@kubernetes/client-node";

import { ApiError } from "./api-error.ts";
import { withPlainMessages } from "./plain-messages.ts";

/** One line of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** Who is told of a watch. */
export interface Watcher {
  opened(): void;
  event(event: WatchEvent): void;
}

/** What is watched. */
interface Watched {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly on: Watcher;
}

/** Settles when the watch has ended: resolved by the server or by silence, rejected by an error or the signal. */
export async function watched(
  watch: Watch,
  { path, query, on }: Watched,
  signal: AbortSignal,
): Promise<void> {
  let open = true;
  let connection: AbortController | undefined;
  await new Promise<void>((resolve, reject) => {
    const end = (error: unknown) => {
      open = false;
      signal.removeEventListener("abort", abort);
      if (error === null || error === undefined || isSilence(error)) {
        resolve();
      } else {
        reject(asError(error));
      }
    };
    const abort = () => {
      connection?.abort();
      end(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    const onEvent = (type: string, object: unknown) => {
      // Lines that were read ahead come even after the end; the next watch will bring them again.
      if (open) {
        on.event({ type, object: withPlainMessages(object) });
      }
    };
    watch.watch(path, query, onEvent, end).then((controller) => {
      if (open) {
        connection = controller;
        on.opened();
      } else {
        controller.abort();
      }
    }, end);
  });
}

/** The library ends a watch that was silent for half a minute, so that a dead connection is noticed. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function asError(error: unknown): Error {
  if (!(error instanceof Error)) {
    return new Error(String(error));
  }
  return "statusCode" in error && typeof error.statusCode === "number"
    ? new ApiError(error.statusCode, error.message)
    : error;
}
