// Runs the service as a process of this machine, whose time passes as the tests say. Cannot prove that its image builds, nor that
// Kubernetes' probes, signals and memory limits reach it: the end-to-end stories do that.
import { request, Agent, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import manifest from "../../example/shop/package.json" with { type: "json" };
import { parseExposition, type Sample } from "../support/exposition.ts";
import { ShopBuild, ShopProcess } from "../support/shop-process.ts";

const JSON_ONLY = { headers: { accept: "application/json" } };

let build: ShopBuild;
const running: ShopProcess[] = [];

beforeAll(async () => {
  build = await ShopBuild.create();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((shop) => shop.dispose()));
});
afterAll(() => build.dispose());

async function start(env: Readonly<Record<string, string>> = {}): Promise<ShopProcess> {
  const shop = await ShopProcess.start(build, env);
  running.push(shop);
  return shop;
}

function launch(env: Readonly<Record<string, string>>): ShopProcess {
  const shop = ShopProcess.launch(build, env);
  running.push(shop);
  return shop;
}

async function metrics(shop: ShopProcess): Promise<readonly Sample[]> {
  return parseExposition(await (await shop.get("/metrics")).text());
}

/** Waits until the shop has so many customers whom it has not answered yet. */
async function customers(shop: ShopProcess, count: number): Promise<void> {
  // The question counts as well.
  while (valueOf(await metrics(shop), "http_requests_in_flight") !== count + 1) {}
}

