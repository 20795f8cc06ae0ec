// Runs the whole program with mocks. Cannot prove that a controller applies what is handed off: test/e2e/hand-off.test.ts does.
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { modeFault } from "../../components/hand-off/require-mode.ts";
import type { HandOffInputs } from "../../contract/hand-off.ts";
import { FUNCTIONS, RESOURCES } from "../../contract/tokens.ts";
import program from "../../index.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import {
  KUBECONFIG,
  settingFaults as faultsOf,
  settingsOf,
  VALID,
} from "../support/stack-config.ts";

afterEach(removeFolders);

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `registry.example.com/team/shop@${DIGEST}`;
const GIT = { git: "ssh://git@git.example.com/deploy.git", branch: "main", path: "shop-prod" };
const ARGO_CD = { argocd: { namespace: "argocd", application: "shop-prod" } };
const FLUX = { flux: { namespace: "flux-system", kustomization: "shop-prod" } };
const HAND_OFF = { to: GIT, by: ARGO_CD };

const RECORD = { version: 1, verdict: "ready", reason: null, image: IMAGE, digest: DIGEST };
const CONTROLLER = {
  sync: "Synced",
  health: "Healthy",
  revision: "c0ffee",
  drift: [],
  selfHeal: true,
};

/** What a run has registered, in the order in which the engine got it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** The engine and the controller in one: it has applied all that was handed off. */
function stateOf(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === RESOURCES.HandOff) {
    const { workloads } = inputs as unknown as HandOffInputs;
    const deployments = Object.fromEntries(
      workloads.map(({ key, apiVersion, kind, name }) => [
        key,
        { apiVersion, kind, name, uid: `uid of ${key}`, generation: 7 },
      ]),
    );
    return { revision: "c0ffee", deployments, controller: CONTROLLER };
  }
  if (type === RESOURCES.SealedValues) {
    return {
      encryptedData: { PIN: "ciphertext" },
      digest: "digest of PIN",
      digests: {},
      digestKey: "k",
    };
  }
  return type === RESOURCES.Readiness ? { release: RECORD, history: [] } : {};
}

async function run(
  settings: Readonly<Record<string, unknown>>,
  kinds: readonly object[] = [],
): Promise<{ made: Registered[]; outputs: Record<string, unknown> }> {
  const folder = folderWith({ kubeconfig: KUBECONFIG });
  const made: Registered[] = [];
  const all = {
    cluster: { kubeconfig: join(folder, "kubeconfig") },
    namespace: "shop-prod",
    handOff: HAND_OFF,
    ...settings,
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        const inputs = given as Record<string, unknown>;
        made.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, ...stateOf(type, inputs) } };
      },
      call: ({ token, inputs }) => {
        if (token === FUNCTIONS.stackState) {
          return { exists: false };
        }
        if (token === FUNCTIONS.servedKinds) {
          return { version: "v1.34.3", kinds };
        }
        return token === FUNCTIONS.keepAnnotations ? (inputs as object) : {};
      },
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
  const outputs = await pulumi.runtime.runInPulumiStack(() => program());
  await pulumi.runtime.disconnect();
  return { made, outputs: outputs as Record<string, unknown> };
}

const shop = { image: IMAGE, port: 8080 };

const only = (made: readonly Registered[], type: string): Record<string, unknown> => {
  const found = made.filter((each) => each.type === type);
  expect(found).toHaveLength(1);
  return found[0]?.inputs ?? {};
};
const objectsIn = (made: readonly Registered[]) =>
  (only(made, RESOURCES.HandOff) as unknown as HandOffInputs).objects;
const titles = (objects: HandOffInputs["objects"]): string[] =>
  objects.map(({ kind, metadata: { name } }) => `${kind}/${name}`).sort();

test("hands off every object of the stack once it is registered, and judges only after that", async () => {
  const { made } = await run({ services: { shop } });
  const { to, by, stack, releases, workloads } = only(made, RESOURCES.HandOff);
  expect({ to, by, stack }).toEqual({ to: GIT, by: ARGO_CD, stack: "slipway/prod" });
  expect(titles(objectsIn(made))).toEqual([
    "Deployment/shop",
    "Namespace/shop-prod",
    "NetworkPolicy/shop",
    "PodDisruptionBudget/shop",
    "Service/shop",
    "ServiceAccount/shop",
  ]);
  expect(releases).toEqual([
    { service: "shop", image: IMAGE, manifestHash: expect.stringMatching(/^sha256:/) as unknown },
  ]);
  expect(workloads).toEqual([
    {
      key: "shop-prod/Deployment/shop",
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "shop",
      namespace: "shop-prod",
    },
  ]);
  const types = made.map(({ type }) => type);
  const handOff = types.indexOf(RESOURCES.HandOff);
  expect(types.findLastIndex((type) => type.startsWith("kubernetes:"))).toBeLessThan(handOff);
  expect(types.indexOf(RESOURCES.Readiness)).toBeGreaterThan(handOff);
});

