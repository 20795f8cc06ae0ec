import type { KubeConfig, RequestContext, User } from "@kubernetes/client-node";

import { CredentialError, SilentPlugin } from "../../kubeconfig/credential-error.ts";
import { type Authenticator, CredentialPlugin } from "../../kubeconfig/credential-plugin.ts";
import { expiryOf, titleOfUser } from "../../kubeconfig/user.ts";
import { messageOf } from "./api-error.ts";
import { oneLine } from "./one-line.ts";

/**
 * Applies the credentials of a kubeconfig's current user to a request. They may come from a plugin, which is any
 * program: one that hangs delays nothing beyond the signal.
 *
 * @throws SilentPlugin if it has said nothing until then
 * @throws CredentialError if there are none
 */
export async function authenticate(
  kubeconfig: KubeConfig,
  request: RequestContext,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const user = kubeconfig.getCurrentUser();
  const sources = authenticatorsOf(kubeconfig);
  const plugin = sources.find((source) => source instanceof CredentialPlugin);
  let end: () => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    end = () => {
      reject(plugin?.silence(user) ?? new SilentPlugin(`${titleOfUser(user)} does not answer`));
    };
    signal.addEventListener("abort", end, { once: true });
  });
  const own = sources.map((source) => bounded(source, signal));
  const bound = Object.create(kubeconfig, { authenticators: { value: own } }) as KubeConfig;
  try {
    await Promise.race([bound.applySecurityAuthentication(request), over]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Why the API server does not accept a user's credentials, as far as these say it themselves. */
export function refusedCredentials(user: User | null): CredentialError {
  const expiry = expiryOf(user);
  const why = expiry === undefined ? "" : `: ${expiry}`;
  return new CredentialError(
    `${titleOfUser(user)}: the API server refuses the credentials (401)${why}; log in again, or get a new kubeconfig`,
  );
}

function authenticatorsOf(kubeconfig: KubeConfig): readonly Authenticator[] {
  return (kubeconfig as unknown as { readonly authenticators: readonly Authenticator[] })
    .authenticators;
}

/** The same source for one request, whose errors say that they are about credentials. */
function bounded(source: Authenticator, signal: AbortSignal): Authenticator {
  const own = source instanceof CredentialPlugin ? source.until(signal) : source;
  return {
    isAuthProvider: (user) => own.isAuthProvider(user),
    applyAuthentication: async (user, options) => {
      try {
        await own.applyAuthentication(user, options);
      } catch (error) {
        throw error instanceof CredentialError
          ? error
          : new CredentialError(`${titleOfUser(user)}: ${oneLine(messageOf(error))}`);
      }
    },
  };
}
