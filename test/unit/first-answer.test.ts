// Proves what a preview says that cannot ask the cluster; how the engine shows it is tried in test/e2e.
import { createServer as createTls } from "node:https";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { SlipwayProvider } from "../../provider/slipway.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { whyNoAnswer } from "../../provider/cluster/first-answer.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { HangingPlugin } from "../support/hanging-plugin.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { mutualTls } from "../support/mutual-tls.ts";

const servers: Server[] = [];
afterEach(() => {
  jest.useRealTimers();
  removeFolders();
  for (const server of servers.splice(0)) {
    server.close();
  }
});
const never = new AbortController().signal;
const SOON = 200;

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const answering = (status: number) =>
  listening(createServer((_, response) => response.writeHead(status).end("{}")));

async function told(server: string, patience?: number, options = {}) {
  const config = kubeconfigOf(server, options);
  const api = new KubeconfigApi(config);
  // The library is loaded beforehand: that takes longer than the tests have patience.
  await api.open();
  return whyNoAnswer(api, config, never, patience);
}

test.each([200, 403, 404])("an answer of %d is one", async (status) => {
  expect(await told(`http://127.0.0.1:${await answering(status)}`)).toBeUndefined();
});

test("refused credentials are told", async () => {
  expect(await told(`http://127.0.0.1:${await answering(401)}`)).toMatch(
    /refuses the credentials \(401\); log in again/,
  );
});

test("an API server that does not work is told", async () => {
  expect(await told(`http://127.0.0.1:${await answering(503)}`, SOON)).toMatch(/503|no answer/);
});

test("a closed port is told with the context and the file", async () => {
  const port = await answering(200);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  expect(await told(`http://127.0.0.1:${port}`, SOON)).toMatch(
    /^the cluster cannot be asked, so nothing is known of what would change: context test of \/.*config: .*ECONNREFUSED.*; check server of its cluster/,
  );
});

test("an unknown host is told", async () => {
  expect(await told("https://no-such-host.invalid:6443")).toMatch(
    /(ENOTFOUND|EAI_AGAIN).*; check server of its cluster/,
  );
});

test("a wrong certificate is told", async () => {
  const { server } = await mutualTls("127.0.0.1");
  const port = await listening(createTls(server, (_, response) => response.end("{}")));
  expect(await told(`https://127.0.0.1:${port}`, undefined, { strict: true })).toMatch(
    /certificate.*; check certificate-authority/,
  );
});

test("a server that never answers is given up", async () => {
  const port = await listening(createServer(() => undefined));
  expect(await told(`http://127.0.0.1:${port}`, SOON)).toMatch(/no answer within 0\.6 s/);
  for (const server of servers) {
    server.closeAllConnections();
  }
});

test("a server that takes its time is waited for, longer than one that refuses", async () => {
  const port = await listening(
    createServer((_, response) => setTimeout(() => response.end("{}"), 2 * SOON)),
  );
  expect(await told(`http://127.0.0.1:${port}`, SOON)).toBeUndefined();
});

test("a credential plugin that hangs is named, and not the network", async () => {
  const { user } = new HangingPlugin(folderWith({}));
  const config = kubeconfigOf(`http://127.0.0.1:${await answering(200)}`, { user });
  expect(await whyNoAnswer(new KubeconfigApi(config), config, never, SOON)).toMatch(
    /: credential plugin ".*node" of user "test" does not answer; run it by hand to see why$/,
  );
});

test("an API server that comes up in time has answered", async () => {
  jest.useFakeTimers();
  const answers = [new Error("connect ECONNREFUSED"), new ApiError(503, "starting"), undefined];
  const api = {
    get: () => {
      const error = answers.shift();
      return error === undefined ? Promise.resolve({}) : Promise.reject(error);
    },
  };
  const asked = whyNoAnswer(api, { kubeconfig: "/k", context: "c" }, never);
  await jest.advanceTimersByTimeAsync(1000);
  expect(await asked).toBeUndefined();
});

test("a fault of the kubeconfig itself is told at once", async () => {
  const { kubeconfig } = kubeconfigOf("http://127.0.0.1:1");
  const config = { kubeconfig, context: "gone" };
  expect(await whyNoAnswer(new KubeconfigApi(config), config, never)).toMatch(
    /context gone is not in .*; check the kubeconfig/,
  );
});

describe("the provider's configuration", () => {
  test("is refused where the cluster cannot be asked", async () => {
    const config = { ...kubeconfigOf(`http://127.0.0.1:${await answering(401)}`) };
    expect(await new SlipwayProvider().checkConfig(config, {})).toMatchObject({
      failures: [{ reason: expect.stringContaining("(401)") as string }],
    });
  });

  test("that the same program makes is not asked for", async () => {
    const config = { kubeconfig: UNKNOWN, context: "made" };
    expect(await new SlipwayProvider().checkConfig(config, {})).toEqual({ inputs: config });
  });

  test("tells whether the state has it already, which a killed first run has left there, too", async () => {
    const news = { kubeconfig: UNKNOWN, context: "made" };
    for (const [olds, exists] of [
      [{}, false],
      [{ context: "before" }, true],
    ] as const) {
      const provider = new SlipwayProvider();
      await provider.checkConfig(news, olds);
      expect(await provider.invoke("slipway:index:stackState", {})).toEqual({ exists });
    }
    const ofTheState = new SlipwayProvider();
    ofTheState.configure(news);
    expect(await ofTheState.invoke("slipway:index:stackState", {})).toEqual({ exists: true });
  });
});

test("a fault that nothing catches is printed without what looks like a secret", () => {
  expect(new SlipwayProvider().tell("login with password=hunter2hunter2 failed")).toBe(
    "login with password=*** failed",
  );
});