test("keeps Jenkins' lanes out of it: whoever may push could give their accounts rights", async () => {
  const plain = await run({ services: { shop } });
  const { made } = await run({
    services: { shop },
    jenkins: { apiServer: { cidr: "10.0.0.1/32", ports: [6443] } },
  });
  expect(objectsIn(made)).toEqual(objectsIn(plain.made));
  const types = made.map(({ type }) => type);
  expect(types).toContain("kubernetes:rbac.authorization.k8s.io/v1:Role");
  expect(types.indexOf(RESOURCES.AccessProof)).toBeGreaterThan(types.indexOf(RESOURCES.HandOff));
});

test("a release is judged by the very object that the controller has applied, and knows its revision", async () => {
  const { made, outputs } = await run({ services: { shop } });
  expect(only(made, RESOURCES.Readiness)).toMatchObject({
    deployment: { name: "shop", uid: "uid of shop-prod/Deployment/shop", generation: 7 },
    handOff: { revision: "c0ffee", sync: "Synced", health: "Healthy" },
  });
  const told = await new Promise((resolve) => {
    pulumi.output(outputs["handOff"] as object).apply(resolve);
  });
  expect(told).toEqual({ to: GIT, by: ARGO_CD, revision: "c0ffee", controller: CONTROLLER });
});

test("what it hands off changes with no commit of the source, and leaves the number of pods to an autoscaler", async () => {
  const { made } = await run({
    services: { shop: { ...shop, autoscale: { min: 2, max: 4, cpu: 60 } } },
  });
  const deployment = objectsIn(made).find(({ kind }) => kind === "Deployment");
  expect(deployment?.["spec"]).not.toHaveProperty("replicas");
  expect(deployment).not.toHaveProperty("status");
  expect(JSON.stringify(deployment)).not.toContain("org.opencontainers.image.revision");
});

test("hands off credentials as ciphertext, together with the pods that use them", async () => {
  const { made } = await run({
    credentials: { pin: { keys: { PIN: { random: { length: 8 } } } } },
    services: { shop: { ...shop, env: { PIN: { credential: "pin", key: "PIN" } } } },
  });
  const sealed = objectsIn(made).find(({ kind }) => kind === "SealedSecret");
  expect(sealed?.["spec"]).toMatchObject({ encryptedData: { PIN: "ciphertext" } });
  const deployment = objectsIn(made).find(({ kind }) => kind === "Deployment");
  expect(JSON.stringify(deployment)).toContain("digest of PIN");
  const types = made.map(({ type }) => type);
  expect(types.indexOf(RESOURCES.SecretReadiness)).toBeGreaterThan(
    types.indexOf(RESOURCES.HandOff),
  );
});

test("a store's credential restarts pods when it is defined otherwise, because its values come after the commit", async () => {
  const stored = (key: string) =>
    run({
      credentials: {
        pin: {
          backend: "external-secrets",
          store: { name: "vault" },
          keys: { PIN: { remote: { key } } },
        },
      },
      services: { shop: { ...shop, env: { PIN: { credential: "pin", key: "PIN" } } } },
    });
  const podsOf = ({ made }: Awaited<ReturnType<typeof run>>) =>
    JSON.stringify(objectsIn(made).find(({ kind }) => kind === "Deployment"));
  const [one, same, other] = [await stored("a"), await stored("a"), await stored("b")];
  expect(podsOf(same)).toBe(podsOf(one));
  expect(podsOf(other)).not.toBe(podsOf(one));
});

test("a namespace of others is neither read nor handed off", async () => {
  const { made } = await run({
    namespace: { name: "team", exists: true },
    services: { shop },
  });
  expect(titles(objectsIn(made))).not.toContain("Namespace/team");
});

