import { registryServer } from "../contract/image-reference.ts";
import type { RegistryLogin } from "../contract/registry-login.ts";
import { Registry } from "../provider/registry/registry.ts";
import { expand } from "../settings/surroundings.ts";
import type { ProjectStack } from "./project-stack.ts";

/** The registries, with the login of the stack's settings. */
export async function registryOf(stack: ProjectStack): Promise<Registry> {
  return new Registry(await loginOf(stack));
}

async function loginOf(stack: ProjectStack): Promise<RegistryLogin | undefined> {
  const registry = JSON.parse((await stack.setting("registry")) ?? "{}") as {
    readonly repository?: string;
    readonly username?: string;
  };
  const repository = expanded(registry.repository ?? "");
  const username = expanded(registry.username ?? "");
  if (username === "" || repository === "") {
    return undefined;
  }
  const password = (await stack.setting("registryPassword")) ?? "";
  return { server: registryServer(repository), username, password };
}

/** An unset variable is a fault that the run itself reports. */
function expanded(text: string): string {
  const result = expand(text, { variables: process.env, folder: process.cwd() });
  return "text" in result ? result.text : "";
}
