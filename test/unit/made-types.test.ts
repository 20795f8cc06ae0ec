// Runs the whole program with mocks. Cannot prove that a real engine gives the same URNs: the stories of verify-state and the kept states do.
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { MADE } from "../../cli/verify-state/made-types.ts";
import { FUNCTIONS } from "../../contract/tokens.ts";
import program from "../../index.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { KUBECONFIG } from "../support/stack-config.ts";

afterEach(removeFolders);

const DIGEST = `sha256:${"a".repeat(64)}`;
const RECORD = {
  version: 1,
  verdict: "ready",
  reason: null,
  namespace: "shop-dev",
  commit: null,
  dirty: false,
  digest: DIGEST,
  image: `registry.example.com/dev/shop@${DIGEST}`,
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 1,
  pods: [],
};

/** Everything that a setting may call for. */
const SERVICE = {
  port: 8080,
  autoscale: { min: 2, max: 4, cpu: 60 },
  files: { "/etc/shop.conf": "a = 1\n" },
  ingress: { host: "shop.example.com" },
};
const CREDENTIALS = {
  sealed: { keys: { PIN: { random: { length: 8 } } } },
  foreign: { keys: { PIN: { stack: "organization/ledger/prod", output: "pin" } } },
  store: {
    backend: "external-secrets",
    store: { name: "vault" },
    keys: { A: { remote: { key: "a" } } },
  },
};
const JENKINS = { apiServer: { cidr: "10.0.0.1/32", ports: [6443] }, longLivedTokens: true };

/** The answers of Slipway's provider, and of the engine to who reads another stack. */
function answer({ token, inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  switch (token) {
    case FUNCTIONS.stackState:
      return { exists: false };
    case FUNCTIONS.keepAnnotations:
      return inputs as Record<string, unknown>;
    default:
      return {};
  }
}

/** What the program registers with these settings, by the types in their URNs. */
async function registered(settings: Readonly<Record<string, unknown>>): Promise<string[]> {
  const folder = folderWith({ kubeconfig: KUBECONFIG });
  const all = {
    cluster: { kubeconfig: join(folder, "kubeconfig") },
    registry: { repository: "registry.example.com/team" },
    namespace: "shop-prod",
    ...settings,
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        state: { ...(inputs as object), ...outputsOf(type) },
      }),
      call: answer,
    },
    "slipway",
    "prod",
    false,
    "organization",
  );
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [
        `slipway:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const made: pulumi.Resource[] = [];
  await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation(({ resource }) => void made.push(resource));
    return program();
  });
  await pulumi.runtime.disconnect();
  return made.map(qualified);
}

/** The types of a resource's parents and its own, as the engine puts them into its URN. */
function qualified(resource: pulumi.Resource): string {
  const { __pulumiType: type, __parentResource: parent } = resource as unknown as {
    readonly __pulumiType: string;
    readonly __parentResource?: pulumi.Resource;
  };
  const isRoot = parent === undefined || parent instanceof pulumi.runtime.Stack;
  return isRoot ? type : `${qualified(parent)}$${type}`;
}

function outputsOf(type: string): Record<string, unknown> {
  switch (type) {
    case "pulumi:pulumi:StackReference":
      return {
        outputs: { releases: { shop: RECORD }, pin: "1234" },
        secretOutputNames: ["pin"],
      };
    case "docker:index/image:Image":
      return { repoDigest: `registry.example.com/team/shop@${DIGEST}` };
    case "slipway:index:ImageCopy":
      return { image: `registry.example.com/team/shop@${DIGEST}` };
    case "slipway:index:Readiness":
      return { release: RECORD, history: [] };
    default:
      return {};
  }
}

test("lists every type that the program registers, and no other but the engine's default providers", async () => {
  const built = {
    shop: { build: { context: "example/shop", args: { BASE: `a@${DIGEST}` } }, ...SERVICE },
  };
  const credentials = CREDENTIALS;
  const found = [
    ...(await registered({ services: built, credentials, jenkins: JENKINS })),
    ...(await registered({ services: { shop: SERVICE }, promoteFrom: "dev" })),
  ];
  const defaults = ["docker", "pulumi", "random"].map((name) => `pulumi:providers:${name}`);
  const byEngine = ["pulumi:pulumi:Stack", ...defaults];
  expect([...new Set([...found, ...byEngine])].sort()).toEqual([...MADE.keys()].sort());
});
