import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { User } from "@kubernetes/client-node";

/** A user of a kubeconfig with where its credentials come from, e.g. `credential plugin "aws" of user "ci"`. */
export function titleOfUser(user: User | null): string {
  const { name = "", exec, authProvider } = (user ?? {}) as Partial<Pick<User, "name">> & Sources;
  const title = `user "${name}"`;
  const file = authProvider?.config?.tokenFile;
  const plugin = exec?.command ?? (file === undefined ? authProvider?.name : undefined);
  if (plugin !== undefined) {
    return `credential plugin "${plugin}" of ${title}`;
  }
  return file === undefined ? title : `token file ${file} of ${title}`;
}

/** When a user's token or certificate has expired, as far as these themselves say: a sentence, undefined if they have not. */
export function expiryOf(user: User | null, now = Date.now()): string | undefined {
  const found = (
    [
      ["token", () => expiryOfToken(tokenOf(user))],
      ["client certificate", () => expiryOfCertificate(user)],
    ] as const
  ).map(([what, read]) => [what, attempted(read)] as const);
  const expired = found.find(([, time = Infinity]) => time <= now);
  return expired?.[1] === undefined
    ? undefined
    : `its ${expired[0]} expired at ${new Date(expired[1]).toISOString()}`;
}

interface Sources {
  readonly exec?: { readonly command?: string };
  readonly authProvider?: {
    readonly name?: string;
    readonly config?: { readonly tokenFile?: string };
  };
}

function tokenOf(user: User | null): string | undefined {
  const { authProvider } = (user ?? {}) as Sources;
  const file = authProvider?.config?.tokenFile;
  return file === undefined ? user?.token : readFileSync(file, "utf8");
}

/** A token that is a JWT says so; of another kind, only the API server knows. */
function expiryOfToken(token: string | undefined): number | undefined {
  const [, payload] = token?.split(".") ?? [];
  if (payload === undefined) {
    return undefined;
  }
  const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp?: unknown };
  return typeof exp === "number" ? exp * 1000 : undefined;
}

function expiryOfCertificate(user: User | null): number | undefined {
  const { certFile, certData } = user ?? {};
  const certificate = certFile ? readFileSync(certFile) : Buffer.from(certData ?? "", "base64");
  return certificate.length === 0
    ? undefined
    : Date.parse(new X509Certificate(certificate).validTo);
}

function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
