// A child process is the plugin; that the engine starts and ends it so is proved by the stories in test/e2e.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { credentials } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";

import { until } from "../support/until.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
  }
});

/** A plugin that does this when it is told to. */
const plugin = (fault: string, more = "", options = "") => `
    const { serve } = require("./wire/serve.ts");
    serve({ name: "things", version: "1.2.3", cancel: () => console.error("canceled"), ${more} }, { ${options} });
    process.on("SIGUSR2", () => { ${fault} });`;

/** Resolves when it listens. */
async function served(fault: string, more?: string) {
  const script = plugin(fault, more);
  const child = spawn(process.execPath, ["--require", "./preload.cjs", "-e", script], {
    cwd: CHECKOUT,
  });
  children.push(child);
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { child, port: Number(port.toString()) };
}

async function ended(fault: string, more?: string) {
  const { child } = await served(fault, more);
  const errors = text(child.stderr);
  child.kill("SIGUSR2");
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, errors: await errors };
}

test.each([
  ["an exception", `throw new TypeError("lost track");`],
  ["a rejection", `Promise.reject(new TypeError("lost track"));`],
])("%s that nobody catches ends it, with its stack in the log", async (_what, fault) => {
  const { code, errors } = await ended(fault);
  expect(code).toBe(1);
  expect(errors).toMatch(/^things: TypeError: lost track\n {4}at /);
  expect(errors).toMatch(/^canceled$/m);
});

test("a fault that is no error ends it, too", async () => {
  expect(await ended(`throw "lost track";`)).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/^things: lost track\n/) as string,
  });
});

test.each([
  [
    `throw new TypeError("lost track of hunter2");`,
    /^things: TypeError: lost track of \*{3}\n {4}at /,
  ],
  [`throw "lost track of hunter2";`, /^things: lost track of \*{3}\ncanceled\n$/],
])("what the plugin hides is in the text of no fault: %s", async (fault, told) => {
  const hides = `tell: (text) => text.replaceAll("hunter2", "***")`;
  const { code, errors } = await ended(fault, hides);
  expect(code).toBe(1);
  expect(errors).toMatch(told);
  expect(errors).not.toContain("hunter2");
});

test.each([
  [
    "that its other end resets",
    `const { connect, createServer } = require("node:net");
    const server = createServer((socket) => socket.resetAndDestroy());
    server.listen(0, "127.0.0.1", () => connect(server.address().port, "127.0.0.1"));`,
    /^things: (?:read|connect) ECONNRESET[^\n]*\n$/,
  ],
  [
    "to a host that nobody knows",
    `require("node:net").connect(1, "no-such-host.invalid");`,
    /^things: getaddrinfo (?:ENOTFOUND|EAI_AGAIN)[^\n]*\n$/,
  ],
])("a connection %s is told, and takes down nothing else", async (_what, fault, line) => {
  const { child, port } = await served(fault);
  child.kill("SIGUSR2");
  const [told] = (await once(child.stderr, "data")) as [Buffer];
  expect(told.toString()).toMatch(line);

  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const info = await new Promise<PluginInfo>((done, fail) => {
    client.getPluginInfo(new emptyPb.Empty(), (error, response) => {
      if (error === null) {
        done(response);
      } else {
        fail(error);
      }
    });
  });
  client.close();
  expect(info.getVersion()).toBe("1.2.3");
  expect(child.exitCode).toBeNull();
});

test.each([
  ["cancels what is under way and ends", "", 0],
  ["continues for as long as it outlives it", "outlivesEngineMilliseconds: 300", 300],
])("when its engine is gone, it %s", async (_what, options, milliseconds) => {
  // The engine's end is a pipe; Node itself would give its children a socket.
  const script = [process.execPath, "--require", "./preload.cjs", "-e", plugin("", "", options)];
  const child = spawn("sh", ["-c", 'cat | "$@"', "sh", ...script], { cwd: CHECKOUT });
  children.push(child);
  await once(child.stdout, "data");
  const since = performance.now();
  child.stdin.end();
  const [told] = (await once(child.stderr, "data")) as [Buffer];
  expect(performance.now() - since).toBeGreaterThanOrEqual(milliseconds);
  expect(told.toString()).toBe("canceled\n");
  expect(await once(child, "exit")).toEqual([1, null]);
});

test("what the provider loads when it is configured is compiled for the next one, too, though it is killed", async () => {
  const cache = mkdtempSync(join(tmpdir(), "slipway-compiled-"));
  const hasCodeWith = (words: string) =>
    readdirSync(cache, { recursive: true, withFileTypes: true })
      // What is being written has a name of its own.
      .filter((entry) => entry.isFile() && !entry.name.includes("."))
      .some(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(words));
  try {
    const child = spawn(join(CHECKOUT, "provider/pulumi-resource-slipway"), ["127.0.0.1:1"], {
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    children.push(child);
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    await until(() => hasCodeWith("the cluster cannot be asked"));
    expect(hasCodeWith("quota-exceeded")).toBe(false);
    const client = new ResourceProviderClient(
      `127.0.0.1:${port.toString().trim()}`,
      credentials.createInsecure(),
    );
    client.configure(new providerPb.ConfigureRequest(), () => {
      client.close();
    });
    await until(() => hasCodeWith("quota-exceeded"));
  } finally {
    rmSync(cache, { recursive: true, force: true, maxRetries: 20 });
  }
});
