import { type IncomingMessage, request as http, type ServerResponse } from "node:http";
import { request as https, type RequestOptions } from "node:https";

import type { KubeConfig } from "@kubernetes/client-node";

/** A real server that stands behind one of the tests. */
export interface Backend {
  /** Its address, with its scheme. */
  readonly url: string;
  /** What requests to it carry, e.g. credentials. */
  readonly options: RequestOptions;
}

/** The API server of a kubeconfig: whoever is led there has its rights. */
export async function apiServerOf(config: KubeConfig): Promise<Backend> {
  const options = {};
  await config.applyToHTTPSOptions(options);
  return { url: config.getCurrentCluster()?.server ?? "", options };
}

/**
 * Leads a request to a server, and its answer back.
 * @param pass leads the answer back; by default as it comes
 */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  { url, options }: Backend,
  pass: (answer: IncomingMessage) => unknown = (answer) => {
    passOn(answer, response);
  },
): void {
  const { method, url: path = "/" } = incoming;
  const headers = { ...incoming.headers, ...(options.headers as object) };
  const target = new URL(path, url);
  const send = target.protocol === "https:" ? https : http;
  const onward = send(target, { ...options, method, headers }, pass);
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

/** Leads an answer back as it comes. */
export function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders();
  answer.pipe(response);
}
