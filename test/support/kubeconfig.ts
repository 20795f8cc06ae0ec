import { join } from "node:path";

import type { ProviderConfig } from "../../contract/provider-config";
import { folderWith } from "./folder";

/** A kubeconfig of its own for a server that speaks plain HTTP, in a folder that `removeFolders` takes away. */
export function kubeconfigOf(server: string, user: object = {}): ProviderConfig {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  return {
    kubeconfig: join(folderWith({ config: JSON.stringify(config) }), "config"),
    context: "test",
  };
}
