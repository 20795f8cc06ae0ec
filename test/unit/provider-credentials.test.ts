// Proves what a wait makes of credentials that fail in its middle, against an API server in this process; that a real one
// refuses those of an account that is deleted is proved by test/e2e/preflight.test.ts.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CredentialError } from "../../kubeconfig/credential-error.ts";
import { expiryOf } from "../../kubeconfig/user.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { NO_LACK } from "../../provider/cluster/preflight.ts";
import { AwaitedRelease } from "../../provider/readiness/awaited-release.ts";
import { reportOf } from "../../provider/waiting/report.ts";
import { judgeTroubles } from "../../provider/waiting/trouble.ts";
import { awaitVerdict } from "../../provider/waiting/wait.ts";
import { ApiServer } from "../support/api-server.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { mutualTls } from "../support/mutual-tls.ts";
import { applyObserved } from "../support/observed.ts";
import { complete, endpointSlice, release } from "../support/release-objects.ts";
import { until } from "../support/until.ts";

const UNROUTED = { ...complete(), endpointSlices: [] };
const SLICE = endpointSlice("shop", complete().pods);

let server: ApiServer;
let interruption: AbortController;
const clusters: Cluster[] = [];

// The library is loaded beforehand: that takes longer than some waits.
beforeAll(() => new KubeconfigApi(kubeconfigOf("http://127.0.0.1:1")).open());
beforeEach(async () => {
  server = await ApiServer.start();
  interruption = new AbortController();
  applyObserved(server, UNROUTED);
});
afterEach(async () => {
  interruption.abort();
  for (const cluster of clusters.splice(0)) {
    cluster.close();
  }
  await server.stop();
});
afterAll(removeFolders);

/** A wait in its middle, with these credentials, which are refused from now on, also to the watches that are open. */
async function waitWith(user: object, timeoutSeconds = 0) {
  const config = kubeconfigOf(server.url, { user });
  const cluster = new Cluster(new KubeconfigApi(config));
  clusters.push(cluster);
  const told: string[] = [];
  const awaited = new AwaitedRelease(cluster, release({ timeoutSeconds }));
  const verdict = awaitVerdict(awaited, {
    signal: interruption.signal,
    timeoutSeconds: 0,
    progress: (text) => told.push(text),
  });
  await until(() => server.watching.includes("endpointslices"));
  return { config, awaited, verdict, told };
}

function revoke(accepted: string): void {
  server.accepts = (authorization) => authorization === `Bearer ${accepted}`;
  server.dropWatches();
}

test("a token that is taken back is named at the end of the wait, with what is known of the release", async () => {
  const { verdict, awaited } = await waitWith({ token: "old" }, 8);
  revoke("new");
  const judgement = await verdict;
  expect(judgement.verdict).toEqual({
    kind: "failed",
    reason: "cluster-unauthorized",
    object: "namespace shop-dev",
    message:
      'user "test": the API server refuses the credentials (401); log in again, or get a new kubeconfig',
    notes: [
      "what is applied stays, and Kubernetes continues with it; whether deployment shop is ready is unknown: the next pulumi up with credentials that are accepted finds out",
    ],
  });
  if (judgement.verdict.kind !== "failed") {
    throw new Error("it is ready");
  }
  const found = { finding: judgement.verdict, observed: judgement.observed, seconds: 8 };
  const { text } = await reportOf(awaited, "dev", found, interruption.signal);
  expect(text).toContain("\nnext: kubectl --context dev auth whoami");
  expect(text).not.toContain("(no log:");
});

test("it is named after 10 s, and the wait goes on before", () => {
  const trouble = (seconds: number) => [
    {
      kind: "unauthorized",
      since: performance.now() - seconds * 1000,
      message: "refused",
      resource: "pods",
    } as const,
  ];
  const judged = (seconds: number, synced: boolean) =>
    judgeTroubles(
      { name: "shop", title: "deployment shop", noun: "deployment", namespace: "shop-dev" },
      { troubles: trouble(seconds), lack: NO_LACK, synced },
      performance.now() + 60_000,
    );
  expect(judged(9, true)).toBeUndefined();
  expect(judged(9, false)).toMatchObject({ text: "waiting for the API server: refused" });
  for (const synced of [true, false]) {
    expect(judged(10.1, synced)).toMatchObject({ reason: "cluster-unauthorized" });
  }
});

