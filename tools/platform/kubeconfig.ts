import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { stringify } from "yaml";
import { NODE_ADDRESS, ports } from "./addresses.ts";
import { certificates } from "./certificates.ts";
import { state } from "./folders.ts";
import { readJson, writeJson, writePrivate } from "./private-file.ts";

/** The node's name in the cluster. */
export const NODE_NAME = "slipway";

/** Name of the context, cluster and user in the platform's kubeconfig. */
export const CONTEXT_NAME = "slipway-platform";

/** Where the cluster answers. */
export const API_SERVER_URL = `https://${NODE_ADDRESS}:${ports.apiServer}`;

/** The tokens that the API server knows, in its `--token-auth-file` form. */
export const TOKEN_FILE = state("tokens.csv");

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
  administrator: { name: CONTEXT_NAME, group: "system:masters" },
  controllerManager: { name: "system:kube-controller-manager", group: "" },
  scheduler: { name: "system:kube-scheduler", group: "" },
  kubeProxy: { name: "system:kube-proxy", group: "" },
  kubelet: { name: `system:node:${NODE_NAME}`, group: "system:nodes" },
};

const COMPONENTS = Object.keys(users) as Component[];

/** Writes the token file and the kubeconfigs; tokens stay the same until a reset. */
export function ensureKubeconfigs(): void {
  const file = state("tokens.json");
  if (!existsSync(file)) {
    writeJson(
      file,
      Object.fromEntries(COMPONENTS.map((c) => [c, randomBytes(24).toString("hex")])),
    );
  }
  const tokens = readJson(file) as Record<Component, string> | undefined;
  if (!tokens) {
    throw new Error(`${file} is damaged; run: npm run platform -- reset, then up again`);
  }
  const lines = COMPONENTS.map(
    (c) => `${tokens[c]},${users[c].name},${users[c].name},"${users[c].group}"\n`,
  );
  writePrivate(TOKEN_FILE, lines.join(""));
  for (const component of COMPONENTS) {
    writePrivate(kubeconfigs[component], kubeconfig(users[component].name, tokens[component]));
  }
}

function kubeconfig(user: string, token: string): string {
  const authority = readFileSync(certificates.authority.crt).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": CONTEXT_NAME,
    clusters: [
      {
        name: CONTEXT_NAME,
        cluster: { server: API_SERVER_URL, "certificate-authority-data": authority },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: CONTEXT_NAME, context: { cluster: CONTEXT_NAME, user } }],
  });
}
