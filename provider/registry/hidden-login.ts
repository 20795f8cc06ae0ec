import { registryLogin } from "../../contract/registry-login.ts";
import type { Properties } from "../../wire/plugin.ts";
import { secret } from "../../wire/struct.ts";

/** What the engine keeps of properties with a login: its password as a secret. */
export function withHiddenLogin({ login, ...properties }: Properties): Properties {
  const known = registryLogin.safeParse(login).data;
  return {
    ...properties,
    ...(known && { login: { ...known, password: secret(known.password) } }),
  };
}
