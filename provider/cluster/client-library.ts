import { type LoadHookSync, registerHooks } from "node:module";
import type * as ClientNode from "@kubernetes/client-node";

/** What requests need of Kubernetes' client library. */
export interface ClientLibrary {
  readonly HttpMethod: typeof ClientNode.HttpMethod;
  readonly KubeConfig: typeof ClientNode.KubeConfig;
  readonly RequestContext: typeof ClientNode.RequestContext;
  readonly Watch: typeof ClientNode.Watch;
  readonly createConfiguration: typeof ClientNode.createConfiguration;
}

/** The library's index of what is generated, and the two names of it that its configuration asks for. */
const INDEX = /\/@kubernetes\/client-node\/dist\/gen\/index\.js$/;
const LEAN =
  'export { createConfiguration } from "./configuration.js"; export { ServerConfiguration } from "./servers.js";';

/**
 * Leaves out the thousand modules of Kubernetes' kinds and calls whenever this process loads the library: paths and plain
 * JSON need none of them, and every command waits for them.
 */
export function trimClientLibrary(): void {
  registerHooks({ load: trimmed });
}

const trimmed: LoadHookSync = (url, context, nextLoad) =>
  INDEX.test(url) ? { format: "module", source: LEAN, shortCircuit: true } : nextLoad(url, context);

/** Loads it. */
export async function clientLibrary(): Promise<ClientLibrary> {
  const [{ KubeConfig }, { Watch }, { HttpMethod, RequestContext }, { createConfiguration }] =
    await Promise.all([
      import("@kubernetes/client-node/dist/config.js"),
      import("@kubernetes/client-node/dist/watch.js"),
      import("@kubernetes/client-node/dist/gen/http/http.js"),
      import("@kubernetes/client-node/dist/gen/configuration.js"),
    ]);
  return { HttpMethod, KubeConfig, RequestContext, Watch, createConfiguration };
}
