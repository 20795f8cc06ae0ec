// Proves gates with the real registry, crane and cosign: what cosign signs Slipway reads, and the other way round. Scanners are for
// the recipes of docs/gates.md; registries with a list of referrers of their own are not had here.
import { generateKeyPairSync } from "node:crypto";
import { delimiter } from "node:path";

import { execa } from "execa";
import { parse, stringify } from "yaml";

import type { PassedGate } from "../../contract/passed-gate.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { cosign, cosignFolder } from "../../tools/go/cosign.ts";
import { goBuild } from "../../tools/go/build.ts";
import { environment } from "../../tools/platform/environment.ts";
import { PrivateRegistry } from "../support/private-registry.ts";

const PASSWORD = "s3cret-of-the-signer";
const VULNERABILITIES = "https://cosign.sigstore.dev/attestation/vuln/v1";
const SVR = "https://in-toto.io/attestation/svr/v0.1";
const UNLOGGED = ["--use-signing-config=false", "--tlog-upload=false", "--yes"];
const QUICK = { drainSeconds: 1, stopSeconds: 2, settleSeconds: 0 };
const OF_SHOP = ["--stack=dev", "--service=shop"];

const { PATH } = environment();

let project: Project;
let registry: PrivateRegistry;
let image: string;
let digest: string;
beforeAll(async () => {
  await goBuild(cosign, () => undefined);
  registry = await PrivateRegistry.start();
  project = await Project.create("gates", {
    env: { PATH: [PATH, cosignFolder()].join(delimiter), COSIGN_PASSWORD: PASSWORD },
  });
  await project.settings({ services: { shop: { ...shop, ...QUICK, replicas: 1 } } });
  await succeed(project.pulumi("stack", "init", "prod"));
  await execa("cosign", ["generate-key-pair"], at());
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const stranger = publicKey.export({ type: "spki", format: "pem" }).toString();
  await project.write("stranger.pub", stranger);
  await promoteFrom({});
  await project.secret("registryPassword", PrivateRegistry.password, "--stack=prod");
  await succeed(project.up());
  ({ image, digest } = await releaseOf("dev"));
});
afterAll(async () => {
  await succeed(project.pulumi("destroy", "--yes", "--skip-preview", "--stack=prod"));
  await project.dispose();
  await registry.stop();
});

const at = () => ({ cwd: project.folder, env: environmentOf() });
const environmentOf = () => ({
  ...environment(),
  PATH: [PATH, cosignFolder()].join(delimiter),
  COSIGN_PASSWORD: PASSWORD,
});

/** Settings of prod, which has a registry of its own. */
async function promoteFrom(gates: object): Promise<void> {
  const settings = {
    cluster: { kubeconfig: "${SLIPWAY_KUBECONFIG}" },
    registry: {
      repository: `${registry.address}/team`,
      username: PrivateRegistry.username,
      pullSecret: "pull",
    },
    credentials: { pull: { format: "dockerconfigjson" } },
    namespace: `${project.namespace}-prod`,
    promoteFrom: {
      stack: "dev",
      repository: `\${SLIPWAY_REGISTRY}/e2e/${project.namespace}`,
      gates,
    },
    services: { shop: { port: 8080, replicas: 1, health: "/healthz", ...QUICK } },
  };
  const stack = parse(await project.read("Pulumi.prod.yaml")) as Record<string, unknown>;
  const { "slipway:registryPassword": password } = (stack["config"] ?? {}) as Record<
    string,
    unknown
  >;
  const config = Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value]);
  const kept = password === undefined ? {} : { "slipway:registryPassword": password };
  const all = { ...(Object.fromEntries(config) as object), ...kept };
  await project.write("Pulumi.prod.yaml", stringify({ ...stack, config: all }));
}

async function releaseOf(stack: string): Promise<ReleaseRecord> {
  const { output } = await succeed(
    project.pulumi("stack", "output", "releases", "--json", `--stack=${stack}`),
  );
  return (JSON.parse(output) as { shop: ReleaseRecord }).shop;
}

