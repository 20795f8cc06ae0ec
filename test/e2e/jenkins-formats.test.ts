// Proves Secrets against the rules of Jenkins' plugin as its source has them; no Jenkins runs here that would take them.
import { generateKeyPairSync } from "node:crypto";

import { cluster } from "../../testbed/cluster.ts";
import { readJenkinsCredential } from "../support/jenkins-credential.ts";
import { POD, SECRET } from "../../testbed/kinds.ts";
import { PrivateRegistry } from "../support/private-registry.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

/** What is no UTF-8, as a keystore or a truststore is not. */
const BINARY = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 7) % 256));
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
// Pulumi drops the newline at the end of a value.
const KEY = privateKey.export({ type: "pkcs8", format: "pem" }).toString().trimEnd();
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const PASSWORD = 'p4ss"wörd: {{ no }}';

const password = { setting: "password" };
const key = { setting: "privateKey" };
const credentials = {
  "git-login": {
    format: "usernamePassword",
    keys: { user: "deployer", password },
    jenkins: {
      description: "deploys the shop",
      folders: ["shop", "team/shop"],
      keyBindings: { username: "user" },
    },
  },
  token: { format: "secretText", keys: { text: password }, jenkins: { scope: "system" } },
  keystore: {
    format: "secretFile",
    keys: { filename: "shop.p12", data: { setting: "keystore", encoding: "base64" } },
  },
  ssh: {
    format: "basicSSHUserPrivateKey",
    keys: { username: "git", privateKey: key, passphrase: password },
  },
  app: {
    format: "gitHubApp",
    keys: { appID: "1234", privateKey: key, owner: "team", apiUri: "https://github.example.com" },
  },
  client: {
    format: "x509ClientCert",
    keys: {
      clientCertificate: CERTIFICATE,
      clientKeySecret: key,
      serverCaCertificate: CERTIFICATE,
    },
  },
  pull: { format: "dockerconfigjson" },
};

let project: Project;
let registry: PrivateRegistry;
const secretOf = (name: string) => cluster.get(SECRET, project.namespace, name);
const jenkinsKnows = async (name: string) => {
  const { fields, ...credential } = readJenkinsCredential(await secretOf(name));
  const texts = Object.entries(fields).map(([field, value]) => [field, value.toString()]);
  return { ...credential, fields: Object.fromEntries(texts) as Record<string, string> };
};
const settings = (build: object) => ({
  registry: {
    repository: `${registry.address}/team`,
    username: PrivateRegistry.username,
    pullSecret: "pull",
  },
  credentials,
  services: { shop: { ...shop, build, replicas: 1, deadlineSeconds: 60 } },
});

beforeAll(async () => {
  registry = await PrivateRegistry.start();
  project = await Project.create("jenkins-formats");
  // No node has this image yet, not even from another registry.
  const args = { ...shop.build.args, COMMIT: project.namespace };
  await project.settings(settings({ ...shop.build, args }));
  await project.secret("registryPassword", PrivateRegistry.password);
  await project.secret("password", PASSWORD);
  await project.secret("privateKey", KEY);
  // As the command base64 prints it: in lines.
  await project.secret("keystore", BINARY.toString("base64").replaceAll(/(.{76})/g, "$1\n"));
});
afterAll(async () => {
  await project.dispose();
  await registry.stop();
});

test("an image is pulled with the pull secret that the stack made of its registry's login", async () => {
  await succeed(project.up());
  const pull = await secretOf("pull");
  expect(pull.type).toBe("kubernetes.io/dockerconfigjson");
  const [pod] = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");
  expect(pod?.spec?.imagePullSecrets).toEqual([{ name: "pull" }]);
  expect(pod?.spec?.containers[0]?.image).toContain(registry.address);
  expect(pod?.status?.containerStatuses?.[0]?.ready).toBe(true);
  const refused = await fetch(`http://${registry.address}/v2/team/shop/tags/list`);
  expect(refused.status).toBe(401);
});

test("each format has what Jenkins' plugin reads", async () => {
  expect(await jenkinsKnows("git-login")).toEqual({
    id: "git-login",
    type: "usernamePassword",
    scope: "global",
    description: "deploys the shop",
    folders: ["shop", "team/shop"],
    fields: { username: "deployer", password: PASSWORD },
  });
  expect(await jenkinsKnows("token")).toMatchObject({
    type: "secretText",
    scope: "system",
    folders: [],
    fields: { text: PASSWORD },
  });
  expect(await jenkinsKnows("ssh")).toMatchObject({
    type: "basicSSHUserPrivateKey",
    fields: { username: "git", privateKey: KEY, passphrase: PASSWORD },
  });
  expect(await jenkinsKnows("app")).toMatchObject({
    type: "gitHubApp",
    fields: { appID: "1234", privateKey: KEY, owner: "team" },
  });
  expect(await jenkinsKnows("client")).toMatchObject({
    type: "x509ClientCert",
    fields: {
      clientCertificate: CERTIFICATE,
      clientKeySecret: KEY,
      serverCaCertificate: CERTIFICATE,
    },
  });
});

test("a file that is no text arrives byte by byte, and is sealed once", async () => {
  const { type, fields } = readJenkinsCredential(await secretOf("keystore"));
  expect(type).toBe("secretFile");
  expect(fields["filename"]?.toString()).toBe("shop.p12");
  expect(fields["data"]).toEqual(BINARY);
  await succeed(project.up("--expect-no-changes"));
});
