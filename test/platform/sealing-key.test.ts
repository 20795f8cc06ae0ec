// Renews the real controller's key, on a platform of its own; the renewal after 30 days is the same one, and not awaited.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

import type { KubernetesObject, V1Deployment, V1Secret } from "@kubernetes/client-node";

import { labelOf } from "../../provider/sealing.ts";
import type { SealedSecret } from "../../testbed/kinds.ts";
import type { Project } from "../../testbed/project.ts";
import { Sandbox } from "../support/sandbox.ts";
import { sandboxProject } from "../support/sandbox-project.ts";
import { open } from "../support/sealing.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const CONTROLLER = "sealed-secrets-controller";
const KEYS = "sealedsecrets.bitnami.com/sealed-secrets-key=active";
const CERTIFICATE = `/api/v1/namespaces/kube-system/services/http:${CONTROLLER}:http/proxy/v1/cert.pem`;

const credentials = {
  payment: { keys: { API_KEY: { setting: "apiKey" }, LEDGER: { setting: "ledger" } } },
};
const services = { shop: { ...shop, replicas: 1, credentials: ["payment"] } };

let sandbox: Sandbox;
let project: Project;
let first: string;
beforeAll(async () => {
  sandbox = await Sandbox.create();
  const { exitCode = 1, output } = await sandbox.platform(["up"]);
  await succeed(Promise.resolve({ exitCode, output }));
  project = await sandboxProject("sealing-key", sandbox);
  await project.settings({ credentials, services });
  await project.secret("apiKey", "the first one");
  await project.secret("ledger", "the other one");
  await succeed(project.up());
  first = await certificate();
});
// Each runs, even where the one before has failed.
afterAll(() => project.forget());
afterAll(() => sandbox.remove());

test("a renewed sealing key is no change: not of the stack, its Secret or its pods", async () => {
  const before = await standing();
  await renew();
  expect(await certificate()).not.toBe(first);

  await succeed(project.pulumi("preview", "--expect-no-changes", "--stack=dev"));
  await succeed(project.up("--expect-no-changes"));
  expect(await standing()).toEqual(before);
});

test("a value that changes after it is sealed alone, with the new key, and the controller opens both", async () => {
  const before = await sealed();
  await project.secret("apiKey", "the second one");
  await succeed(project.up());

  const after = await sealed();
  expect(after["LEDGER"]).toBe(before["LEDGER"]);
  const [old, renewed] = [await privateKeyOf(first), await privateKeyOf(await certificate())];
  expect(opened(after["API_KEY"], renewed)).toBe("the second one");
  expect(() => opened(after["API_KEY"], old)).toThrow();
  expect(opened(after["LEDGER"], old)).toBe("the other one");
  expect(() => opened(after["LEDGER"], renewed)).toThrow();

  const { data } = await get<V1Secret>("secret");
  expect(data).toEqual({ API_KEY: base64("the second one"), LEDGER: base64("the other one") });
  await succeed(project.up("--expect-no-changes"));
});

/** Has the controller make a key at once, as its documentation says under "Early key renewal". */
async function renew(): Promise<void> {
  const now = new Date().toUTCString().replace("GMT", "+0000");
  const namespace = "--namespace=kube-system";
  const deployment = `deployment/${CONTROLLER}`;
  const pods = ["pods", namespace, "--selector=app.kubernetes.io/name=sealed-secrets"];
  const pod = await sandbox.kubectl("get", ...pods, "--output=name");
  const cutoff = `SEALED_SECRETS_KEY_CUTOFF_TIME=${now}`;
  await sandbox.kubectl("set", "env", namespace, deployment, cutoff);
  await sandbox.kubectl("rollout", "status", namespace, deployment, "--timeout=120s");
  await sandbox.kubectl("wait", namespace, pod, "--for=delete", "--timeout=60s");
}

/** What the controller seals with now. */
function certificate(): Promise<string> {
  return sandbox.kubectl("get", `--raw=${CERTIFICATE}`);
}

/** The controller's key to a certificate of its own. */
async function privateKeyOf(certificate: string): Promise<KeyObject> {
  const selected = ["--namespace=kube-system", `--selector=${KEYS}`, "--output=json"];
  const list = await sandbox.kubectl("get", "secrets", ...selected);
  const { items } = JSON.parse(list) as { items: V1Secret[] };
  const { fingerprint256 } = new X509Certificate(certificate);
  const of = (field: string, secret: V1Secret) => Buffer.from(secret.data?.[field] ?? "", "base64");
  const key = items.find(
    (secret) => new X509Certificate(of("tls.crt", secret)).fingerprint256 === fingerprint256,
  );
  if (key === undefined) {
    throw new Error("the controller has no key to the certificate");
  }
  return createPrivateKey(of("tls.key", key));
}

function opened(value: string | undefined, privateKey: KeyObject): string {
  const place = { namespace: project.namespace, name: "payment", scope: "strict" } as const;
  return open(value ?? "", privateKey, labelOf(place)).toString();
}

/** All of the stack that a new key could have changed. */
async function standing() {
  const secret = await get<V1Secret>("secret");
  const deployment = await get<V1Deployment>("deployment", "shop");
  return {
    sealed: await sealed(),
    secret: [secret.data, secret.metadata?.uid, secret.metadata?.resourceVersion],
    deployment: [deployment.metadata?.uid, deployment.metadata?.generation],
  };
}

async function sealed(): Promise<Readonly<Record<string, string>>> {
  return (await get<SealedSecret>("sealedsecret")).spec?.encryptedData ?? {};
}

async function get<T extends KubernetesObject>(kind: string, name = "payment"): Promise<T> {
  const namespace = `--namespace=${project.namespace}`;
  return JSON.parse(await sandbox.kubectl("get", kind, name, namespace, "--output=json")) as T;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