describe("the settings", () => {
  const faults = (handOff: object, more: object = {}) => faultsOf({ ...VALID, handOff, ...more });

  test("are taken as they are written, for both controllers and both targets", () => {
    expect(settingsOf({ ...VALID, handOff: HAND_OFF }).handOff).toEqual(HAND_OFF);
    const other = {
      to: { oci: "oci://registry.example.com/manifests/shop" },
      by: FLUX,
      timeoutSeconds: 60,
    };
    expect(settingsOf({ ...VALID, handOff: other }).handOff).toEqual(other);
    expect(settingsOf(VALID)).not.toHaveProperty("handOff");
  });

  test.each([
    [
      { to: {}, by: ARGO_CD },
      /^slipway:handOff\.to: missing; allowed: either \{git, branch, path\} or \{oci/,
    ],
    [{ to: { git: GIT.git }, by: FLUX }, /^slipway:handOff\.to\.branch: missing; allowed: either/],
    [
      { to: { oci: "oci://registry.example.com/shop", path: "a" }, by: FLUX },
      /^slipway:handOff\.to\.path: got "a"; allowed: only with git$/,
    ],
    [
      { to: { ...GIT, git: "https://me:secret@git.example.com/a" }, by: FLUX },
      /^slipway:handOff\.to\.git: got .*; allowed: the address of a git repository.*without a password$/,
    ],
    [
      { to: { ...GIT, path: "../up" }, by: FLUX },
      /^slipway:handOff\.to\.path: got "\.\.\/up"; allowed: a folder/,
    ],
    [{ to: GIT, by: {} }, /^slipway:handOff\.by: .*; allowed: one of argocd/],
    [
      { to: GIT, by: { ...ARGO_CD, ...FLUX } },
      /^slipway:handOff\.by: got .*; allowed: one of argocd/,
    ],
  ])("refuses %j with what is allowed", (handOff, fault) => {
    expect(faults(handOff)[0]).toMatch(fault);
  });

  test("refuse what needs the cluster between one object and the next, each with a reason", () => {
    const [name = ""] = Object.keys(VALID.services);
    const service = Object.values(VALID.services)[0];
    const found = faults(HAND_OFF, {
      groups: { pair: ["a", "b"] },
      policy: { admission: true },
      services: {
        [name]: { ...service, migrate: { command: ["migrate"] }, steps: [50] },
        a: { image: IMAGE, schedule: { cron: "0 3 * * *" } },
        b: { image: IMAGE, schedule: { cron: "0 3 * * *", prove: "accepted" } },
      },
    });
    const contradictions = found.filter((line) => line.includes("handOff"));
    expect(contradictions.map((line) => line.split(": ")[0])).toEqual([
      "slipway:groups",
      "slipway:policy.admission",
      "slipway:services.a.schedule.prove",
      `slipway:services.${name}.migrate`,
      `slipway:services.${name}.steps`,
    ]);
  });
});

describe("the mode of a stack", () => {
  const provider = (outputs: object) => ({
    urn: "urn:pulumi:prod::slipway::pulumi:providers:kubernetes::cluster",
    outputs: { clusterIdentifier: "c", ...outputs },
  });
  const object = {
    urn: "urn:pulumi:prod::slipway::slipway:index:Release$slipway:index:Workload$kubernetes:apps/v1:Deployment::shop",
    outputs: {},
  };
  const namespace = {
    urn: "urn:pulumi:prod::slipway::kubernetes:core/v1:Namespace::a",
    outputs: {},
  };
  const applied = [provider({ context: "prod" }), object, namespace];
  const handedOff = [provider({ renderYamlToDirectory: ".slipway/rendered/prod" }), object];

  test("does not change by the settings alone", () => {
    expect(modeFault(true, applied)).toBe(
      "slipway:handOff: set, but this stack applies its 2 objects itself so far; run npx slipway handoff adopt, which leaves them as they are, or remove handOff",
    );
    expect(modeFault(false, handedOff)).toMatch(
      /^slipway:handOff: missing, but this stack has handed off its 1 object so far; run npx slipway handoff return/,
    );
  });

  test("is that of its hand-off, even if an up that ended there has changed the provider", () => {
    const handOff = { urn: `urn:pulumi:prod::slipway::${RESOURCES.HandOff}::prod`, outputs: {} };
    expect(modeFault(false, [...applied, handOff])).toMatch(/^slipway:handOff: missing/);
    expect(modeFault(true, [...applied, handOff])).toBeUndefined();
  });

  test("is free as long as the stack has no object, and stays", () => {
    expect(modeFault(true, [provider({ context: "prod" })])).toBeUndefined();
    expect(modeFault(true, [])).toBeUndefined();
    expect(modeFault(false, applied)).toBeUndefined();
    expect(modeFault(true, handedOff)).toBeUndefined();
  });
});
