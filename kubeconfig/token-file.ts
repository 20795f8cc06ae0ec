import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";

interface Users {
  readonly users?: readonly { readonly name?: string; readonly user?: { tokenFile?: unknown } }[];
}

/**
 * Has each user of a loaded kubeconfig who names a `tokenFile` read it: agents in a cluster get a token that is
 * renewed while they run. The client library leaves the field out, but knows such files by another name.
 *
 * @param file where the kubeconfig was loaded from; relative paths start at its folder
 * @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export async function readTokenFiles(kubeconfig: KubeConfig, file: string): Promise<void> {
  const text = readFileSync(file, "utf8");
  if (!text.includes("tokenFile")) {
    return;
  }
  const { parse } = await import("yaml");
  const { users = [] } = (parse(text) ?? {}) as Users;
  const files = new Map(users.map(({ name, user }) => [name, user?.tokenFile]));
  kubeconfig.users = kubeconfig.users.map((user) => {
    const path = files.get(user.name);
    if (typeof path !== "string") {
      return user;
    }
    const tokenFile = resolve(dirname(file), path);
    return { ...user, authProvider: { name: "tokenFile", config: { tokenFile } } };
  });
}
