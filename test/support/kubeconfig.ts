import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProviderConfig } from "../../contract";

/** A kubeconfig of its own for a server that speaks plain HTTP, in a temporary folder. */
export function kubeconfigOf(server: string): ProviderConfig {
  const kubeconfig = join(mkdtempSync(join(tmpdir(), "slipway-kubeconfig-")), "config");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return { kubeconfig, context: "test" };
}