const gate = (...args: string[]): Promise<Run> => project.slipway("gate", ...args);
const preview = (...args: string[]) => project.slipway("preview", "--stack=prod", ...args);

test("each gate that an image has not passed is a reason, and a tag is not enough where a signer is asked", async () => {
  await promoteFrom({
    acceptance: {},
    approved: { signedBy: "cosign.pub" },
    scan: { within: "7d", signedBy: "cosign.pub", kind: "scan" },
    others: { kind: VULNERABILITIES, signedBy: "cosign.pub" },
  });
  await succeed(gate("pass", "approved", ...OF_SHOP, "--by=Ada"));
  const { exitCode, output } = await preview();
  expect(exitCode).toBe(1);
  expect(output).toContain("4 reasons not to promote from organization/slipway/dev");
  expect(output).toContain(`must have passed the gate acceptance, got no pass for ${digest}`);
  expect(output).toContain(
    `must have passed the gate approved, got no pass, but one that is not signed, and must be by cosign.pub, but a tag, which has no signer, date or kind for ${digest}`,
  );
});

test("a command passes or fails an image by its exit code, and the newest decides", async () => {
  const failed = await gate("run", "acceptance", ...OF_SHOP, "--", "sh", "-c", "exit 3");
  expect(failed.exitCode).toBe(3);
  expect((await preview()).output).toMatch(
    /must have passed the gate acceptance, got a failure of \S+, which is the newest statement for/,
  );
  const command = ["sh", "-c", "echo saw {image} ${COSIGN_PASSWORD-nothing}"];
  const { output } = await succeed(gate("run", "acceptance", ...OF_SHOP, "--", ...command));
  expect(output).toContain(`saw ${image} nothing`);
});

test("what a step without a key has found another one signs, and cosign verifies it", async () => {
  const report = { SchemaVersion: 2, ArtifactName: "shop", Results: [{ Vulnerabilities: [] }] };
  const write = `cp report.json found.json # {image}`;
  await project.write("report.json", JSON.stringify(report));
  await project.write(
    ".trivyignore.yaml",
    "vulnerabilities:\n  - id: CVE-2026-0001\n    expired_at: 2099-01-01\n    statement: not reachable\n",
  );
  const options = [
    ...["--report=found.json", "--waivers=.trivyignore.yaml", "--output=statement.json"],
    ...["--tool=scanner", "--tool-version=1.2.3", "--database-date=2026-11-01T00:00:00Z"],
  ];
  const run = ["gate", "run", "scan", `--image=${image}`, ...options, "--", "sh", "-c", write];
  // Neither a stack's passphrase nor a registry is needed.
  const lane = project.with({
    COSIGN_PASSWORD: "",
    PULUMI_CONFIG_PASSPHRASE: "",
    DOCKER_CONFIG: "/nowhere",
  });
  await succeed(lane.slipway(...run));
  const other = await gate("attach", "other", "statement.json", ...OF_SHOP, "--key=cosign.key");
  expect(other.output).toContain("it is about the gate scan");
  await succeed(gate("attach", "scan", "statement.json", ...OF_SHOP, "--key=cosign.key"));

  const type = "--type=https://in-toto.io/attestation/vulns/v0.2";
  const verify = ["verify-attestation", "--key=cosign.pub", "--insecure-ignore-tlog", type, image];
  const { stdout } = await execa("cosign", verify, at());
  const { payload } = JSON.parse(stdout) as { payload: string };
  expect(JSON.parse(Buffer.from(payload, "base64").toString())).toMatchObject({
    subject: [{ digest: { sha256: digest.slice("sha256:".length) } }],
    predicate: {
      scanner: { version: "1.2.3", db: { lastUpdate: "2026-11-01T00:00:00.000Z" }, result: [] },
      slipway_gate: {
        gate: "scan",
        result: "passed",
        tool: { name: "scanner", version: "1.2.3" },
        counts: {},
        waivers: [{ id: "CVE-2026-0001", until: "2099-01-01T00:00:00.000Z", why: "not reachable" }],
        report: { format: "trivy" },
      },
    },
  });
});

