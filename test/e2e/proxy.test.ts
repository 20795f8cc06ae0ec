// Proves a release by a real API server whose name only a proxy knows, so that nobody gets there without it. The Kubernetes
// provider is a stand-in where the official one cannot be had; the rules themselves are held by test/unit/proxy-rules.test.ts.
import { KubeConfig } from "@kubernetes/client-node";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { kubeConfig } from "../../testbed/cluster.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { ConnectProxy } from "../support/connect-proxy.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

/** The API server's certificate has this name, and no name server knows it. */
const API_SERVER = "kubernetes.default.svc:6443";
const PASSWORD = "hunter2hunter2";

let proxy: ConnectProxy;
let project: Project;
let direct: Project;
beforeAll(async () => {
  const { host } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
  proxy = await ConnectProxy.start({ names: { [API_SERVER]: host } });
  const behind = new KubeConfig();
  behind.loadFromString(kubeConfig().exportConfig());
  behind.clusters = behind.clusters.map((cluster) => ({
    ...cluster,
    server: `https://${API_SERVER}`,
  }));
  const kubeconfig = join(folderWith({}), "kubeconfig");
  writeFileSync(kubeconfig, behind.exportConfig(), { mode: 0o600 });
  direct = await Project.create("proxy");
  // In small letters it is what the SDK's way to the engine reads, too.
  project = direct.with({
    SLIPWAY_KUBECONFIG: kubeconfig,
    https_proxy: proxy.url(`ci:${PASSWORD}`),
  });
  await project.settings({ services: { shop: { ...shop, replicas: 1 } } });
});
afterAll(async () => {
  await direct.dispose();
  await proxy.stop();
  removeFolders();
});

const record = async (of: Project) =>
  (await of.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases["shop"];

test("a first release gets ready where the API server is reached through a proxy alone", async () => {
  const { output } = await succeed(project.up());
  expect(await record(project)).toMatchObject({ verdict: "ready" });
  expect(proxy.asked.filter((asked) => asked === `CONNECT ${API_SERVER}`).length).toBeGreaterThan(
    8,
  );
  // The engine is on this machine.
  expect(proxy.asked.filter((asked) => asked.includes("127.0.0.1"))).toEqual([]);
  const login = `Basic ${Buffer.from(`ci:${PASSWORD}`).toString("base64")}`;
  expect(new Set(proxy.logins)).toEqual(new Set([login]));
  expect(output + (await project.stored())).not.toContain(PASSWORD);
});

test("a proxy that refuses is named with the variable, before anything is touched", async () => {
  proxy.refusal = 407;
  const { exitCode, output } = await project.up();
  proxy.refusal = undefined;
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `proxy http://${proxy.address} (https_proxy) refuses the connection (407); give it a user and a password in https_proxy`,
  );
  expect(output).not.toContain(PASSWORD);
  expect(output).not.toMatch(/^\s+at .*\.ts:\d+/m);
});

test("NO_PROXY leads past it", async () => {
  const asked = proxy.asked.length;
  const past = direct.with({ HTTPS_PROXY: "http://127.0.0.1:1", NO_PROXY: "10.0.0.0/8" });
  await succeed(past.pulumi("refresh", "--yes", "--skip-preview", "--stack=dev"));
  expect(await record(past)).toMatchObject({ verdict: "ready" });
  expect(proxy.asked).toHaveLength(asked);
});
