import { join } from "node:path";

import type { ProviderConfig } from "../../contract/provider-config.ts";
import { folderWith } from "./folder.ts";

/**
 * A kubeconfig of its own for a server that speaks plain HTTP, in a folder that `removeFolders` takes away.
 *
 * @param options.user credentials
 * @param options.strict whether the server's certificate counts, which none does then
 */
export function kubeconfigOf(
  server: string,
  { user = {}, strict = false }: { readonly user?: object; readonly strict?: boolean } = {},
): ProviderConfig {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": !strict } }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  return {
    kubeconfig: join(folderWith({ config: JSON.stringify(config) }), "config"),
    context: "test",
  };
}
