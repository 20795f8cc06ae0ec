import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { stringify } from "yaml";
import { nodeAddress, ports } from "./addresses.ts";
import { certificates } from "./certificates.ts";
import { state } from "./folders.ts";
import { readJson, writeJson, writePrivate } from "./private-file.ts";

/** The node's name in the cluster. */
export const nodeName = "slipway";

/** Name of the context, cluster and user in the platform's kubeconfig. */
export const contextName = "slipway-platform";

/** Where the cluster answers. */
export const apiServerUrl = `https://${nodeAddress}:${ports.apiServer}`;

/** The tokens that the API server knows, in its `--token-auth-file` form. */
export const tokenFile = state("tokens.csv");

/** Kubeconfig files: the administrator's for Slipway and its user, the others for the components. */
export const kubeconfigs = {
  administrator: state("kubeconfig"),
  controllerManager: state("kubernetes", "controller-manager.kubeconfig"),
  scheduler: state("kubernetes", "scheduler.kubeconfig"),
  kubeProxy: state("kubernetes", "kube-proxy.kubeconfig"),
  kubelet: state("kubernetes", "kubelet.kubeconfig"),
};

type Component = keyof typeof kubeconfigs;

const users: Readonly<Record<Component, { readonly name: string; readonly group: string }>> = {
  administrator: { name: contextName, group: "system:masters" },
  controllerManager: { name: "system:kube-controller-manager", group: "" },
  scheduler: { name: "system:kube-scheduler", group: "" },
  kubeProxy: { name: "system:kube-proxy", group: "" },
  kubelet: { name: `system:node:${nodeName}`, group: "system:nodes" },
};

const components = Object.keys(users) as Component[];

/** Writes the token file and the kubeconfigs; tokens stay the same until a reset. */
export function ensureKubeconfigs(): void {
  const file = state("tokens.json");
  if (!existsSync(file)) {
    writeJson(
      file,
      Object.fromEntries(components.map((c) => [c, randomBytes(24).toString("hex")])),
    );
  }
  const tokens = readJson(file) as Record<Component, string> | undefined;
  if (!tokens) {
    throw new Error(`${file} is damaged; run: npm run platform -- reset, then up again`);
  }
  const lines = components.map(
    (c) => `${tokens[c]},${users[c].name},${users[c].name},"${users[c].group}"\n`,
  );
  writePrivate(tokenFile, lines.join(""));
  for (const component of components) {
    writePrivate(kubeconfigs[component], kubeconfig(users[component].name, tokens[component]));
  }
}

function kubeconfig(user: string, token: string): string {
  const authority = readFileSync(certificates.authority.crt).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": contextName,
    clusters: [
      {
        name: contextName,
        cluster: { server: apiServerUrl, "certificate-authority-data": authority },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: contextName, context: { cluster: contextName, user } }],
  });
}