/** Whether a promise has settled once all that is due has been done. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

function valueOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}) {
  const wanted = Object.entries(labels);
  return samples.find(
    (sample) =>
      sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

describe("/", () => {
  test("says in JSON who answers", async () => {
    const shop = await start({ COMMIT: "0123456789abcdef" });
    const response = await shop.get("/", JSON_ONLY);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("vary")).toBe("accept");
    expect(await response.json()).toEqual({
      service: manifest.name,
      version: manifest.version,
      commit: "0123456789abcdef",
      pod: expect.stringMatching(/./) as string,
      uptimeSeconds: expect.any(Number) as number,
    });
  });

  test.each([undefined, ""])("knows no commit where COMMIT is %p", async (commit) => {
    const shop = await start(commit === undefined ? {} : { COMMIT: commit });
    expect(await (await shop.get("/", JSON_ONLY)).json()).toMatchObject({ commit: null });
  });

  test.each([
    ["*/*", "text/html"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html"],
    ["application/json;q=0.5, text/html", "text/html"],
    ["application/json, text/html;q=0.5", "application/json"],
    ["application/*", "application/json"],
    ["text/html;q=0, */*", "application/json"],
  ])("answers Accept %s with %s", async (accept, type) => {
    const response = await (await start()).get("/", { headers: { accept } });
    expect(response.headers.get("content-type")).toContain(type);
  });

  test("is a page that loads nothing and lets no markup in", async () => {
    const shop = await start({ COMMIT: '<b>&"' });
    const response = await shop.get("/?source=test");
    const html = await response.text();
    expect(html).toContain("&lt;b&gt;&amp;&quot;");
    expect(html).not.toContain("<b>");
    expect(html).not.toMatch(/https?:/);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

test("refuses other paths and methods, and answers HEAD without a body", async () => {
  const shop = await start();
  expect((await shop.get("/basket")).status).toBe(404);
  const post = await shop.get("/", { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  const head = await shop.get("/", { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(Number(head.headers.get("content-length"))).toBeGreaterThan(0);
});

test("is alive and ready once it listens", async () => {
  const shop = await start();
  for (const probe of ["/healthz", "/readyz"]) {
    expect((await shop.get(probe)).status).toBe(200);
  }
});

test("refuses a port that is taken", async () => {
  const shop = await start();
  const { code, lines } = await launch({ PORT: new URL(shop.url("/")).port }).exit;
  expect(code).toBe(1);
  expect(lines.at(-1)?.message).toContain("EADDRINUSE");
});

describe("sessions", () => {
  const keyFile = async (text: string): Promise<string> => {
    const path = join(build.folder, "session-key");
    await writeFile(path, text);
    return path;
  };
  const visit = async (shop: ShopProcess, cookie = "") => {
    const response = await shop.get("/", { headers: { ...JSON_ONLY.headers, cookie } });
    const { visits } = (await response.json()) as { readonly visits?: number };
    return { visits, cookie: response.headers.get("set-cookie")?.split(";")[0] };
  };

  test("are counted by every pod that has the key", async () => {
    const SESSION_KEY_FILE = await keyFile(`${"k".repeat(32)}\n`);
    const [one, other] = [await start({ SESSION_KEY_FILE }), await start({ SESSION_KEY_FILE })];
    const first = await visit(one);
    expect(first.visits).toBe(1);
    expect((await visit(other, `theme=dark; ${first.cookie ?? ""}`)).visits).toBe(2);
    const html = await (await one.get("/", { headers: { cookie: first.cookie ?? "" } })).text();
    expect(html).toContain("<dt>Your visits</dt><dd>2</dd>");
  });

  test.each([
    ["9.", "no signature"],
    [`9.${"A".repeat(43)}`, "a signature by somebody else"],
    ["nine", "no number"],
  ])("begin anew with the cookie %s: %s", async (value) => {
    const shop = await start({ SESSION_KEY_FILE: await keyFile("k".repeat(32)) });
    expect((await visit(shop, `session=${value}`)).visits).toBe(1);
  });

  test("are not there without a key", async () => {
    expect(await visit(await start())).toEqual({ visits: undefined, cookie: undefined });
  });

  test("keep it from starting with a key that is too short, which is not repeated", async () => {
    const path = await keyFile("too-short");
    const { code, lines } = await launch({ SESSION_KEY_FILE: path }).exit;
    expect(code).toBe(2);
    expect(lines.map(({ message }) => message)).toEqual([
      `SESSION_KEY_FILE must name a file with a key of at least 32 characters, got 9 in "${path}"`,
    ]);
  });

  test("keep it from starting without the file", async () => {
    const { code, lines } = await launch({ SESSION_KEY_FILE: "/no/such/key" }).exit;
    expect(code).toBe(2);
    expect(lines.map(({ message }) => message)).toEqual([
      'SESSION_KEY_FILE must name a file that can be read, got "/no/such/key" (ENOENT)',
    ]);
  });
});

describe("/metrics", () => {
  test("counts requests by path and status, under one name for all unknown paths", async () => {
    const shop = await start();
    for (const path of ["/", "/", "/healthz", "/a", "/b"]) {
      await (await shop.get(path)).text();
    }
    const samples = await metrics(shop);
    const total = (path: string, status: string) =>
      valueOf(samples, "http_requests_total", { path, status });
    expect([total("/", "200"), total("/healthz", "200"), total("other", "404")]).toEqual([2, 1, 2]);
    expect(samples.filter(({ name }) => name === "http_requests_total")).toHaveLength(3);
  });

  test("has cumulative buckets that end with the count", async () => {
    const shop = await start({ FAULT_SLOW_MS: "60" });
    const slow = shop.get("/");
    await customers(shop, 1);
    await shop.pass(0.06);
    await (await slow).text();
    const samples = await metrics(shop);
    const buckets = samples
      .filter(({ name }) => name === "http_request_duration_seconds_bucket")
      .filter(({ labels }) => labels["path"] === "/")
      .map(({ labels, value }) => [labels["le"], value]);
    expect(buckets.at(0)).toEqual(["0.005", 0]);
    expect(buckets.find(([bound]) => bound === "0.05")?.[1]).toBe(0);
    expect(buckets.find(([bound]) => bound === "2.5")?.[1]).toBe(1);
    expect(buckets.at(-1)).toEqual(["+Inf", 1]);
    expect(valueOf(samples, "http_request_duration_seconds_count", { path: "/" })).toBe(1);
    expect(valueOf(samples, "http_request_duration_seconds_sum", { path: "/" })).toBeGreaterThan(
      0.05,
    );
  });

  test("counts requests under way, and those whose client went away", async () => {
    const shop = await start({ FAULT_SLOW_MS: "60000" });
    const leave = new AbortController();
    const abandoned = shop.get("/", { signal: leave.signal }).catch(() => "left");
    await customers(shop, 1);
    leave.abort();
    expect(await abandoned).toBe("left");
    await customers(shop, 0);
    const left = valueOf(await metrics(shop), "http_requests_total", { path: "/", status: "499" });
    expect(left).toBe(1);
  });

  test("is in the text format, with label values escaped", async () => {
    const commit = 'a "quoted" \\ back\\nslash\nand a line';
    const before = Date.now() / 1000;
    const shop = await start({ COMMIT: commit });
    const response = await shop.get("/metrics");
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4\b/);
    const samples = parseExposition(await response.text());
    expect(samples.find(({ name }) => name === "build_info")).toEqual({
      name: "build_info",
      labels: { service: manifest.name, version: manifest.version, commit },
      value: 1,
    });
    const started = valueOf(samples, "process_start_time_seconds") ?? 0;
    expect(Math.abs(started - before)).toBeLessThan(5);
  });
});

describe("shutdown", () => {
  test("fails readiness at once, lets a request end, and exits with 0", async () => {
    const shop = await start({ FAULT_SLOW_MS: "700", DRAIN_SECONDS: "0.3" });
    const underWay = shop.get("/", JSON_ONLY);
    await customers(shop, 1);
    shop.signal("SIGTERM");
    await shop.logged("shutting down");

    const probe = await shop.get("/readyz");
    expect([probe.status, await probe.text()]).toEqual([503, "draining\n"]);
    expect((await shop.get("/healthz")).status).toBe(200);

    await shop.pass(0.3);
    await expect(shop.get("/healthz")).rejects.toThrow();
    await shop.pass(0.4);
    const response = await underWay;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ service: manifest.name });
    const { code, lines } = await shop.exit;
    expect(code).toBe(0);
    expect(lines.at(-1)?.message).toBe("stopped");
  });

  test("asks clients that keep their connection to leave it, and closes idle ones", async () => {
    const shop = await start({ DRAIN_SECONDS: "0.4" });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const sent = request(shop.url("/healthz"), { agent }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      response.resume();
      await once(response, "end");
      return response.headers.connection;
    };
    expect(await ask()).toBe("keep-alive");
    const idle = request(shop.url("/healthz"), { agent: new Agent({ keepAlive: true }) }).end();
    const [response] = (await once(idle, "response")) as [IncomingMessage];
    response.resume();
    const idleClosed = once(response.socket, "close");

    shop.signal("SIGTERM");
    await shop.logged("shutting down");
    expect(await ask()).toBe("close");
    await shop.pass(0.4);
    await idleClosed;
    expect((await shop.exit).code).toBe(0);
  });

  test("takes no connection once it has drained", async () => {
    const shop = await start({ FAULT_SLOW_MS: "1000", DRAIN_SECONDS: "0" });
    const underWay = shop.get("/");
    await customers(shop, 1);
    shop.signal("SIGTERM");
    await shop.logged("shutting down");
    await shop.pass(0.001);
    await expect(shop.get("/healthz")).rejects.toThrow();
    await shop.pass(1);
    expect((await underWay).status).toBe(200);
  });

  test("cuts requests off at the end of the grace, and says so", async () => {
    const shop = await start({ FAULT_SLOW_MS: "60000", DRAIN_SECONDS: "0", GRACE_SECONDS: "0.3" });
    const underWay = shop.get("/").catch(() => "cut");
    await customers(shop, 1);
    shop.signal("SIGTERM");
    await shop.logged("shutting down");
    await shop.pass(0.3);
    expect((await shop.exit).code).toBe(1);
    expect(await underWay).toBe("cut");
    expect(shop.lines.at(-1)?.message).toContain("grace");
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("exits at once on a second signal (%s)", async (signal, code) => {
    const shop = await start({ DRAIN_SECONDS: "20" });
    shop.signal(signal);
    await shop.logged("shutting down");
    shop.signal(signal);
    expect((await shop.exit).code).toBe(code);
  });
});

describe("faults", () => {
  test("FAULT_CRASH_AT_START ends the start with its exit code, after FAULT_LOG_LINES lines", async () => {
    const { code, lines } = await launch({ FAULT_CRASH_AT_START: "3", FAULT_LOG_LINES: "30" }).exit;
    expect(code).toBe(3);
    expect(lines.slice(0, 30).map(({ message }) => message)).toEqual(
      Array.from({ length: 30 }, (_, index) => `line ${index + 1} of 30`),
    );
    expect(lines).toHaveLength(31);
  });

  test("FAULT_CRASH_ONCE ends the first start and lets the second one be", async () => {
    const marker = join(build.folder, "crashed");
    expect((await launch({ FAULT_CRASH_ONCE: marker }).exit).code).toBe(1);
    expect(existsSync(marker)).toBe(true);
    expect((await (await start({ FAULT_CRASH_ONCE: marker })).get("/readyz")).status).toBe(200);
  });

  test("FAULT_CRASH_ONCE refuses a file that it cannot make", async () => {
    const { code, lines } = await launch({ FAULT_CRASH_ONCE: "/no/such/folder/marker" }).exit;
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.message).toContain("FAULT_CRASH_ONCE must name a file in a writable folder");
  });

  test("FAULT_NEVER_READY fails readiness and nothing else", async () => {
    const shop = await start({ FAULT_NEVER_READY: "true" });
    const statuses = ["/readyz", "/healthz", "/"].map(
      async (path) => (await shop.get(path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([503, 200, 200]);
  });

  test("FAULT_READY_AFTER_SECONDS fails readiness until then", async () => {
    const shop = await start({ FAULT_READY_AFTER_SECONDS: "3600" });
    await shop.pass(1800);
    const early = await shop.get("/readyz");
    expect([early.status, await early.text()]).toEqual([503, "starting\n"]);
    await shop.pass(1800);
    expect((await shop.get("/readyz")).status).toBe(200);
  });

  test("FAULT_LIVENESS_FAILS_AFTER_SECONDS fails liveness from then on", async () => {
    const shop = await start({ FAULT_LIVENESS_FAILS_AFTER_SECONDS: "3600" });
    await shop.pass(1800);
    expect((await shop.get("/healthz")).status).toBe(200);
    await shop.pass(1800);
    expect((await shop.get("/healthz")).status).toBe(503);
    expect((await shop.get("/readyz")).status).toBe(200);
  });

  test("FAULT_EXIT_AFTER_REQUESTS counts customers' requests, and answers the last one", async () => {
    const shop = await start({ FAULT_EXIT_AFTER_REQUESTS: "2" });
    for (let probe = 0; probe < 5; probe++) {
      await shop.get("/readyz");
    }
    for (let sent = 0; sent < 2; sent++) {
      expect((await shop.get("/")).status).toBe(200);
    }
    expect((await shop.exit).code).toBe(1);
  });

  test("FAULT_SLOW_MS delays customers, not probes", async () => {
    const shop = await start({ FAULT_SLOW_MS: "400" });
    const slow = shop.get("/");
    await customers(shop, 1);
    await shop.pass(0.399);
    expect((await shop.get("/healthz")).status).toBe(200);
    expect(await isSettled(slow)).toBe(false);
    await shop.pass(0.001);
    expect((await slow).status).toBe(200);
  });

  test("FAULT_FAILED_PERCENT fails that share of customers, evenly, and no probe", async () => {
    const shop = await start({ FAULT_FAILED_PERCENT: "25" });
    const answers: number[] = [];
    for (let sent = 0; sent < 8; sent++) {
      expect((await shop.get("/healthz")).status).toBe(200);
      answers.push((await shop.get("/")).status);
    }
    expect(answers).toEqual([200, 200, 200, 500, 200, 200, 200, 500]);
  });

  test("FAULT_MEMORY_BYTES holds the memory while the service answers", async () => {
    const bytes = 200 * 1024 * 1024;
    const plain = valueOf(await metrics(await start()), "process_resident_memory_bytes") ?? 0;
    const shop = await start({ FAULT_MEMORY_BYTES: String(bytes) });
    await shop.logged("holding memory, as FAULT_MEMORY_BYTES says");
    const held = valueOf(await metrics(shop), "process_resident_memory_bytes") ?? 0;
    expect(held - plain).toBeGreaterThan(bytes * 0.9);
  });

  test.each([
    ["FAULT_CRASH_AT_START", "0", "a whole number from 1 to 255"],
    ["FAULT_CRASH_ONCE", "marker", "an absolute path"],
    ["FAULT_NEVER_READY", "yes", "true or false"],
    ["FAULT_READY_AFTER_SECONDS", "-1", "a number of seconds from 0 to 86400"],
    ["FAULT_LIVENESS_FAILS_AFTER_SECONDS", "soon", "a number of seconds from 0 to 86400"],
    ["FAULT_EXIT_AFTER_REQUESTS", "1.5", "a whole number from 1 to 1000000000"],
    ["FAULT_SLOW_MS", "1s", "a whole number from 1 to 600000"],
    ["FAULT_FAILED_PERCENT", "0", "a whole number from 1 to 100"],
    ["FAULT_MEMORY_BYTES", "128Mi", "a whole number from 1 to 1099511627776"],
    ["FAULT_LOG_LINES", "0x10", "a whole number from 1 to 100000"],
    ["SESSION_KEY_FILE", "key", "an absolute path"],
    ["PORT", "65536", "a whole number from 0 to 65535"],
    ["GRACE_SECONDS", "1e1", "a number of seconds from 0 to 86400"],
  ])("refuses %s=%s in one line", async (name, value, allowed) => {
    const { code, lines } = await launch({ [name]: value }).exit;
    expect(code).toBe(2);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["error", `${name} must be ${allowed}, got "${value}"`],
    ]);
  });

  test("names all bad variables at once, and a fault that there is not", async () => {
    const bad = { FAULT_SLOW: "1", DRAIN_SECONDS: "9", GRACE_SECONDS: "5", FAULT_SLOW_MS: "x" };
    const { code, lines } = await launch(bad).exit;
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    for (const part of ["FAULT_SLOW is not a fault", "FAULT_SLOW_MS must be", "(9)", "(5)"]) {
      expect(lines[0]?.message).toContain(part);
    }
  });
});
