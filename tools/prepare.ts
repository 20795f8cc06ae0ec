import { installEngine } from "./engine/install.ts";
import { environment } from "./platform/environment.ts";
import { platformUp } from "./platform/up.ts";
import { installPlugins } from "./plugins/install.ts";

/**
 * Everything that `pulumi up` needs on this machine: a cluster and a registry, the engine and its
 * plugins. What is there already is left as it is. Sets the platform's environment variables for
 * this process and its children.
 */
export async function prepare(): Promise<void> {
  await platformUp();
  await installEngine();
  Object.assign(process.env, environment());
  await installPlugins();
}
