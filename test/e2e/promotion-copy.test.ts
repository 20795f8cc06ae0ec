// Proves a copy into a registry with basic authentication; token services of cloud registries are not had here.
import { execa } from "execa";
import { parse, stringify } from "yaml";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { environment } from "../../tools/platform/environment.ts";
import { attach } from "../support/attachments.ts";
import { PrivateRegistry } from "../support/private-registry.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const WRONG = "wr0ng-password";

const QUICK = { drainSeconds: 1, stopSeconds: 2, settleSeconds: 0 };

let project: Project;
let registry: PrivateRegistry;
let signature: string;
let statement: string;
beforeAll(async () => {
  registry = await PrivateRegistry.start();
  project = await Project.create("copy");
  const plain = { ...shop, replicas: 1 };
  await project.settings({
    services: { worker: { ...plain, build: { of: "shop" } }, shop: plain },
  });
  await succeed(project.pulumi("stack", "init", "prod"));
  const prod = {
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
    },
    services: {
      shop: { port: 8080, replicas: 1, health: "/healthz", ...QUICK },
      worker: { build: { of: "shop" }, replicas: 1, port: 8080, health: "/healthz", ...QUICK },
    },
  };
  const stack = parse(await project.read("Pulumi.prod.yaml")) as Record<string, unknown>;
  const config = Object.entries(prod).map(([key, value]) => [`slipway:${key}`, value]);
  const text = stringify({ ...stack, config: Object.fromEntries(config) as object });
  await project.write("Pulumi.prod.yaml", text);
});
afterAll(async () => {
  await succeed(project.pulumi("destroy", "--yes", "--skip-preview", "--stack=prod"));
  await project.dispose();
  await registry.stop();
});

const upOfProd = () => project.pulumi("up", "--yes", "--skip-preview", "--stack=prod");

async function releaseOf(
  stack: string,
  service: "shop" | "worker" = "shop",
): Promise<ReleaseRecord> {
  const { output } = await succeed(
    project.pulumi("stack", "output", "releases", "--json", `--stack=${stack}`),
  );
  return (JSON.parse(output) as Readonly<Record<typeof service, ReleaseRecord>>)[service];
}

test("a wrong password fails the copy in the registry's words, and is not shown", async () => {
  await succeed(project.up());
  await project.secret("registryPassword", WRONG, "--stack=prod");
  const { exitCode, output } = await upOfProd();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /shop@sha256:\w{64} cannot be copied to .*: .*Unauthorized.*; check the login/,
  );
  expect(output).not.toContain(WRONG);
});

test("the right one copies the image under its digest, pulls it, and stays out of state and output", async () => {
  const { image } = await releaseOf("dev");
  signature = `sha256-${image.slice(-64)}.sig`;
  await execa("crane", ["tag", image, signature], { env: environment() });
  statement = await attach(image);
  await project.secret("registryPassword", PrivateRegistry.password, "--stack=prod");
  const { output } = await succeed(upOfProd());
  const { digest } = await releaseOf("dev");
  expect(await releaseOf("prod")).toMatchObject({
    verdict: "ready",
    digest,
    image: `${registry.address}/team/shop@${digest}`,
  });
  const { output: state } = await succeed(project.pulumi("stack", "export", "--stack=prod"));
  for (const shown of [output, state, await project.stored()]) {
    expect(shown).not.toContain(PrivateRegistry.password);
    expect(shown).not.toContain(WRONG);
  }
});

test("two services of one build are promoted with one image, which is copied once", async () => {
  const { digest, image } = await releaseOf("dev");
  expect(await releaseOf("dev", "worker")).toMatchObject({ image, digest });
  const { image: copied } = await releaseOf("prod");
  expect(await releaseOf("prod", "worker")).toMatchObject({ verdict: "ready", image: copied });
});

test("what lies beside the image goes along: signatures by tag, and what names it as its subject", async () => {
  const login = Buffer.from(`${PrivateRegistry.username}:${PrivateRegistry.password}`);
  for (const name of [signature, statement]) {
    const answer = await fetch(`http://${registry.address}/v2/team/shop/manifests/${name}`, {
      headers: {
        authorization: `Basic ${login.toString("base64")}`,
        accept:
          "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json",
      },
    });
    expect([name, answer.status]).toEqual([name, 200]);
  }
});

test("another password is no change", async () => {
  await project.secret("registryPassword", PrivateRegistry.password, "--stack=prod");
  const { output } = await succeed(project.pulumi("preview", "--stack=prod"));
  expect(output).not.toMatch(/ImageCopy.*(update|replace)/);
});