test("what cosign has attested counts in both of its forms, if its key and its predicate are those of the settings", async () => {
  await project.write("vulnerabilities.json", JSON.stringify({ scanner: { uri: "pkg:x" } }));
  const attest = ["attest", "--key=cosign.key", "--predicate=vulnerabilities.json", ...UNLOGGED];
  const older = "--new-bundle-format=false";
  await execa("cosign", [...attest, `--type=vuln`, older, image], at());
  await project.write(
    "approved.json",
    JSON.stringify({
      slipway_gate: {
        gate: "approved",
        result: "passed",
        finishedAt: new Date().toISOString(),
        by: "Bob",
      },
    }),
  );
  const approve = attest.map((each) => each.replace("vulnerabilities.json", "approved.json"));
  await execa("cosign", [...approve, `--type=${SVR}`, image], at());
  const { output } = await succeed(preview("--comment=comment.md"));
  expect(output).not.toContain("reasons not to promote");
  const comment = await project.read("comment.md");
  expect(comment).toContain("### Gates");
  expect(comment).toMatch(
    /- `shop` has passed `approved`, by `Bob`, at `[^`]+`, signed by `cosign\.pub`\n/,
  );
  expect(comment).toMatch(
    /- `shop` has passed `scan`, at `[^`]+`, signed by `cosign\.pub`, until `[^`]+`\n/,
  );
});

test("the record of the release that promotes lists the gates, and so does the report", async () => {
  await succeed(project.pulumi("up", "--yes", "--skip-preview", "--stack=prod"));
  const { verdict, gates = [] } = await releaseOf("prod");
  expect(verdict).toBe("ready");
  expect(gates.map(({ name, signedBy }: PassedGate) => [name, signedBy])).toEqual([
    ["acceptance", undefined],
    ["approved", "cosign.pub"],
    ["others", "cosign.pub"],
    ["scan", "cosign.pub"],
  ]);
  const { output } = await succeed(project.slipway("status", "--stack=prod", "--json"));
  expect(output).toContain('"signedBy": "cosign.pub"');
  await succeed(project.slipway("report", "--stack=prod", "--markdown=report.md"));
  expect(await project.read("report.md")).toContain("- `shop` has passed `scan`, at ");
});

test("a repeated up with the same statements changes nothing, and the state is the program's", async () => {
  await succeed(preview("--exit-code"));
  await succeed(project.slipway("verify-state", "--stack=prod"));
});

test("the statements go along into a registry with a login, and count there", async () => {
  const copied = `${registry.address}/team/shop@${digest}`;
  const { username, password } = PrivateRegistry;
  const login = [`--registry-username=${username}`, `--registry-password=${password}`];
  const verify = ["verify-attestation", "--key=cosign.pub", "--insecure-ignore-tlog"];
  for (const type of ["https://in-toto.io/attestation/vulns/v0.2", SVR]) {
    await execa("cosign", [...verify, `--type=${type}`, ...login, copied], at());
  }
});

test("what counted once is refused when it is too old, or its signer is not known any more", async () => {
  await promoteFrom({
    approved: { signedBy: "stranger.pub" },
    scan: { within: "1s", signedBy: ["stranger.pub", "cosign.pub"] },
  });
  const { output } = await preview();
  expect(output).toContain("2 reasons not to promote from organization/slipway/dev");
  expect(output).toMatch(
    /the gate approved, got no pass, but .*one that is signed by a key other than stranger\.pub/,
  );
  expect(output).toMatch(
    /the gate scan, got a pass of \S+, and it may be 1 s old at most for sha256:\w+; pass it again: npx slipway gate run scan --stack dev --service shop --key <the private key> -- <command>/,
  );
});
