// Proves the way of requests through real proxies in this process; test/e2e/proxy.test.ts proves a whole release on that way.
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { whyNoAnswer } from "../../provider/cluster/first-answer.ts";
import { AwaitedRelease } from "../../provider/readiness/awaited-release.ts";
import { referrersOf } from "../../provider/registry/referrers.ts";
import { awaitVerdict } from "../../provider/waiting/wait.ts";
import { ApiServer } from "../support/api-server.ts";
import { ConnectProxy, socksProxy } from "../support/connect-proxy.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { type MutualTls, mutualTls } from "../support/mutual-tls.ts";
import { applyObserved } from "../support/observed.ts";
import { complete, release } from "../support/release-objects.ts";
import { until } from "../support/until.ts";

const HOST = "api.cluster.test";
const VARIABLES = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];
const never = new AbortController().signal;

let tls: MutualTls;
let server: Server;
let port: number;
const stops: (() => unknown)[] = [];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

beforeAll(async () => {
  tls = await mutualTls(`127.0.0.1,DNS:${HOST}`);
  server = createServer(tls.server, (request, response) => {
    if (request.url?.includes("watch=true") === true) {
      response.writeHead(200).end('{"type":"ADDED","object":{"a":1}}\n');
    } else if (request.url === "/elsewhere") {
      response.writeHead(302, { location: "/there" }).end();
    } else {
      response.end(JSON.stringify({ path: request.url }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => {
  for (const name of VARIABLES) {
    Reflect.deleteProperty(process.env, name);
  }
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});
afterAll(() => {
  for (const [name, value] of before) {
    Object.assign(process.env, value !== undefined && { [name]: value });
  }
  server.closeAllConnections();
  server.close();
  removeFolders();
});

async function proxyWith(kind: Parameters<typeof ConnectProxy.start>[0] = {}) {
  const proxy = await ConnectProxy.start({
    names: { [`${HOST}:6443`]: `127.0.0.1:${port}` },
    ...kind,
  });
  stops.push(() => proxy.stop());
  return proxy;
}

/** An API server that only the proxy finds, unless another address is given. */
function configOf({ at = `https://${HOST}:6443`, proxyUrl = "" } = {}) {
  const authority = Buffer.from(tls.authority).toString("base64");
  const cluster = {
    server: at,
    "certificate-authority-data": authority,
    ...(at.startsWith("http:") && { "insecure-skip-tls-verify": true }),
    ...(proxyUrl !== "" && { "proxy-url": proxyUrl }),
  };
  const config = JSON.stringify({
    clusters: [{ name: "c", cluster }],
    users: [{ name: "ci", user: { token: "t0ken" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "ci" } }],
    "current-context": "x",
  });
  return { kubeconfig: join(folderWith({ config }), "config"), context: "x" };
}

const apiOf = (options?: Parameters<typeof configOf>[0]) => new KubeconfigApi(configOf(options));

test("every kind of request goes through the environment's proxy", async () => {
  const proxy = await proxyWith();
  process.env["HTTPS_PROXY"] = proxy.url("us%40er:p%3Ass");
  const api = apiOf();
  const events: unknown[] = [];
  const on = { opened: () => undefined, event: (event: unknown) => events.push(event) };

  expect(await api.get("/version", { limit: 1 })).toEqual({ path: "/version?limit=1" });
  expect(await api.post("/apis", {})).toEqual({ path: "/apis" });
  expect(await api.patch("/api", [])).toEqual({ path: "/api" });
  expect(await api.redirect("/elsewhere", never)).toEqual({ status: 302, location: "/there" });
  await api.watch("/pods", {}, on, never);
  expect(events).toEqual([{ type: "ADDED", object: { a: 1 } }]);

  expect(proxy.asked).toEqual(Array<string>(5).fill(`CONNECT ${HOST}:6443`));
  const login = `Basic ${Buffer.from("us@er:p:ss").toString("base64")}`;
  expect(new Set(proxy.logins)).toEqual(new Set([login]));
});

test("NO_PROXY and loopback are reached without the environment's proxy", async () => {
  const proxy = await proxyWith();
  process.env["HTTPS_PROXY"] = proxy.url();
  expect(await apiOf({ at: `https://127.0.0.1:${port}` }).get("/a")).toEqual({ path: "/a" });
  process.env["NO_PROXY"] = ".cluster.test";
  await expect(apiOf().get("/a")).rejects.toThrow("fetch failed");
  expect(proxy.asked).toEqual([]);
});

test("proxy-url of the kubeconfig is used before the environment's proxy, and for any address", async () => {
  const [proxy, other] = [await proxyWith(), await proxyWith()];
  process.env["HTTPS_PROXY"] = other.url();
  process.env["NO_PROXY"] = "*";
  const api = apiOf({ at: `https://127.0.0.1:${port}`, proxyUrl: proxy.url() });
  expect(await api.get("/a")).toEqual({ path: "/a" });
  expect([proxy.asked, other.asked]).toEqual([[`CONNECT 127.0.0.1:${port}`], []]);
});

test("a proxy may speak TLS, with a certificate of the cluster's authority", async () => {
  const proxy = await proxyWith({ tls: tls.server });
  process.env["HTTPS_PROXY"] = proxy.url();
  expect(await apiOf().get("/a")).toEqual({ path: "/a" });
  expect(proxy.asked).toEqual([`CONNECT ${HOST}:6443`]);
});

test.each(["socks5", "socks5h"])(
  "a %s proxy is told the name, and logged in to",
  async (scheme) => {
    const proxy = await socksProxy(port, "user:p@ss");
    stops.push(proxy.stop);
    process.env["HTTPS_PROXY"] = `${scheme}://user:p%40ss@${proxy.address}`;
    expect(await apiOf().get("/a")).toEqual({ path: "/a" });
    expect(proxy.asked).toEqual([`${HOST}:6443`]);
  },
);

test("a SOCKS proxy that refuses the login is named", async () => {
  const proxy = await socksProxy(port, "user:other");
  stops.push(proxy.stop);
  process.env["HTTPS_PROXY"] = `socks5://user:p4ss@${proxy.address}`;
  const error = await apiOf().get("/a").catch(String);
  expect(error).toContain(`proxy socks5://${proxy.address} (HTTPS_PROXY) refuses the connection`);
  expect(error).not.toContain("p4ss");
});

test("an API server in clear is asked through HTTP_PROXY, without a tunnel", async () => {
  const plain = await ApiServer.start();
  plain.apply("pods", { metadata: { name: "a", uid: "a" } });
  stops.push(() => plain.stop());
  const proxy = await proxyWith();
  const api = apiOf({ at: plain.url, proxyUrl: proxy.url() });
  expect(await api.get("/api/v1/namespaces/s/pods/a")).toMatchObject({ metadata: { name: "a" } });
  expect(proxy.asked).toEqual([`GET ${plain.url}/api/v1/namespaces/s/pods/a`]);
});

describe("what a proxy does wrong names it and the variable, and never the login:", () => {
  const told = async (proxy: ConnectProxy) => {
    process.env["https_proxy"] = proxy.url("ci:hunter2");
    const config = configOf();
    const why = await whyNoAnswer(new KubeconfigApi(config), config, never, 200);
    expect(why).toContain(`proxy http://${proxy.address} (https_proxy)`);
    expect(why).not.toContain("hunter2");
    return why;
  };

  test.each([
    [
      407,
      /refuses the connection \(407\); give it a user and a password in https_proxy: http:\/\/<user>:<password>@127/,
    ],
    [
      403,
      /refuses the connection \(403\); check https_proxy, and no_proxy for what is reached without it$/,
    ],
    [502, /refuses the connection \(502\); check https_proxy, and no_proxy/],
  ])("it answers %i", async (status, words) => {
    const proxy = await proxyWith();
    proxy.refusal = status;
    expect(await told(proxy)).toMatch(words);
  });

  test("nobody listens", async () => {
    const proxy = await proxyWith();
    await proxy.stop();
    stops.length = 0;
    expect(await told(proxy)).toMatch(/ECONNREFUSED .* through proxy .*; check https_proxy, and/);
  });

  test("it never answers", async () => {
    const proxy = await proxyWith();
    proxy.hangs = true;
    expect(await told(proxy)).toMatch(/: no answer through proxy /);
  });

  test("it is no URL", async () => {
    process.env["HTTPS_PROXY"] = "ftp://ci:hunter2@proxy.corp";
    const config = configOf();
    const why = await whyNoAnswer(new KubeconfigApi(config), config, never, 200);
    expect(why).toMatch(/: HTTPS_PROXY: no URL of a proxy; allowed: http:/);
    expect(why).not.toContain("hunter2");
  });
});

test("a proxy that is gone in the middle of a wait is named in the verdict", async () => {
  const plain = await ApiServer.start();
  stops.push(() => plain.stop());
  applyObserved(plain, { ...complete(), endpointSlices: [] });
  const proxy = await ConnectProxy.start();
  const cluster = new Cluster(apiOf({ at: plain.url, proxyUrl: proxy.url("ci:hunter2") }));
  stops.push(() => {
    cluster.close();
  });
  const told: string[] = [];
  const verdict = awaitVerdict(new AwaitedRelease(cluster, release({ timeoutSeconds: 3 })), {
    signal: never,
    timeoutSeconds: 0,
    progress: (text) => told.push(text),
  });
  await until(() => plain.watching.includes("endpointslices"));
  await proxy.stop();
  const words = `through proxy ${proxy.url()} (proxy-url of its cluster in the kubeconfig)`;
  const { verdict: found } = await verdict;
  expect(found).toMatchObject({
    reason: "cluster-unreachable",
    message: expect.stringContaining(words) as unknown,
  });
  expect(told.join()).toContain(words);
  expect(told.join() + JSON.stringify(found)).not.toContain("hunter2");
});

test("a registry's list of what belongs to an image is asked for through HTTP_PROXY, too", async () => {
  const proxy = await proxyWith();
  process.env["HTTP_PROXY"] = proxy.url();
  const refused = () => Promise.reject(new Error("no login"));
  proxy.refusal = 404;
  const found = referrersOf("registry.local:5000/shop", `sha256:${"a".repeat(64)}`, {
    token: refused,
    basic: refused,
  });
  expect(await found).toBeUndefined();
  expect(proxy.asked).toEqual([expect.stringMatching(/^GET http:\/\/registry\.local:5000\/v2\//)]);
});
