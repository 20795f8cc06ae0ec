import type { RequestContext } from "@kubernetes/client-node";
import { authenticate } from "./credentials.ts";

/** What a request has of its credentials, and of the connections that it goes over. */
interface Login {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: ReturnType<RequestContext["getDispatcher"]>;
}

/**
 * Authenticates the first request, and gives its credentials and connections to all that follow: by itself, the library
 * reads credentials and opens a connection for each. For many requests within seconds.
 */
export function authenticateOnce(): typeof authenticate {
  let login: Promise<Login> | undefined;
  return async (kubeconfig, request, signal) => {
    const shared = (login ??= loginOf(request, () => authenticate(kubeconfig, request, signal)));
    shared.catch(() => (login = undefined));
    const { headers, dispatcher } = await shared;
    for (const [name, value] of Object.entries(headers)) {
      request.setHeaderParam(name, value);
    }
    if (dispatcher !== undefined) {
      request.setDispatcher(dispatcher);
    }
  };
}

async function loginOf(request: RequestContext, login: () => Promise<void>): Promise<Login> {
  const before = new Set(Object.keys(request.getHeaders()));
  await login();
  const added = Object.entries(request.getHeaders()).filter(([name]) => !before.has(name));
  return { headers: Object.fromEntries(added), dispatcher: request.getDispatcher() };
}
