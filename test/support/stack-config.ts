import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { parseSettings, type Settings, type StackConfig } from "../../settings.ts";
import { folderWith } from "./folder.ts";

/** A kubeconfig with one context named `only`. */
export const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://10.0.0.1:6443", certificate-authority-data: QUJD } }]
users: [{ name: u, user: { token: not-for-any-log } }]
contexts: [{ name: only, context: { cluster: c, user: u } }]
`;

/** What the tests' settings refer to. */
export const PROJECT = {
  kubeconfig: KUBECONFIG,
  "shop/Dockerfile": "FROM scratch\n",
  "recipes/Other": "FROM scratch\n",
};

/** Settings that are right, to be made wrong in one place. */
export const VALID = {
  cluster: { kubeconfig: "kubeconfig" },
  registry: { repository: "registry.example.com/team" },
  namespace: "shop-dev",
  services: { shop: { build: { context: "shop" }, port: 8080 } },
};

/** What the engine hands over for these settings. */
export function stackConfig(
  settings: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[] = [],
): StackConfig {
  const entries = Object.entries(settings).map(([key, value]) => {
    return [key, typeof value === "string" ? value : JSON.stringify(value)] as const;
  });
  return { values: Object.fromEntries(entries), secretKeys };
}

/** Parses settings in a project folder of their own. */
export function settingsOf(
  settings: Readonly<Record<string, unknown>>,
  {
    files = PROJECT,
    variables = {},
    secretKeys = [],
  }: {
    files?: Readonly<Record<string, string>>;
    variables?: Readonly<Record<string, string>>;
    secretKeys?: readonly string[];
  } = {},
): Settings {
  return parseSettings(stackConfig(settings, secretKeys), { variables, folder: folderWith(files) });
}

/** The lines of the error that these settings end in, none if they are right: any other error is the test's. */
export function settingFaults(...args: Parameters<typeof settingsOf>): string[] {
  try {
    settingsOf(...args);
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) {
      throw error;
    }
    return error.message.split("\n  ").filter((line) => line.startsWith("slipway:"));
  }
  return [];
}

/** A stack's file as the engine would hand it over, which reads numbers as YAML 1.1 has them. */
export function stackFile(text: string, version: "1.1" | "1.2" = "1.2"): StackConfig {
  const { config } = parse(text, { version }) as { config: Record<string, unknown> };
  const entries = Object.entries(config).map(([key, value]) => [
    key.replace(/^slipway:/, ""),
    value,
  ]);
  return stackConfig(Object.fromEntries(entries) as Record<string, unknown>);
}

/** The folder of the checkout. */
export const CHECKOUT = join(import.meta.dirname, "../..");
