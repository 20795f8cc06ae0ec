import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import type { Cluster } from "../components/cluster.ts";
import { fileOf, type Target } from "./kubeconfig.ts";

type Identity = Pick<Cluster, "identifier" | "formerIdentifiers">;

/**
 * What a cluster is known by: who signs its certificates, because its address may change. Stacks of before know the same
 * cluster by the text of its authority, or by its certificates in the order in which they stand.
 */
export function identityOf(cluster: Target, kubeconfig: string): Identity {
  const { "certificate-authority-data": data, "certificate-authority": file, server } = cluster;
  const read = file ? readFileSync(fileOf(kubeconfig, file)).toString("base64") : undefined;
  // Kubernetes' own tools take an empty text for none.
  const signedBy = data ? data : read;
  const certificates = signedBy === undefined ? [] : certificatesIn(signedBy);
  const identifier =
    certificates.length === 0
      ? digest(signedBy ?? server)
      : digest(bundled([...new Set(certificates)].sort()));
  const former = [
    digest(data ?? read ?? server),
    ...(certificates.length === 0 ? [] : [digest(bundled(certificates))]),
  ].filter((each) => each !== identifier);
  return { identifier, ...(former.length > 0 && { formerIdentifiers: [...new Set(former)] }) };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of a bundle as Kubernetes' own tools write them; what stands between them, or how, does not count. */
function certificatesIn(bundle: string): string[] {
  const found = Buffer.from(bundle, "base64").toString("latin1").match(CERTIFICATE) ?? [];
  try {
    return found.map((certificate) => new X509Certificate(certificate).toString());
  } catch {
    return [];
  }
}

function bundled(certificates: readonly string[]): string {
  return Buffer.from(certificates.join("")).toString("base64");
}
