// Proves what is loaded, and that it is enough for a request; what requests do is proved by provider-cluster.test.ts.
import { execa } from "execa";

import { CHECKOUT } from "../support/stack-config.ts";

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
