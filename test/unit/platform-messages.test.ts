// Pure rules and texts of the platform; it cannot prove that the platform comes up.
import { createServer } from "node:net";
import { craneFolder } from "../../tools/go/crane.ts";
import { BASE_IMAGE_FILE, environment } from "../../tools/platform/environment.ts";
import { diskProblem, assertDiskSpace } from "../../tools/platform/disk-space.ts";
import { externalPlatform } from "../../tools/platform/external.ts";
import { kubeconfigs } from "../../tools/platform/kubeconfig.ts";
import { provided } from "../../tools/platform/needed-program.ts";
import { parseLdd } from "../../tools/platform/node-image.ts";
import { parseImage } from "../../tools/platform/registry-digest.ts";
import { shellExports } from "../../tools/platform/shell-exports.ts";
import { isRunning, statusTable } from "../../tools/platform/status.ts";
import { assertFree, listensOn, takenPortMessage } from "../../tools/platform/taken-port.ts";

describe("a taken port", () => {
  const line = 'LISTEN 0 511 127.0.0.1:25000 0.0.0.0:* users:(("node",pid=42,fd=18))';
  const port = { host: "127.0.0.1", port: 25000 };

  test("is named with its holder and the remedy", () => {
    expect(takenPortMessage("registry", port, line)).toBe(
      "registry needs port 25000 on 127.0.0.1, but process 42 (node) listens there; stop it with: kill 42, then run it again",
    );
  });

  test("is named without a holder that cannot be seen", () => {
    expect(takenPortMessage("registry", port, "LISTEN 0 511 127.0.0.1:25000 0.0.0.0:*")).toContain(
      "find it with: ss -ltnp 'sport = :25000'",
    );
  });

  test.each([
    [line, true],
    ["LISTEN 0 5 0.0.0.0:25000 0.0.0.0:*", true],
    ["LISTEN 0 5 *:25000 *:*", true],
    ["LISTEN 0 5 [::]:25000 [::]:*", true],
    ["LISTEN 0 5 10.0.0.1:25000 0.0.0.0:*", false],
    ["LISTEN 0 5 127.0.0.1:2500 0.0.0.0:*", false],
    ["LISTEN 0 5 127.0.0.1:9 127.0.0.1:25000", false],
  ])("is seen in %s: %s", (listening, taken) => {
    expect(listensOn(listening, port)).toBe(taken);
  });

  test("is found on this machine", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const taken = {
      host: "127.0.0.1",
      port: typeof address === "object" ? (address?.port ?? 0) : 0,
    };
    await expect(assertFree("etcd", [taken])).rejects.toThrow(`process ${process.pid}`);
    server.close();
  });
});

describe("a program that a test needs", () => {
  const program = { package: "browser-package", names: ["no-such-browser", "no-such-other"] };

  test("is taken by the first of its names that runs", async () => {
    const names = ["no-such-browser", process.execPath];
    expect(await provided({ ...program, names })).toBe(process.execPath);
  });

  test("is an error with its names and its package where nobody may install it", async () => {
    jest.spyOn(process, "getuid").mockReturnValue(1000);
    await expect(provided(program)).rejects.toThrow(
      "none of these programs runs here: no-such-browser, no-such-other; one of them is needed; " +
        "install the Debian package browser-package or its like, or run this as root on a Debian-like Linux, which installs it",
    );
  });
});

describe("a full disk", () => {
  test("is named with what is needed and what is there", () => {
    expect(diskProblem("/state", 5, 1.25, "building kubernetes")).toBe(
      "building kubernetes needs 5 GiB on the disk of /state, but 1.3 GiB are free; " +
        "make room (npm run platform -- reset --builds removes what Slipway keeps there) and run it again",
    );
  });

  test("is none with just enough", () => {
    expect(diskProblem("/state", 5, 5, "building kubernetes")).toBeUndefined();
  });

  test("is measured also for a folder that does not exist yet", async () => {
    await expect(assertDiskSpace("/tmp/not/there/yet", 1e9, "everything")).rejects.toThrow(
      "everything needs",
    );
  });
});

