// Runs a second platform in a network of its own; it cannot prove a reboot, only what one leaves behind.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ComponentName, components } from "../../tools/platform/components.ts";
import { mountsBelow, rootLiesIn } from "../../tools/platform/leftovers.ts";
import { Sandbox, said } from "../support/sandbox.ts";

const names = Object.keys(components) as ComponentName[];
const notRunning = 3;
/** iptables' own chains stay when the last rule is gone. */
const UNUSED_TABLE =
  /^table ip filter \{\n(?:\s*chain [A-Z]+ \{\n\s*type filter hook \w+ priority filter; policy accept;\n\s*\}\n+)*\}\n?/m;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await up();
});

afterAll(() => sandbox.remove());

describe("platform up", () => {
  test("ends with every component running, the node ready and a pod that reached the API server", async () => {
    const { exitCode, output } = await sandbox.platform(["status"]);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toMatch(/^node slipway +Ready/m);
    expect(existsSync(join(sandbox.state, "proof.json"))).toBe(true);
  });

  test("changes nothing when all runs already", async () => {
    const before = sandbox.pids(names);
    const start = Date.now();
    await up();
    console.log(`second up: ${((Date.now() - start) / 1000).toFixed(1)} s`);
    expect(sandbox.pids(names)).toEqual(before);
  });

  test("leaves a kubeconfig of one context that its owner alone can read", async () => {
    const file = join(sandbox.state, "kubeconfig");
    expect(readFileSync(file, "utf8").match(/^ {4}context:/gm)).toHaveLength(1);
    const { output } = await sandbox.run("stat", "--format=%a", file);
    expect(output).toBe("600");
  });

  test.each(names)("starts %s anew after it was killed, and nothing else", async (name) => {
    const before = sandbox.pids(names);
    process.kill(before[name] ?? 0, "SIGKILL");
    const { exitCode, output } = await sandbox.platform(["status"]);
    expect(exitCode).toBe(notRunning);
    expect(output).toMatch(new RegExp(`^${name} +died`, "m"));
    await up();
    const after = sandbox.pids(names);
    const changed = names.filter((key) => before[key] !== after[key]);
    // An API server that lost its database for long does not find back in time.
    expect(changed.filter((key) => name !== "etcd" || key !== "kube-apiserver")).toEqual([name]);
  });

  test("waits for another up and then finds all running", async () => {
    process.kill(sandbox.pids(names)["kubelet"] ?? 0, "SIGKILL");
    const runs = await Promise.all([sandbox.platform(["up"]), sandbox.platform(["up"])]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const waited = runs.filter(({ output }) => output.includes("is at work, waiting for it"));
    expect(waited).toHaveLength(1);
    expect(waited[0]?.output).toContain("kubelet runs already");
  });

  test("carries on where a killed up stopped", async () => {
    await down();
    const interrupted = sandbox.startPlatform(["up"]);
    await said(interrupted, "etcd started");
    interrupted.kill("SIGKILL");
    await interrupted;
    await up();
    expect((await sandbox.platform(["status"])).exitCode).toBe(0);
  });

  test("names a taken port and its holder, and leaves the holder alone", async () => {
    await down();
    const script =
      'require("node:net").createServer().listen(25000, "127.0.0.1", () => console.log("listens"))';
    const holder = sandbox.start([process.execPath, "-e", script]);
    await said(holder, "listens");
    const { exitCode, output } = await sandbox.platform(["up"]);
    holder.kill();
    expect((await holder).signal).toBe("SIGTERM");
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^registry needs port 25000 on 127\.0\.0\.1, but process \d+ \(.+\) listens there; stop it with: kill \d+/m,
    );
    await up();
  });
});

