// Proves what is loaded, that it is enough for a request, and how requests connect; what they do is proved by provider-cluster.test.ts.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { execa } from "execa";

import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { clientLibrary } from "../../provider/cluster/client-library.ts";
import { shareConnections } from "../../provider/cluster/shared-connections.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { CHECKOUT } from "../support/stack-config.ts";

afterAll(removeFolders);

test("the provider loads none of the client library's kinds and calls, and still can ask", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { clientLibrary, trimClientLibrary } = await import("./provider/cluster/client-library.ts");
    trimClientLibrary();
    const { KubeConfig, Watch, RequestContext, HttpMethod, createConfiguration } = await clientLibrary();
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: "c", server: "https://c.test" }, { name: "u", token: "t" });
    const request = new RequestContext("https://c.test/version", HttpMethod.GET);
    await config.applySecurityAuthentication(request);
    const parts = loaded.filter((url) => url.includes("/client-node/")).map((url) => url.split("/gen/")[1] ?? "");
    console.log(JSON.stringify({
      kinds: parts.filter((part) => part.startsWith("models/")).length,
      calls: parts.filter((part) => /^apis\\/.*Api\\.js/.test(part)).length,
      watch: typeof new Watch(config).watch,
      send: typeof createConfiguration().httpApi.send,
      authorization: request.getHeaders().Authorization,
    }));
    process.exit();
  `;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", script], {
    cwd: CHECKOUT,
  });
  expect(JSON.parse(stdout)).toEqual({
    kinds: 0,
    calls: 0,
    watch: "function",
    send: "function",
    authorization: "Bearer t",
  });
});

test("requests that follow one another share a connection, and one that has no answer holds up no other", async () => {
  let connections = 0;
  const server = createServer((request, response) => {
    if (request.url !== "/hangs") {
      response.end("{}");
    }
  });
  server.on("connection", () => (connections += 1));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const api = new KubeconfigApi(kubeconfigOf(`http://127.0.0.1:${port}`));
  const given = new AbortController();
  try {
    for (let asked = 0; asked < 10; asked++) {
      await api.get("/version");
      await api.post("/apis", {});
    }
    // One of them may be closing its books on the last answer.
    expect(connections).toBeLessThanOrEqual(2);
    const hanging = api.get("/hangs", undefined, given.signal).catch(() => "given up");
    await once(server, "request");
    await api.get("/version");
    given.abort();
    expect(await hanging).toBe("given up");
    await api.get("/version");
    expect(connections).toBeLessThanOrEqual(3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("only requests with the same credentials share connections, and none shares one at a time", async () => {
  const { HttpMethod, KubeConfig, RequestContext } = await clientLibrary();
  const kubeconfig = new KubeConfig();
  const data = (text: string) => Buffer.from(text).toString("base64");
  const user = { name: "u", certData: data("one"), keyData: data("key") };
  const cluster = { name: "c", server: "https://c.test", skipTLSVerify: false };
  kubeconfig.loadFromClusterAndUser(cluster, user);
  shareConnections(kubeconfig);
  const dispatcher = async () => {
    const request = new RequestContext("https://c.test/version", HttpMethod.GET);
    await kubeconfig.applySecurityAuthentication(request);
    return request.getDispatcher();
  };
  const first = await dispatcher();
  expect(await dispatcher()).toBe(first);
  kubeconfig.users = [{ ...user, certData: data("two") }];
  const second = await dispatcher();
  expect(second).not.toBe(first);
  expect(await dispatcher()).toBe(second);

  const options = kubeconfig.createDispatcherOptions(cluster, { ca: "authority" });
  expect(options).toMatchObject({ connect: { ca: "authority", allowH2: false } });
});
