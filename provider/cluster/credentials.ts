import type { KubeConfig, RequestContext } from "@kubernetes/client-node";

interface User {
  readonly name: string;
  readonly exec?: { readonly command?: string };
  readonly authProvider?: { readonly name?: string };
}

/**
 * Applies the credentials of a kubeconfig's current user to a request. They may come from a plugin, which is any
 * program: one that hangs holds nothing up beyond the signal.
 */
export async function authenticate(
  kubeconfig: KubeConfig,
  request: RequestContext,
  signal: AbortSignal,
): Promise<void> {
  let end: () => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    end = () => {
      reject(new Error(`${pluginOf(kubeconfig)} does not answer; run it by hand to see why`));
    };
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) {
      end();
    }
  });
  try {
    await Promise.race([kubeconfig.applySecurityAuthentication(request), over]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** E.g. `credential plugin "aws" of user "ci"`. */
function pluginOf(kubeconfig: KubeConfig): string {
  const user: User | null = kubeconfig.getCurrentUser();
  const plugin = user?.exec?.command ?? user?.authProvider?.name ?? "";
  return `credential plugin "${plugin}" of user "${user?.name ?? ""}"`;
}
