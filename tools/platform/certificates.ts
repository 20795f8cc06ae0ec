import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { API_SERVICE, NODE_ADDRESS } from "./addresses.ts";
import { state } from "./folders.ts";
import { writePrivate } from "./private-file.ts";

/** Files of the cluster's keys and certificates; `.crt` and `.key` of a pair lie side by side. */
export const certificates = {
  authority: certificate("authority"),
  apiServer: certificate("api-server"),
  etcd: certificate("etcd"),
  /** What the API server shows to etcd. */
  etcdClient: certificate("etcd-client"),
  /** What the API server shows to the kubelet. */
  kubeletClient: certificate("kubelet-client"),
  /** Signs the tokens of ServiceAccounts. */
  serviceAccounts: {
    key: state("certificates", "service-accounts.key"),
    public: state("certificates", "service-accounts.pub"),
  },
};

const DAYS = "3650";
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes the keys and certificates that are not there yet. */
export async function ensureCertificates(): Promise<void> {
  mkdirSync(state("certificates"), { recursive: true, mode: 0o700 });
  if (!existsSync(certificates.serviceAccounts.public)) {
    makeServiceAccountKey();
  }
  await makeAuthority();
  await Promise.all([
    sign(certificates.apiServer, "/CN=kube-apiserver", API_SERVER_NAMES),
    sign(certificates.etcd, "/CN=etcd", "IP:127.0.0.1"),
    sign(certificates.etcdClient, "/CN=kube-apiserver-etcd-client", "DNS:client"),
    sign(
      certificates.kubeletClient,
      "/O=system:masters/CN=kube-apiserver-kubelet-client",
      "DNS:client",
    ),
  ]);
}

const API_SERVER_NAMES = [
  ...[
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "localhost",
  ].map((name) => `DNS:${name}`),
  ...[NODE_ADDRESS, API_SERVICE, "127.0.0.1"].map((address) => `IP:${address}`),
].join(",");

interface Certificate {
  readonly crt: string;
  readonly key: string;
}

function certificate(name: string): Certificate {
  return { crt: state("certificates", `${name}.crt`), key: state("certificates", `${name}.key`) };
}

async function makeAuthority(): Promise<void> {
  const { crt, key } = certificates.authority;
  if (existsSync(crt)) {
    return;
  }
  await openssl([
    "req",
    "-x509",
    ...NEW_KEY,
    "-days",
    DAYS,
    "-subj",
    "/CN=slipway-platform",
    "-keyout",
    key,
    "-out",
    crt,
  ]);
}

async function sign({ crt, key }: Certificate, subject: string, names: string): Promise<void> {
  if (existsSync(crt)) {
    return;
  }
  const authority = ["-CA", certificates.authority.crt, "-CAkey", certificates.authority.key];
  const extensions = [
    "-addext",
    `subjectAltName=${names}`,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ];
  await openssl([
    "req",
    "-x509",
    ...NEW_KEY,
    ...authority,
    ...extensions,
    "-days",
    DAYS,
    "-subj",
    subject,
    "-keyout",
    key,
    "-out",
    crt,
  ]);
}

function makeServiceAccountKey(): void {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writePrivate(
    certificates.serviceAccounts.key,
    privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  );
  const publicKey = createPublicKey(
    createPrivateKey(readFileSync(certificates.serviceAccounts.key, "utf8")),
  );
  writePrivate(
    certificates.serviceAccounts.public,
    publicKey.export({ type: "spki", format: "pem" }).toString(),
  );
}

async function openssl(args: readonly string[]): Promise<void> {
  const { failed, stderr } = await execa("openssl", args, { reject: false });
  if (failed) {
    throw new Error(`openssl could not make a certificate: ${stderr.trim()}`);
  }
}
