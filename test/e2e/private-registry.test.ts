// Proves credentials against a registry with basic authentication; token services of cloud registries are not had here.
import { setTimeout as sleep } from "node:timers/promises";

import { cluster } from "../../testbed/cluster.ts";
import { POD } from "../../testbed/kinds.ts";
import { PrivateRegistry } from "../support/private-registry.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

let project: Project;
let registry: PrivateRegistry;
beforeAll(async () => {
  registry = await PrivateRegistry.start();
  project = await Project.create("private");
});
afterAll(async () => {
  await project.dispose();
  await registry.stop();
});

const WRONG = "wr0ng-password";

test("a wrong password fails the push in the registry's words, the right one ships though the pull secret comes after the pods, and neither is ever shown", async () => {
  const settings = {
    registry: {
      repository: `${registry.address}/team`,
      username: PrivateRegistry.username,
      pullSecret: "pull",
    },
    services: { shop: { ...shop, replicas: 1, deadlineSeconds: 60 } },
  };
  await project.settings(settings);
  await project.secret("registryPassword", WRONG);
  const refused = await project.up();
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toMatch(/unauthorized|no basic auth/i);

  await project.secret("registryPassword", PrivateRegistry.password);
  const running = project.up();
  await untilRefused();
  await cluster.create(pullSecret(project.namespace, registry.address));
  const { output } = await succeed(running);

  const state = await project.state();
  const config = await project.read("Pulumi.dev.yaml");
  for (const shown of [refused.output, output, state, config]) {
    expect(shown).not.toContain(WRONG);
    expect(shown).not.toContain(PrivateRegistry.password);
  }
});

/** Waits until a node was refused the image. */
async function untilRefused(): Promise<void> {
  const isRefused = async () => {
    const pods = await cluster.list(POD, project.namespace);
    const statuses = pods.flatMap(({ status }) => status?.containerStatuses ?? []);
    return statuses.some(({ state }) => /Err|BackOff/.test(state?.waiting?.reason ?? ""));
  };
  while (!(await isRefused())) {
    await sleep(200);
  }
}

function pullSecret(namespace: string, address: string) {
  const auth = Buffer.from(`${PrivateRegistry.username}:${PrivateRegistry.password}`).toString(
    "base64",
  );
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "pull", namespace },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": JSON.stringify({ auths: { [address]: { auth } } }) },
  };
}
