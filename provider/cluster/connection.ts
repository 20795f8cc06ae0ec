import type * as ClientNode from "@kubernetes/client-node";

import type { ProviderConfig } from "../../contract/provider-config.ts";
import { usePlugins } from "../../kubeconfig/credential-plugin.ts";
import { readTokenFiles } from "../../kubeconfig/token-file.ts";
import { proxyTo, useProxies } from "../../kubeconfig/way.ts";
import type { Proxy } from "../../proxy/proxy.ts";
import { type ClientLibrary, clientLibrary } from "./client-library.ts";
import { shareConnections } from "./shared-connections.ts";

/** What a kubeconfig says of an API server and the way to it, ready for requests. */
export interface Connection {
  readonly client: ClientLibrary;
  readonly kubeconfig: ClientNode.KubeConfig;
  readonly http: ClientNode.Configuration["httpApi"];
  readonly proxy: Proxy | undefined;
}

/** Where requests go, and as whom. */
export interface ConnectionConfig extends ProviderConfig {
  /**
   * In place of all credentials of the kubeconfig's user.
   * @default - these
   */
  readonly token?: string;
}

/** @throws Error if the kubeconfig cannot be used */
export async function connect(config: ConnectionConfig): Promise<Connection> {
  const { kubeconfig: file, context, token } = config;
  const client = await clientLibrary();
  const kubeconfig = new client.KubeConfig();
  kubeconfig.loadFromFile(file);
  await readTokenFiles(kubeconfig, file);
  usePlugins(kubeconfig, file);
  shareConnections(kubeconfig);
  useProxies(kubeconfig);
  if (kubeconfig.getContextObject(context) === null) {
    const names = kubeconfig.getContexts().map(({ name }) => name);
    throw new Error(
      `context ${context} is not in ${file}, which has ${names.join(", ") || "none"}; set one of these`,
    );
  }
  kubeconfig.setCurrentContext(context);
  if (token !== undefined) {
    kubeconfig.users = [{ name: kubeconfig.getContextObject(context)?.user ?? "", token }];
  }
  const cluster = kubeconfig.getCurrentCluster();
  const proxy = cluster === null ? undefined : proxyTo(cluster);
  return { client, kubeconfig, http: client.createConfiguration().httpApi, proxy };
}

/**
 * The same API server with the credentials that the kubeconfig has by now: somebody may have logged in again.
 * @returns the one of before if the file cannot be read now, or means a different server
 */
export async function reconnected(
  before: Connection,
  config: ConnectionConfig,
): Promise<Connection> {
  const again = await connect(config).catch(() => before);
  return serverOf(again) === serverOf(before) ? again : before;
}

/** The address of its API server. */
export function serverOf({ kubeconfig }: Connection): string {
  return kubeconfig.getCurrentCluster()?.server.replace(/\/$/, "") ?? "";
}