describe("the wait goes on with credentials that somebody has renewed:", () => {
  test("a token file", async () => {
    const tokenFile = join(folderWith({ token: "old\n" }), "token");
    const { verdict, told } = await waitWith({ tokenFile });
    revoke("new");
    await until(() => told.some((text) => text.includes("refuses the credentials")));
    writeFileSync(tokenFile, "new\n");
    applyObserved(server, { endpointSlices: [SLICE] });
    expect((await verdict).verdict.kind).toBe("ready");
  });

  test("a kubeconfig that is replaced", async () => {
    const { config, verdict, told } = await waitWith({ token: "old" });
    revoke("new");
    await until(() => told.some((text) => text.includes("refuses the credentials")));
    renameSync(kubeconfigOf(server.url, { user: { token: "new" } }).kubeconfig, config.kubeconfig);
    applyObserved(server, { endpointSlices: [SLICE] });
    expect((await verdict).verdict.kind).toBe("ready");
  });

  test("not one that means another API server, or is gone", async () => {
    const other = await ApiServer.start();
    const { config, verdict } = await waitWith({ token: "old" }, 3);
    renameSync(kubeconfigOf(other.url, { user: { token: "new" } }).kubeconfig, config.kubeconfig);
    revoke("new");
    expect((await verdict).verdict).toMatchObject({ reason: "cluster-unauthorized" });
    expect(other.requests).toEqual([]);
    await other.stop();
  });
});

describe("a credential plugin", () => {
  const plugin = (script: string) => ({
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", script],
      interactiveMode: "Never",
    },
  });
  const answering = (status: string) =>
    `console.log(JSON.stringify({ kind: "ExecCredential", status: ${status} }))`;

  test("that fails at its second call is named with what it says", async () => {
    const folder = folderWith({});
    const script = `if (fs.existsSync("${folder}/once")) { console.error("session expired"); process.exit(1) } fs.writeFileSync("${folder}/once", ""); ${answering('{ token: "t" }')}`;
    const { verdict } = await waitWith(plugin(script), 4);
    revoke("another");
    expect((await verdict).verdict).toMatchObject({
      reason: "cluster-unauthorized",
      message: `credential plugin "${process.execPath}" of user "test" fails (exit code 1); it says: session expired; run it by hand to see why`,
    });
  });

  test("that fails from the first is named, and retried before", async () => {
    const folder = folderWith({});
    const script = `fs.appendFileSync("${folder}/calls", "x"); if (fs.readFileSync("${folder}/calls", "utf8").length < 3) process.exit(1); ${answering('{ token: "t" }')}`;
    const { verdict } = await waitWith(plugin(script));
    applyObserved(server, { endpointSlices: [SLICE] });
    expect((await verdict).verdict.kind).toBe("ready");
  });

  test("gives a new token in the middle, when the old one is refused", async () => {
    const file = join(folderWith({ token: "old" }), "token");
    const script = answering(`{ token: fs.readFileSync("${file}", "utf8") }`);
    const { verdict } = await waitWith(plugin(script));
    writeFileSync(file, "new");
    revoke("new");
    applyObserved(server, { endpointSlices: [SLICE] });
    expect((await verdict).verdict.kind).toBe("ready");
  });
});

test("a client certificate that expires in the middle is named where the server only cuts the connection", async () => {
  const [{ server: own, authority }, { client }] = [
    await mutualTls("127.0.0.1"),
    await mutualTls("127.0.0.1"),
  ];
  const options = { ...own, ca: authority, requestCert: true, rejectUnauthorized: true };
  const strict = createServer(options, (_, response) => response.end("{}"));
  await new Promise<void>((resolve) => strict.listen(0, "127.0.0.1", resolve));
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const user = {
    "client-certificate-data": base64(client.cert),
    "client-key-data": base64(client.key),
  };
  const { port } = strict.address() as AddressInfo;
  const api = new KubeconfigApi(kubeconfigOf(`https://127.0.0.1:${port}`, { user }));
  await expect(api.get("/version")).rejects.not.toThrow(CredentialError);
  const now = jest.spyOn(Date, "now").mockReturnValue(Date.now() + 48 * 3600_000);
  await expect(api.get("/version")).rejects.toThrow(
    /^user "test": the API server cuts the connection: its client certificate expired at \S+Z; log in again/,
  );
  now.mockRestore();
  strict.closeAllConnections();
  strict.close();
});

test("credentials that say when they ended are told so", async () => {
  const payload = Buffer.from(JSON.stringify({ exp: 1_700_000_000 })).toString("base64url");
  const token = `e30.${payload}.c2ln`;
  expect(expiryOf({ name: "ci", token })).toBe("its token expired at 2023-11-14T22:13:20.000Z");
  const { client } = await mutualTls("127.0.0.1");
  const certData = Buffer.from(client.cert).toString("base64");
  expect(expiryOf({ name: "ci", certData })).toBeUndefined();
  const later = Date.now() + 48 * 3600_000;
  expect(expiryOf({ name: "ci", certData }, later)).toMatch(
    /^its client certificate expired at 20/,
  );
  expect(expiryOf({ name: "ci", token: "opaque" })).toBeUndefined();
  expect(expiryOf(null)).toBeUndefined();
  server.accepts = () => false;
  const refused = new KubeconfigApi(kubeconfigOf(server.url, { user: { token } })).get("/version");
  await expect(refused).rejects.toThrow(CredentialError);
  await expect(refused).rejects.toThrow(/\(401\): its token expired at 2023-11-14T22:13:20/);
});
