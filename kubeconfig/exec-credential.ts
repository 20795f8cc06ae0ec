import { readFileSync } from "node:fs";
import type { Cluster } from "@kubernetes/client-node";

/** A credential plugin as a kubeconfig's user names it. */
export interface Exec {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly interactiveMode?: "Never" | "IfAvailable" | "Always";
  readonly provideClusterInfo?: boolean;
}

/** What a plugin answers with. */
export interface Credential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** Without one it holds until the API server refuses it. */
  readonly expirationTimestamp?: string;
}

/**
 * What a plugin is told in the variable `KUBERNETES_EXEC_INFO`.
 * @param interactive whether it may ask somebody
 * @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
 */
export function execInfo(
  { apiVersion, provideClusterInfo }: Exec,
  cluster: Cluster | null,
  interactive: boolean,
): object {
  const isTold = provideClusterInfo === true && cluster !== null;
  const spec = { interactive, ...(isTold && { cluster: clusterInfo(cluster) }) };
  return { kind: "ExecCredential", apiVersion, spec };
}

/** The credential in what a plugin writes; undefined if there is none. None of it is for an error: it may be a token. */
export function credentialIn(output: string): Credential | undefined {
  try {
    const { kind, status } = JSON.parse(output) as { kind?: unknown; status?: Credential };
    const { token, clientCertificateData, clientKeyData } = status ?? {};
    const isComplete = Boolean(token) || (Boolean(clientCertificateData) && Boolean(clientKeyData));
    return kind === "ExecCredential" && isComplete ? status : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is known to be over. */
export function isOver({ expirationTimestamp = "" }: Credential): boolean {
  return Date.parse(expirationTimestamp) <= Date.now();
}

function clusterInfo({ server, tlsServerName, skipTLSVerify, caData, caFile, proxyUrl }: Cluster) {
  const authority = caFile ? readFileSync(caFile).toString("base64") : caData;
  return {
    server,
    ...(tlsServerName && { "tls-server-name": tlsServerName }),
    ...(skipTLSVerify && { "insecure-skip-tls-verify": true }),
    ...(authority && { "certificate-authority-data": authority }),
    ...(proxyUrl && { "proxy-url": proxyUrl }),
  };
}