describe("a cluster of one's own", () => {
  test.each([
    ["SLIPWAY_KUBECONFIG", "SLIPWAY_REGISTRY"],
    ["SLIPWAY_REGISTRY", "SLIPWAY_KUBECONFIG"],
  ])("with %s alone is an error that names %s", (set, missing) => {
    expect(() => externalPlatform({ [set]: "there" })).toThrow(
      `${set} is set to "there" but ${missing} is not`,
    );
  });

  test("is none where neither is set, or both are those of the local platform", () => {
    expect(externalPlatform({})).toBeUndefined();
    expect(externalPlatform({ SLIPWAY_KUBECONFIG: "", SLIPWAY_REGISTRY: "" })).toBeUndefined();
    const own = {
      SLIPWAY_KUBECONFIG: kubeconfigs.administrator,
      SLIPWAY_REGISTRY: "127.0.0.1:25000",
    };
    expect(externalPlatform(own)).toBeUndefined();
  });

  test("keeps the user's Docker and gets a public base image", () => {
    const variables = environment({
      SLIPWAY_KUBECONFIG: "kind.yaml",
      SLIPWAY_REGISTRY: "localhost:5001",
      PATH: "/bin",
    });
    expect(variables).toMatchObject({
      SLIPWAY_KUBECONFIG: `${process.cwd()}/kind.yaml`,
      SLIPWAY_REGISTRY: "localhost:5001",
      SLIPWAY_BASE_IMAGE: "node:24-alpine",
      PULUMI_CONFIG_PASSPHRASE: "slipway-local-demo",
    });
    expect(variables).not.toHaveProperty("DOCKER_HOST");
  });

  test("keeps what the user set", () => {
    const given = {
      SLIPWAY_KUBECONFIG: "/kind.yaml",
      SLIPWAY_REGISTRY: "localhost:5001",
      SLIPWAY_BASE_IMAGE: "node:24",
      PULUMI_BACKEND_URL: "s3://states",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/secret",
    };
    const variables = environment(given);
    expect(variables).toMatchObject(given);
    expect(variables).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
  });
});

describe("the variables", () => {
  test("keep an empty passphrase, which is one", () => {
    const given = { SLIPWAY_KUBECONFIG: "/k", SLIPWAY_REGISTRY: "r", PULUMI_CONFIG_PASSPHRASE: "" };
    expect(environment(given)).toHaveProperty("PULUMI_CONFIG_PASSPHRASE", "");
  });

  test("put the checkout's tools first on the PATH and crane last, each once", () => {
    const tools = `${process.cwd()}/node_modules/.bin`;
    const crane = craneFolder();
    const PATH = `/bin:${crane}:${tools}:/sbin`;
    const given = { SLIPWAY_KUBECONFIG: "/k", SLIPWAY_REGISTRY: "r", PATH };
    expect(environment(given).PATH).toBe(`${tools}:/bin:/sbin:${crane}`);
  });

  test("come as lines that a shell takes literally", () => {
    expect(shellExports({ A: "it's $HOME" })).toBe(`export A='it'\\''s $HOME'`);
    expect(shellExports({ PATH: "/npm's/own" })).toBe(
      `export PATH='${process.cwd()}/node_modules/.bin':"$PATH":'${craneFolder()}'`,
    );
  });

  test("name the platform's state outside the checkout", () => {
    expect(BASE_IMAGE_FILE.startsWith(process.cwd())).toBe(false);
  });
});

test("ldd's output gives the libraries and the loader, not the kernel's own", () => {
  const output = [
    "\tlinux-vdso.so.1 (0x00007fd56cced000)",
    "\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007fd56ccd5000)",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007fd56cced000)",
  ].join("\n");
  expect(parseLdd(output)).toEqual([
    "/lib/x86_64-linux-gnu/libdl.so.2",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
  expect(parseLdd("\tnot a dynamic executable")).toEqual([]);
});

test("an image's reference has a port before its repository and a tag after it", () => {
  expect(parseImage("127.0.0.1:25000/base/node:24.1-abc")).toEqual({
    host: "127.0.0.1:25000",
    repository: "base/node",
    tag: "24.1-abc",
  });
});

test("a status with one component that is not running is not running", () => {
  const row = { component: "etcd", pid: "1", state: "running", since: "", address: "a" };
  expect(isRunning([row, { ...row, state: "Ready" }])).toBe(true);
  expect(isRunning([row, { ...row, state: "died" }])).toBe(false);
  expect(statusTable([row])).toBe(
    "COMPONENT  PID  STATE    SINCE  ADDRESS\netcd       1    running         a",
  );
});
