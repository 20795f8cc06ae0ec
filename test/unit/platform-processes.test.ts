// Holds on to processes of its own; it cannot prove what happens when the kernel gives an id out again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mountsBelow, rootLiesIn } from "../../tools/platform/leftovers.ts";
import { withLock } from "../../tools/platform/lock.ts";
import { until } from "../support/until.ts";
import {
  currentBoot,
  identify,
  isAlive,
  parseStat,
  signal,
} from "../../tools/platform/process-identity.ts";

describe("a process's identity", () => {
  test("is alive as long as exactly that process runs", async () => {
    const child = spawn("sleep", ["1000"]);
    const identity = identify(child.pid ?? 0);
    if (!identity) {
      throw new Error("sleep does not run");
    }
    expect(isAlive(identity)).toBe(true);
    signal(identity, "SIGKILL");
    await once(child, "exit");
    expect(isAlive(identity)).toBe(false);
  });

  test.each([
    ["another start time", { startTime: "1" }],
    ["another boot", { boot: "0000" }],
  ])("is not that of a process with %s, and gets no signal", async (_, difference) => {
    const child = spawn("sleep", ["1000"]);
    const identity = identify(child.pid ?? 0);
    if (!identity) {
      throw new Error("sleep does not run");
    }
    const other = { ...identity, ...difference };
    expect(isAlive(other)).toBe(false);
    signal(other, "SIGKILL");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
  });

  test("carries the boot that it belongs to", () => {
    expect(identify(process.pid)).toMatchObject({ pid: process.pid, boot: currentBoot() });
  });

  test("is read past blanks and parentheses in the command's name", () => {
    const fields = Array.from({ length: 52 }, (_, index) => String(index + 1));
    fields[1] = "(a) (b c)";
    fields[2] = "S";
    expect(parseStat(fields.join(" "))).toEqual({ state: "S", startTime: "22" });
  });
});

describe("a lock", () => {
  test("lets one in after the other, and tells who waits whom for", async () => {
    const order: string[] = [];
    const holders: string[] = [];
    const enter = (name: string): Promise<void> =>
      withLock(
        `test ${process.pid}`,
        (holder) => holders.push(holder),
        async () => {
          order.push(`${name} in`);
          if (name === "first") {
            await until(() => holders.length > 0);
          }
          order.push(`${name} out`);
        },
      );
    await Promise.all([enter("first"), enter("second")]);
    expect(order).toEqual(["first in", "first out", "second in", "second out"]);
    expect(holders).toEqual([String(process.pid)]);
  });

  test("is free again after the work failed", async () => {
    const name = `failing ${process.pid}`;
    const failing = withLock(
      name,
      () => undefined,
      () => Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    await expect(
      withLock(
        name,
        () => undefined,
        () => Promise.resolve("in"),
      ),
    ).resolves.toBe("in");
  });

  test("goes with a process that is killed", async () => {
    const script = `
      const { withLock } = require("${import.meta.dirname}/../../tools/platform/lock.ts");
      withLock("killed ${process.pid}", () => {}, () => { console.log("in"); return new Promise(() => setInterval(() => {}, 1000)); });
    `;
    const child = spawn(process.execPath, ["--require", "./preload.cjs", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const waiting = jest.fn(() => child.kill("SIGKILL"));
    await withLock(`killed ${process.pid}`, waiting, () => Promise.resolve());
    expect(waiting).toHaveBeenCalledWith(String(child.pid));
  });
});

describe("what a crash leaves", () => {
  const mountinfo = [
    "21 1 254:0 / / rw - ext4 /dev/root rw",
    "22 21 0:5 / /state/slipway/kubelet/pods/a rw - tmpfs tmpfs rw",
    "23 22 0:5 / /state/slipway/kubelet/pods/a/with\\040blank rw - tmpfs tmpfs rw",
    "24 21 0:5 / /state/slipway-other rw - tmpfs tmpfs rw",
  ].join("\n");

  test("are mounts below the folder alone, innermost first", () => {
    expect(mountsBelow(mountinfo, "/state/slipway")).toEqual([
      "/state/slipway/kubelet/pods/a/with blank",
      "/state/slipway/kubelet/pods/a",
    ]);
  });

  test("are processes whose root lies in the folder, not those that only see its mounts", () => {
    const inside =
      "30 1 0:9 / / rw - overlay overlay rw,lowerdir=/x,upperdir=/state/slipway/containerd/1/fs";
    expect(rootLiesIn(inside, "/state/slipway")).toBe(true);
    expect(rootLiesIn(mountinfo, "/state/slipway")).toBe(false);
  });
});
