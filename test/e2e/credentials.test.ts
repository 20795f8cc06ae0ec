// Proves what the real controller opens and what is kept of a secret; it cannot prove the engine's own trace (-v=9), which holds secrets in clear.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { cluster } from "../../testbed/cluster.ts";
import { removeFolders } from "../support/folder.ts";
import { DEPLOYMENT, POD, SEALED_SECRET, SECRET } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { certificateOf, throwawayKeys } from "../support/sealing.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const MARKS = ["m4rk-first", "m4rk-second", "m4rk-pin", "m4rk-other"] as const;
const [FIRST, SECOND, PIN, OTHER] = MARKS;

const credentials = {
  payment: { keys: { API_KEY: { setting: "apiKey" }, SIGNING: { random: { length: 24 } } } },
  wide: { scope: "namespace-wide", keys: { pin: { setting: "pin" } } },
  ci: {
    scope: "cluster-wide",
    format: "usernamePassword",
    keys: { username: "deployer", password: { setting: "pin" } },
    jenkins: { description: "deploys the shop", folders: ["shop", "team/shop"] },
  },
  pull: {
    format: "dockerconfigjson",
    keys: { registry: "registry.example.com", username: "ci", password: { setting: "pin" } },
  },
};
const service = {
  ...shop,
  replicas: 1,
  credentials: ["payment"],
  files: { "/run/pin": { credential: "wide", key: "pin" } },
};

const said: string[] = [];
let project: Project;
const dataOf = async (name: string): Promise<Record<string, string>> => {
  const { data = {} } = await cluster.get(SECRET, project.namespace, name);
  const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]);
  return Object.fromEntries(texts.map(([key, value]) => [String(key), String(value)]));
};
const sealed = async (name: string) =>
  (await cluster.get(SEALED_SECRET, project.namespace, name)).spec?.encryptedData ?? {};

beforeAll(async () => {
  project = await Project.create("credentials", { hears: (text) => said.push(text) });
  await project.settings({ credentials, services: { shop: service } });
  await project.secret("apiKey", FIRST);
  await project.secret("pin", PIN);
});
afterAll(async () => {
  removeFolders();
  await project.dispose();
});

test("a credential becomes a Secret of every scope and format before the pods start", async () => {
  await succeed(project.up());

  const { API_KEY, SIGNING } = await dataOf("payment");
  expect(API_KEY).toBe(FIRST);
  expect(SIGNING).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(await dataOf("wide")).toEqual({ pin: PIN });
  expect(await dataOf("ci")).toEqual({ username: "deployer", password: PIN });

  const jenkins = await cluster.get(SECRET, project.namespace, "ci");
  expect(jenkins.metadata?.labels).toMatchObject({
    "jenkins.io/credentials-type": "usernamePassword",
  });
  expect(jenkins.metadata?.annotations).toMatchObject({
    "jenkins.io/credentials-description": "deploys the shop",
    "jenkins.io/credentials-store-locations": "['shop', 'team/shop']",
  });
  const pull = await cluster.get(SECRET, project.namespace, "pull");
  expect(pull.type).toBe("kubernetes.io/dockerconfigjson");
  const auth = Buffer.from(`ci:${PIN}`).toString("base64");
  expect(JSON.parse((await dataOf("pull"))[".dockerconfigjson"] ?? "")).toEqual({
    auths: { "registry.example.com": { username: "ci", password: PIN, auth } },
  });

  const [pod] = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");
  expect(pod?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  const names = pod?.spec?.containers[0]?.env?.map(({ name }) => name);
  expect(names).toEqual(["API_KEY", "SIGNING"]);
});

test("an up without a change shows none, nor does a renewed certificate", async () => {
  await succeed(project.up("--expect-no-changes"));
  await writeFile(
    join(project.folder, "renewed.pem"),
    await certificateOf(throwawayKeys().privateKey),
  );
  const sealing = { certificate: "renewed.pem" };
  await project.settings({ sealing, credentials, services: { shop: service } });
  await succeed(project.up("--expect-no-changes"));
});

test("what the controller could not open is not applied", async () => {
  const before = await sealed("payment");
  await project.secret("apiKey", SECOND);
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/cannot open what was sealed for .*slipway:sealing\.certificate/);
  expect(await sealed("payment")).toEqual(before);
});

test("a changed value is sealed by itself, shown by its key, and rolls the pods", async () => {
  await project.settings({ credentials, services: { shop: service } });
  const [before, others, deployment] = [
    await sealed("payment"),
    await sealed("wide"),
    await cluster.get(DEPLOYMENT, project.namespace, "shop"),
  ];
  const preview = await succeed(project.pulumi("preview", "--diff", "--stack=dev"));
  expect(preview.output).toMatch(/~ API_KEY/);
  expect(preview.output).not.toMatch(/~ (SIGNING|pin|password)/);

  await succeed(project.up());
  const after = await sealed("payment");
  expect(after["API_KEY"]).not.toBe(before["API_KEY"]);
  expect(after["SIGNING"]).toBe(before["SIGNING"]);
  expect(await sealed("wide")).toEqual(others);
  expect((await dataOf("payment"))["API_KEY"]).toBe(SECOND);
  const { metadata } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  expect(metadata?.generation).toBe((deployment.metadata?.generation ?? 0) + 1);
});

test("a Secret in the way ends the up in the controller's words within seconds, and the next up goes on", async () => {
  const inTheWay = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "more", namespace: project.namespace },
  };
  await cluster.create(inTheWay);
  const more = { ...credentials, more: { keys: { KEY: { setting: "apiKey" } } } };
  await project.settings({ credentials: more, services: { shop: service } });
  const began = performance.now();
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/SealedSecret .*\/more is not unsealed: .*already exists/);
  expect(performance.now() - began).toBeLessThan(30_000);

  await cluster.delete(inTheWay);
  await succeed(project.up());
  expect(await dataOf("more")).toEqual({ KEY: SECOND });
  await succeed(project.up("--expect-no-changes"));
});

test("a Secret that somebody changed is told by a refresh, and the next up puts it right", async () => {
  const metadata = { name: "more", namespace: project.namespace };
  const KEY = Buffer.from(OTHER).toString("base64");
  await cluster.patch({ ...SECRET, metadata, data: { KEY } });
  const { output } = await succeed(project.pulumi("refresh", "--yes", "--stack=dev"));
  expect(output).toMatch(/\/more is not unsealed: its Secret has not the sealed value of KEY/);

  await succeed(project.up());
  expect(await dataOf("more")).toEqual({ KEY: SECOND });
});

test("a key that does not exist is a fault before anything is touched", async () => {
  const files = { "/run/pin": { credential: "wide", key: "pim" } };
  await project.settings({
    credentials,
    services: { shop: { ...service, files, credentials: ["paiment"] } },
  });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/services\.shop\.credentials: paiment: .*did you mean payment\?/);
  expect(output).toMatch(/pim: unknown key; allowed: pin/);
  await project.settings({ credentials, services: { shop: service } });
});

test("no value is in the state, its backups and history, the stack's file or anything that was said", async () => {
  const kept = [
    await project.stored(),
    await project.state(),
    await project.read("Pulumi.dev.yaml"),
  ];
  const outputs = JSON.stringify(await project.outputs());
  expect(kept[0]).toContain("SealedValues");
  for (const mark of MARKS) {
    for (const text of [...kept, outputs, said.join("")]) {
      expect(text).not.toContain(mark);
      expect(text).not.toContain(Buffer.from(mark).toString("base64").slice(0, -4));
    }
  }
});
