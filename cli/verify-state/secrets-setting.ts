import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { textOf } from "./mapping.ts";
import type { SecretsExpected } from "./secrets-provider.ts";
import type { WrittenSettings } from "./settings.ts";

const CLOUD = "https://api.pulumi.com";

/** How the settings say that the stack's secrets are encrypted, as the engine reads them. */
export function secretsOf(
  { file, project, stack, backend }: WrittenSettings,
  variables: Readonly<Record<string, string | undefined>>,
): SecretsExpected {
  const salt = textOf(file, "encryptionsalt");
  const provider = textOf(file, "secretsprovider") ?? "";
  if (salt !== undefined) {
    return { type: "passphrase", state: { salt }, urls: [] };
  }
  if (provider !== "" && provider !== "default" && provider !== "passphrase") {
    const encryptedkey = textOf(file, "encryptedkey");
    const state = { url: provider, ...(encryptedkey !== undefined && { encryptedkey }) };
    return { type: "cloud", state, urls: [] };
  }
  const urls = [backend, variables["PULUMI_BACKEND_URL"], loggedInAt(variables), CLOUD];
  return {
    type: "service",
    state: { project, stack },
    urls: [...new Set(urls.flatMap((url) => (url === undefined ? [] : url.replace(/\/+$/, ""))))],
  };
}

/** Where `pulumi login` was run last. */
function loggedInAt(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  const home = variables["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const folder = variables["PULUMI_CREDENTIALS_PATH"] ?? home;
  try {
    const text = readFileSync(join(folder, "credentials.json"), "utf8");
    return textOf(JSON.parse(text), "current");
  } catch {
    return undefined;
  }
}
