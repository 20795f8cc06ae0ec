// Proves what a credential plugin is given and what is made of it; that an API server takes its token is for test/e2e.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { KubeConfig } from "@kubernetes/client-node";

import { CredentialError } from "../../kubeconfig/credential-error.ts";
import { usePlugins } from "../../kubeconfig/credential-plugin.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const V1 = "client.authentication.k8s.io/v1";

/** A kubeconfig whose user runs this script, and what its process left in a file. */
function plugin(script: string, exec: object = {}) {
  const file = join(folderWith({}), "left");
  const source = `const left = (text) => fs.appendFileSync(${JSON.stringify(file)}, text + "\\n"); const answer = (status) => console.log(JSON.stringify({ apiVersion: "${V1}", kind: "ExecCredential", status })); ${script}`;
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromOptions({
    clusters: [{ name: "c", server: "https://c.test", caData: "Y2E=", skipTLSVerify: false }],
    users: [
      {
        name: "ci",
        exec: { apiVersion: V1, command: process.execPath, args: ["-e", source], ...exec },
      },
    ],
    contexts: [{ name: "x", cluster: "c", user: "ci" }],
    currentContext: "x",
  });
  usePlugins(kubeconfig, join(file, "../config"));
  const authorization = async () => {
    const options: { headers?: Record<string, unknown>; cert?: unknown; key?: unknown } = {};
    await kubeconfig.applyToHTTPSOptions(options);
    return options;
  };
  const left = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  return { authorization, left };
}

const token = async (made: ReturnType<typeof plugin>) =>
  (await made.authorization()).headers?.["Authorization"];

async function fault(script: string, exec: object = {}): Promise<string> {
  const error: unknown = await plugin(script, exec)
    .authorization()
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CredentialError);
  return (error as Error).message;
}

test("its token is used, or its certificate", async () => {
  expect(await token(plugin('answer({ token: "t0" })'))).toBe("Bearer t0");
  const pair = plugin('answer({ clientCertificateData: "CERT", clientKeyData: "KEY" })');
  expect(await pair.authorization()).toMatchObject({ cert: "CERT", key: "KEY" });
});

test("it is told of the cluster if it wants to be, and that nobody is there", async () => {
  const told = async (exec: object) => {
    const made = plugin(
      'left(process.env.KUBERNETES_EXEC_INFO); left(process.env.OWN); answer({ token: "t" })',
      exec,
    );
    await made.authorization();
    return made.left();
  };
  const info = { kind: "ExecCredential", apiVersion: V1, spec: { interactive: false } };
  const [without, own] = await told({ env: [{ name: "OWN", value: "yes" }] });
  expect([JSON.parse(without ?? ""), own]).toEqual([info, "yes"]);
  const cluster = { server: "https://c.test", "certificate-authority-data": "Y2E=" };
  const [whole] = await told({ provideClusterInfo: true });
  expect(JSON.parse(whole ?? "")).toEqual({ ...info, spec: { interactive: false, cluster } });
});

test("requests at one time share one run, and a token is kept until it expires", async () => {
  const made = plugin(
    'left("run"); const late = Date.now() + 3600_000; setTimeout(() => answer({ token: "t", expirationTimestamp: new Date(late).toISOString() }), 50)',
  );
  await Promise.all([token(made), token(made), token(made)]);
  await token(made);
  expect(made.left()).toEqual(["run"]);
});

test("a token that has expired is replaced", async () => {
  const made = plugin(
    'left("run"); answer({ token: "t", expirationTimestamp: new Date(Date.now() - 1).toISOString() })',
  );
  await token(made);
  await token(made);
  expect(made.left()).toEqual(["run", "run"]);
});

test("one that asks somebody reads the end at once, and is named with what it says", async () => {
  const script =
    'process.stderr.write("open https://login.corp/device and enter ABCD-1234: "); process.stdin.on("end", () => process.exit(3)).resume()';
  expect(await fault(script)).toBe(
    `credential plugin "${process.execPath}" of user "ci" fails (exit code 3); it says: open https://login.corp/device and enter ABCD-1234:; run it by hand to see why`,
  );
});

test("one that needs a terminal is refused before it is started", async () => {
  const made = plugin('left("run")', { interactiveMode: "Always" });
  await expect(made.authorization()).rejects.toThrow(
    /of user "ci" needs a terminal \(interactiveMode: Always\), and there is none; use credentials that ask nobody$/,
  );
  expect(made.left()).toEqual([]);
});

test("one that is not installed is named with how to install it, and no secret in that", async () => {
  const hint = "get it from https://me:hunter2hunter2@corp.test/kubelogin\nand try\x1b[2J again";
  const message = await fault("", { command: "no-such-plugin", installHint: hint });
  expect(message).toMatch(
    /^credential plugin "no-such-plugin" of user "ci" is not on this machine; get it from https:\/\/\S+ and try again$/,
  );
  expect(message).not.toContain("hunter2");
});

test("a relative path starts at the kubeconfig", async () => {
  const folder = folderWith({});
  writeFileSync(
    join(folder, "plugin"),
    `#!/bin/sh\necho '{"kind":"ExecCredential","status":{"token":"relative"}}'\n`,
    { mode: 0o755 },
  );
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromOptions({
    clusters: [{ name: "c", server: "https://c.test", skipTLSVerify: false }],
    users: [{ name: "ci", exec: { apiVersion: V1, command: "./plugin" } }],
    contexts: [{ name: "x", cluster: "c", user: "ci" }],
    currentContext: "x",
  });
  usePlugins(kubeconfig, join(folder, "config"));
  const options: { headers?: Record<string, unknown> } = {};
  await kubeconfig.applyToHTTPSOptions(options);
  expect(options.headers).toEqual({ Authorization: "Bearer relative" });
});

test.each([
  ["a bare token", 'console.log("eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2ln")'],
  ["half a certificate", 'answer({ clientCertificateData: "eyJhbGciOiJSUzI1NiJ9" })'],
  ["an ExecCredential without a status", "answer()"],
  ["nothing", ""],
])("one that answers %s is named, and nothing of it is repeated", async (_what, script) => {
  const message = await fault(script);
  expect(message).toMatch(/of user "ci" answers with no ExecCredential that has a token or a cert/);
  expect(message).not.toContain("eyJ");
});

test("one that writes without end is ended", async () => {
  const script = 'const more = () => process.stdout.write("x".repeat(65536), more); more()';
  expect(await fault(script)).toMatch(/of user "ci" fails \(exit code none\)/);
});

test("one that leaves a process behind is not waited for beyond its end", async () => {
  const script =
    'answer({ token: "t" }); require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 25000)"], { stdio: "inherit", detached: true }).unref()';
  const began = performance.now();
  expect(await token(plugin(script))).toBe("Bearer t");
  expect(performance.now() - began).toBeLessThan(22_000);
});