describe("pods", () => {
  beforeAll(up);

  test("that ran before a restart run again after it", async () => {
    await kubectl("run", "stays", `--image=${baseImage()}`, "--command", "--", "sleep", "1000000");
    await awaitPod("stays", "{.status.containerStatuses[0].ready}=true");
    await down();
    const start = Date.now();
    await up();
    console.log(`restart: ${((Date.now() - start) / 1000).toFixed(1)} s`);
    await awaitPod("stays", "{.status.containerStatuses[0].restartCount}=1");
    await awaitPod("stays", "{.status.containerStatuses[0].ready}=true");
  });

  test("of an image built with steps that run start as another user, without a warning", async () => {
    const image = await build();
    await kubectl("create", "namespace", "quiet");
    await kubectl("run", "built", "--namespace=quiet", `--image=${image}`, "--restart=Never");
    await awaitPod("built", "{.status.phase}=Succeeded", "quiet");
    const log = await kubectl("logs", "--namespace=quiet", "built");
    expect(log.trim()).toBe("built as root, started as 1000");
    const types = "--output=jsonpath={.items[*].type}";
    const events = await kubectl("get", "events", "--namespace=quiet", types);
    expect(new Set(events.split(" "))).toEqual(new Set(["Normal"]));
  });

  function baseImage(): string {
    return JSON.parse(readFileSync(join(sandbox.state, "base-image.json"), "utf8")) as string;
  }

  async function build(): Promise<string> {
    const context = join(sandbox.state, "test-context");
    mkdirSync(context, { recursive: true });
    const lines = [
      "ARG BASE",
      "FROM ${BASE} AS build",
      "RUN echo built as $(id -un) > /word",
      "FROM ${BASE}",
    ];
    const rest = [
      "COPY --from=build /word /word",
      "USER 1000",
      'CMD ["sh", "-c", "echo $(cat /word), started as $(id -u)"]',
    ];
    writeFileSync(join(context, "Dockerfile"), [...lines, ...rest].join("\n"));
    const image = "127.0.0.1:25000/test/built:1";
    const built = await docker(
      "build",
      "--build-arg",
      `BASE=${baseImage()}`,
      "--tag",
      image,
      context,
    );
    expect(built).toMatchObject({ exitCode: 0 });
    expect(await docker("push", image)).toMatchObject({ exitCode: 0 });
    return image;
  }

  function docker(...args: string[]) {
    const host = `DOCKER_HOST=unix://${sandbox.state}/docker/docker.sock`;
    return sandbox.run("env", host, "DOCKER_BUILDKIT=0", "docker", ...args);
  }

  async function awaitPod(name: string, state: string, namespace = "default"): Promise<void> {
    const condition = `--for=jsonpath=${state}`;
    await kubectl("wait", `pod/${name}`, `--namespace=${namespace}`, condition, "--timeout=60s");
  }

  function kubectl(...args: string[]): Promise<string> {
    return sandbox.kubectl(...args);
  }
});

describe("platform down", () => {
  test("leaves no process, mount, network, rule or socket", async () => {
    await up();
    await down();
    await expectNothingLeft();
  });

  test("ends what was asked for beside it, with its rules, and status shows it until then", async () => {
    const wanted = await sandbox.platform(["up", "--with", "network-policies"]);
    expect(wanted).toMatchObject({ exitCode: 0 });
    const { exitCode, output } = await sandbox.platform(["status"]);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toMatch(/^network-policies +\d+ +running/m);
    const again = await sandbox.platform(["up", "--with", "network-policies"]);
    expect(again).toMatchObject({ exitCode: 0 });
    expect((await sandbox.platform(["status"])).output).toContain(
      /^network-policies +\d+/m.exec(output)?.[0],
    );
    await down();
    await expectNothingLeft();
    expect((await sandbox.run("ipset", "list", "-name")).output).toBe("");
  });

  test("leaves nothing after everything was killed, shims too, while pods run on", async () => {
    await up();
    const mark = `SLIPWAY_PLATFORM_STATE=${sandbox.state}`;
    for (const pid of processIds((pid) =>
      readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark),
    )) {
      process.kill(pid, "SIGKILL");
    }
    await down();
    await expectNothingLeft();
  });

  test("leaves a process alone that got the id of a component that died", async () => {
    const stranger = sandbox.start(["sleep", "1000"]);
    const record = {
      pid: stranger.pid,
      startTime: "1",
      boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    };
    mkdirSync(join(sandbox.state, "pids"), { recursive: true });
    writeFileSync(
      join(sandbox.state, "pids/registry.json"),
      JSON.stringify({ ...record, since: "" }),
    );
    await down();
    stranger.kill("SIGINT");
    expect((await stranger).signal).toBe("SIGINT");
  });
});

