import { request, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";

import { KubeConfig } from "@kubernetes/client-node";

/** What the API server said. */
export interface Response {
  readonly status: number;
  /** Of a `Status`, empty where the answer is none. */
  readonly message: string;
}

/** A request to the API server, below every client's notions of what one may want. */
export interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  /** Sent as JSON, by PATCH as a merge patch. */
  readonly body?: object;
}

/** Sends one request with the credentials of a kubeconfig, given as text. */
export async function send(kubeconfig: string, { method, path, body }: Request): Promise<Response> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const kind = method === "PATCH" ? "merge-patch+json" : "json";
  const credentials = options.headers as Readonly<Record<string, string>> | undefined;
  const headers = { ...credentials, "content-type": `application/${kind}` };
  const url = new URL(`${config.getCurrentCluster()?.server ?? ""}${path}`);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, method, headers }, (incoming) => {
      void text(incoming).then((answer) => {
        resolve({ status: incoming.statusCode ?? 0, message: messageOf(answer) });
      }, reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function messageOf(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { readonly message?: string };
    return message ?? "";
  } catch {
    return "";
  }
}
