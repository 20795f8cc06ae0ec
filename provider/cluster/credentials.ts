import { spawn, type SpawnOptions } from "node:child_process";
import type { KubeConfig, RequestContext } from "@kubernetes/client-node";

interface User {
  readonly name: string;
  readonly exec?: { readonly command?: string };
  readonly authProvider?: { readonly name?: string };
}

/** No word of a credential plugin, be it that it works on or waits for somebody. */
export class SilentPlugin extends Error {
  override readonly name = "SilentPlugin";
}

/**
 * Applies the credentials of a kubeconfig's current user to a request. They may come from a plugin, which is any
 * program: one that hangs delays nothing beyond the signal.
 *
 * @throws SilentPlugin where it has said nothing until then
 */
export async function authenticate(
  kubeconfig: KubeConfig,
  request: RequestContext,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  let end: () => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    end = () => {
      reject(
        new SilentPlugin(`${pluginOf(kubeconfig)} does not answer; run it by hand to see why`),
      );
    };
    signal.addEventListener("abort", end, { once: true });
  });
  try {
    const ending = endingWith(kubeconfig, signal);
    await Promise.race([ending.applySecurityAuthentication(request), over]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

interface Authenticator {
  /** What the one for plugins starts them by. */
  readonly execFn?: unknown;
}

/** The same, but its plugins are killed with the signal: nobody waits for them any more, and each request starts one. */
function endingWith(kubeconfig: KubeConfig, signal: AbortSignal): KubeConfig {
  const { authenticators } = kubeconfig as unknown as {
    readonly authenticators: readonly Authenticator[];
  };
  const execFn = (command: string, args: readonly string[] = [], options: SpawnOptions = {}) =>
    spawn(command, args, { ...options, signal, killSignal: "SIGKILL" });
  const own = authenticators.map((each) =>
    each.execFn === undefined
      ? each
      : (Object.create(each, { execFn: { value: execFn } }) as Authenticator),
  );
  return Object.create(kubeconfig, { authenticators: { value: own } }) as KubeConfig;
}

/** E.g. `credential plugin "aws" of user "ci"`. */
function pluginOf(kubeconfig: KubeConfig): string {
  const user: User | null = kubeconfig.getCurrentUser();
  const plugin = user?.exec?.command ?? user?.authProvider?.name ?? "";
  return `credential plugin "${plugin}" of user "${user?.name ?? ""}"`;
}