describe("after a reboot", () => {
  test("up clears what the records of the last boot say, and starts all", async () => {
    await up();
    const before = sandbox.pids(names);
    writeFileSync(join(sandbox.state, "boot.json"), '"another boot"');
    await up();
    const after = sandbox.pids(names);
    expect(names.filter((name) => before[name] === after[name])).toEqual([]);
  });
});

describe("a cluster and registry of one's own", () => {
  test("are checked and used, and nothing is started", async () => {
    const kubeconfig = join(sandbox.state, "copy.kubeconfig");
    await sandbox.run("cp", join(sandbox.state, "kubeconfig"), kubeconfig);
    const { exitCode, output } = await sandbox.platform(["up"], {
      SLIPWAY_KUBECONFIG: kubeconfig,
      SLIPWAY_REGISTRY: "127.0.0.1:25000",
    });
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toContain(
      "cluster of your own (Kubernetes v1.34.3) and registry 127.0.0.1:25000",
    );
    expect(output).not.toContain("etcd");
  });

  test("get nothing else installed", async () => {
    const { exitCode, output } = await sandbox.platform(["up", "--with", "external-secrets"], {
      SLIPWAY_KUBECONFIG: join(sandbox.state, "copy.kubeconfig"),
      SLIPWAY_REGISTRY: "127.0.0.1:25000",
    });
    expect(exitCode).toBe(1);
    expect(output).toContain("--with external-secrets is for the local platform");
  });

  test("are named when one does not answer", async () => {
    const kubeconfig = join(sandbox.state, "copy.kubeconfig");
    const { exitCode, output } = await sandbox.platform(["up"], {
      SLIPWAY_KUBECONFIG: kubeconfig,
      SLIPWAY_REGISTRY: "127.0.0.1:25001",
    });
    expect(exitCode).toBe(1);
    expect(output).toContain('the registry of SLIPWAY_REGISTRY "127.0.0.1:25001" does not answer');
  });
});

describe("platform reset", () => {
  test("removes all that was stored", async () => {
    expect(await sandbox.platform(["reset"])).toMatchObject({ exitCode: 0 });
    expect(existsSync(sandbox.state)).toBe(false);
  });
});

async function up(): Promise<void> {
  await succeed("up");
}

async function down(): Promise<void> {
  await succeed("down");
}

async function succeed(command: string): Promise<void> {
  const { exitCode, output } = await sandbox.platform([command]);
  if (exitCode !== 0) {
    throw new Error(`platform ${command} failed: ${output}`);
  }
}

async function expectNothingLeft(): Promise<void> {
  const inside = processIds((pid) =>
    rootLiesIn(readFileSync(`/proc/${pid}/mountinfo`, "utf8"), sandbox.state),
  );
  const owned = processIds((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(sandbox.state),
  );
  const { output: mounts } = await sandbox.run("cat", "/proc/self/mountinfo");
  const { output: links } = await sandbox.run("ip", "-brief", "link");
  const { output: rules } = await sandbox.run("nft", "list", "ruleset");
  expect({ inside, owned, mounts: mountsBelow(mounts, sandbox.state) }).toEqual({
    inside: [],
    owned: [],
    mounts: [],
  });
  expect(links.split("\n").map((line) => line.split(" ")[0])).toEqual(["lo"]);
  expect(rules.replace(UNUSED_TABLE, "")).toBe("");
}

function processIds(belongs: (pid: number) => boolean): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && belongs(pid);
      } catch {
        return false;
      }
    });
}
