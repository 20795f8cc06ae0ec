import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

/** A private key and the certificate for it, as PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** What both sides of a connection need to know each other. */
export interface MutualTls {
  readonly authority: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

/** Makes an authority, a server of an IP address and a client. */
export async function mutualTls(address: string): Promise<MutualTls> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-tls-"));
  try {
    const authority = await makeKeyPair(folder, "authority");
    const leaf = (name: string, names: string) =>
      makeKeyPair(folder, name, [
        ...["-CA", join(folder, "authority.crt"), "-CAkey", join(folder, "authority.key")],
        ...["-addext", `subjectAltName=${names}`, "-addext", "basicConstraints=critical,CA:FALSE"],
      ]);
    const server = await leaf("server", `IP:${address}`);
    const client = await leaf("client", "DNS:client");
    return { authority: authority.cert, server, client };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function makeKeyPair(
  folder: string,
  name: string,
  more: readonly string[] = [],
): Promise<KeyPair> {
  const [key, crt] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-subj", `/CN=${name}`, "-days", "1", "-keyout", key, "-out", crt];
  await execa("openssl", ["req", "-x509", ...kind, ...files, ...more]);
  return { key: await readFile(key, "utf8"), cert: await readFile(crt, "utf8") };
}
