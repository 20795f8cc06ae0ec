import type { ProviderConfig } from "../../contract/provider-config.ts";
import { CredentialError, SilentPlugin } from "../../kubeconfig/credential-error.ts";
import { ProxyError } from "../../proxy/error.ts";
import type { Api } from "./api.ts";
import { ApiError, messageOf } from "./api-error.ts";
import { pause } from "./pause.ts";

/** For how long an API server that restarts is waited for. */
const PATIENCE_MILLISECONDS = 10_000;

/** How many times as long an answer may take, with the library's loading: a build agent may have much else to do. */
const SLOWNESS = 3;
const PAUSE_MILLISECONDS = 500;

/** Whoever may do nothing at all may ask for this. */
const VERSION = "/version";

/** What may be over in a moment. */
const PASSING =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|hang up|no answer/;

/** What is to be done, by what the system says. */
const REMEDIES = [
  [
    /certificate|self.signed|UNABLE_TO_|CERT_|ALTNAME/i,
    "check certificate-authority and server of its cluster in the kubeconfig",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/,
    "check server of its cluster in the kubeconfig, and whether it runs",
  ],
] as const;

/**
 * Asks the API server whether it answers this identity at all; one that is about to start gets some seconds.
 * @returns why it does not, and what to do; undefined if it does, even with a refusal
 */
export async function whyNoAnswer(
  api: Pick<Api, "get">,
  { kubeconfig, context }: ProviderConfig,
  signal: AbortSignal,
  patience = PATIENCE_MILLISECONDS,
): Promise<string | undefined> {
  const longest = SLOWNESS * patience;
  const until = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
  const retried = performance.now() + patience;
  let cause: unknown = new Error(`no answer within ${longest / 1000} s`);
  for (;;) {
    const error = await faultOf(api, until);
    if (error === undefined) {
      return undefined;
    }
    // That the time is over says nothing of the cause, but for a plugin or a proxy that took it all.
    if (!until.aborted || error instanceof SilentPlugin || error instanceof ProxyError) {
      cause = error;
    }
    if (until.aborted || performance.now() >= retried || !isPassing(cause)) {
      return `the cluster cannot be asked, so nothing is known of what would change: context ${context} of ${kubeconfig}: ${words(cause)}`;
    }
    await pause(PAUSE_MILLISECONDS, until);
  }
}

async function faultOf(api: Pick<Api, "get">, signal: AbortSignal): Promise<unknown> {
  try {
    await api.get(VERSION, undefined, signal);
    return undefined;
  } catch (error) {
    return error instanceof ApiError && error.status < 500 ? undefined : error;
  }
}

function isPassing(error: unknown): boolean {
  // A proxy that does not reach the server says so with 502, 503 or 504.
  const status = error instanceof ProxyError ? error.status : undefined;
  return status === undefined
    ? error instanceof ApiError || PASSING.test(messageOf(error))
    : status >= 500;
}

function words(error: unknown): string {
  if (error instanceof ApiError) {
    return `the API server answers ${error.status} (${error.message}); look at the API server`;
  }
  const message = messageOf(error);
  if (error instanceof CredentialError || error instanceof ProxyError) {
    return message;
  }
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(message)) ?? [];
  return `${message}; ${remedy ?? "check the kubeconfig, and the network to the API server"}`;
}
