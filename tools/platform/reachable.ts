import { request } from "node:http";
import { connect } from "node:net";
import type { Port } from "./taken-port.ts";

const PATIENCE_MILLISECONDS = 2000;

/** Resolves when something accepts a connection on the port or the Unix socket; rejects when not. */
export function acceptsConnection(target: Port | { readonly path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, timeout: PATIENCE_MILLISECONDS }, () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject).on("timeout", () => socket.destroy(new Error("no answer in time")));
  });
}

/** Resolves when an HTTP server answers 200; rejects when not. */
export function answersOk(
  target: { readonly path: string } & (Port | { readonly socketPath: string }),
): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...target, timeout: PATIENCE_MILLISECONDS }, (response) => {
      response.resume();
      if (response.statusCode === 200) {
        resolve();
      } else {
        reject(new Error(`answered ${response.statusCode ?? "nothing"}`));
      }
    });
    asked.on("error", reject).on("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.end();
  });
}
