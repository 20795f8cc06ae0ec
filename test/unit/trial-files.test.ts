// Files of stacks in /tmp: that the engine reads them, and encrypts with the pool's key, is proved by test/e2e/trials.test.ts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { NO_CONTEXTS } from "../../cli/trial/contexts.ts";
import type { Pool } from "../../cli/trial/pool.ts";
import { trialSettings, writeTrialSettings } from "../../cli/trial/settings.ts";
import { TrialStacks } from "../../cli/trial/stacks.ts";
import { writtenStack } from "../../settings/trial/written.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { KUBECONFIG } from "../support/stack-config.ts";

afterEach(removeFolders);

const DEV = `
encryptionsalt: v1:dev
config:
  slipway:cluster: { kubeconfig: kubeconfig }
  slipway:registry: { repository: registry.example.com/team }
  slipway:namespace: shop-dev
  slipway:services: { shop: { build: { context: shop }, port: 8080 } }
  docker:host: tcp://builder-of-dev
  docker:registryAuth: [{ address: registry.example.com, password: { secure: v1:of-dev } }]
  cloud:token: { secure: v1:of-dev }
  cloud:region: north
`;
const POOL = `
encryptionsalt: v1:pool
config:
  slipway:cluster: { kubeconfig: kubeconfig }
  slipway:registry: { repository: registry.example.com/trials }
  slipway:namespace: shop-trial
  slipway:trial: { of: dev, idle: 3d, most: 3 }
  docker:host: tcp://builder-of-trials
  cloud:token: { secure: v1:of-trials }
`;

/** A pool in a project with these files beside those of dev and of the pool. */
function poolWith(files: Readonly<Record<string, string>> = {}): Pool {
  const folder = folderWith({
    "Pulumi.yaml": "name: slipway\n",
    "Pulumi.dev.yaml": DEV,
    "Pulumi.trial.yaml": POOL,
    kubeconfig: KUBECONFIG,
    "shop/Dockerfile": "FROM scratch\n",
    ...files,
  });
  const surroundings = { variables: {}, folder };
  return {
    name: "trial",
    stack: { name: "organization/slipway/trial", settingsFile: join(folder, "Pulumi.trial.yaml") },
    home: "shop-trial",
    namespaces: ["shop-trial-1"],
    trial: { of: "dev", idleSeconds: 1, most: 1 },
    written: writtenStack("trial", surroundings),
    surroundings,
  } as unknown as Pool;
}

const fileOf = ({ surroundings }: Pool, stack: string) =>
  join(surroundings.folder, `Pulumi.${stack}.yaml`);

test("a trial has the settings of other providers, without the tried stack's secrets, and with the pool's own before them", async () => {
  const pool = poolWith();
  const settings = trialSettings(pool, 7, NO_CONTEXTS);
  const derived = settings.in("shop-trial-1");
  await writeTrialSettings(pool, 7, settings, derived.settings);
  const text = readFileSync(fileOf(pool, "trial-7"), "utf8");
  expect(text).not.toContain("of-dev");
  expect(parse(text)).toMatchObject({
    encryptionsalt: "v1:pool",
    config: {
      "docker:host": "tcp://builder-of-trials",
      "cloud:token": { secure: "v1:of-trials" },
      "cloud:region": "north",
      "slipway:namespace": { name: "shop-trial-1", exists: true },
    },
  });
  expect(derived.leftOut).toEqual(["docker:registryAuth: it is a secret of the tried stack"]);
});

test("a stack of somebody's own that is called as a trial's would be is nobody's trial", async () => {
  const pool = poolWith({ "Pulumi.trial-2.yaml": "config: { slipway:trial: { of: prod } }\n" });
  expect(() => trialSettings(pool, 2, NO_CONTEXTS)).toThrow(
    "2: its stack would be trial-2, and Pulumi.trial-2.yaml is of a stack that no trial has made; rename that stack, or the pool's",
  );
  await new TrialStacks(pool).remove(2);
  expect(existsSync(fileOf(pool, "trial-2"))).toBe(true);
});

test("what a trial has written is its own again the next time", async () => {
  const pool = poolWith();
  const settings = trialSettings(pool, 7, NO_CONTEXTS);
  await writeTrialSettings(pool, 7, settings, settings.in("shop-trial-1").settings);
  expect(() => trialSettings(pool, 7, NO_CONTEXTS)).not.toThrow();
});
