// Cannot prove what YAML and the engine make of the settings: the story of the policy does.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { byName } from "../../components/by-name.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import type { RenderedManifests } from "../../components/rendered/render.ts";
import { holdProgram } from "../../components/policy/hold-program.ts";
import { requirePolicy, waivedOf } from "../../components/policy/require-policy.ts";
import { KINDS } from "../../policy/rules/kinds.ts";
import { RULES } from "../../policy/rules/table.ts";
import { policyFaults } from "../../settings/policy.ts";
import { faultLine } from "../../settings/fault.ts";
import { parseSettings } from "../../settings.ts";
import { removeFolders } from "../support/folder.ts";
import { CHECKOUT } from "../support/stack-config.ts";
import { rightDeployment } from "../support/policy-objects.ts";

afterEach(removeFolders);

const APPLICATIONS = join(CHECKOUT, "test/fixtures/applications");
const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `registry.example.com/team/redis@${DIGEST}`;
const WAIVER = { until: "2027-03-31", why: "a chart" };
const BASE = {
  namespace: "shop-dev",
  services: { shop: { image: `registry.example.com/team/shop@${DIGEST}`, port: 8080 } },
  credentials: {},
  sealing: { controller: { namespace: "kube-system", name: "sealed" } },
  registry: { repository: "registry.example.com/team" },
};

const lines = (policy: object, today = "2027-01-01") =>
  policyFaults({ policy }, today).map(faultLine);

describe("the settings", () => {
  test("take a waiver on its last day", () => {
    expect(lines({ waive: { "readiness-probes": { redis: WAIVER } } }, "2027-03-31")).toEqual([]);
  });

  test("a waiver that has ended is a fault, with both days", () => {
    for (const until of [WAIVER.until, `${WAIVER.until} 00:00:00 +0000 UTC`]) {
      const waive = { "readiness-probes": { redis: { ...WAIVER, until } } };
      expect(lines({ waive }, "2027-04-01")).toEqual([
        'slipway:policy.waive.readiness-probes.redis.until: got "2027-03-31"; the waiver has ended, today is 2027-04-01; make the object right and remove the waiver, or set a later day with a reason that still holds',
      ]);
    }
  });

  test("a rule that does not exist is a fault with the one that is meant", () => {
    expect(lines({ waive: { "readiness-probe": {} } })[0]).toMatch(
      /^slipway:policy\.waive\.readiness-probe: unknown key; allowed: .*; did you mean readiness-probes\?$/,
    );
  });

  test("a team's rule can be waived, and has no name of Slipway's", () => {
    const rule = { kinds: ["Pod"], check: "true", message: "no" };
    expect(lines({ rules: { own: rule }, waive: { own: { redis: WAIVER } } })).toEqual([]);
    expect(lines({ rules: { "readiness-probes": rule } })[0]).toMatch(
      /^slipway:policy\.rules\.readiness-probes: got "readiness-probes"; allowed: a name/,
    );
  });

  test.each<[string, object, RegExp]>([
    ["no reason", { waive: { a: { b: { until: "2099-01-01" } } } }, /waive\.a\.b\.why: missing; /],
    [
      "no day",
      { waive: { a: { b: { until: "soon", why: "x" } } } },
      /until: got "soon"; allowed: the last day/,
    ],
    [
      "a day that no calendar has",
      { waive: { a: { b: { until: "2027-02-30", why: "x" } } } },
      /until: got "2027-02-30"; allowed: the last day/,
    ],
    ["a reason of nothing", { waive: { a: { b: { ...WAIVER, why: " " } } } }, /why: got " "; /],
    [
      "a reason that a terminal obeys",
      { waive: { a: { b: { ...WAIVER, why: "x\u001b[2J" } } } },
      /why: got "x\\u001b\[2J"; allowed: the reason, in one line/,
    ],
    [
      "an unknown kind",
      { rules: { a: { kinds: ["Pot"], check: "true", message: "x" } } },
      /kinds\[0\]: got "Pot"; allowed: Pod, /,
    ],
    [
      "a registry in upper case",
      { registries: ["GHCR.io/team"] },
      /registries\[0\]: got "GHCR\.io\/team"; allowed: a registry in lower case; write ghcr\.io\/team$/m,
    ],
    [
      "a registry with a scheme",
      { registries: ["https://ghcr.io"] },
      /registries\[0\]: got "https/,
    ],
    [
      "an unknown key",
      { admision: true },
      /policy\.admision: unknown key; .*did you mean admission\?/,
    ],
  ])("refuse %s", (_, policy, message) => {
    const values = { policy: JSON.stringify(policy) };
    const config = { values, secretKeys: [] };
    expect(() => parseSettings(config, { variables: {}, folder: CHECKOUT })).toThrow(message);
  });
});

/** Manifests with this one object. */
function rendered(object: object): RenderedManifests {
  const own = { object, origin: "own.yaml", resource: "deployments", isHome: true, stage: 5 };
  return { objects: [own], awaitAddress: false, notes: [] } as unknown as RenderedManifests;
}

const extras = (object: object) => ({
  rendered: { services: {}, extras: { redis: rendered(object) } },
});
const scene = { namespace: "shop-dev", image: IMAGE, labels: { "app.kubernetes.io/name": "shop" } };
const right = rightDeployment("redis-master", scene);
const unprobed = rightDeployment("redis-master", scene, {
  container: { readinessProbe: undefined },
});

describe("the check before anything is registered", () => {
  test("lets what Slipway and the manifests have that is right", () => {
    expect(requirePolicy({ ...BASE, ...extras(right) })).toMatchObject({ waivers: [] });
  });

  test.each(readdirSync(APPLICATIONS))("lets what Slipway makes of %s", (file) => {
    const services = parse(readFileSync(join(APPLICATIONS, file), "utf8")) as typeof BASE.services;
    const pinned = byName(services, (_, service) => ({
      ...service,
      image: IMAGE,
      build: undefined,
    }));
    expect(requirePolicy({ ...BASE, services: pinned })).toMatchObject({ waivers: [] });
  });

  test("is the same with a pin of an image that the stack would run anyway", () => {
    const { image, ...built } = BASE.services.shop;
    const policy = { admission: true };
    const held = (of: object) =>
      requirePolicy({ ...BASE, policy, services: { shop: { ...built, ...of } } }).admission;
    expect(held({ image })).toEqual(held({ build: { context: "." } }));
    const elsewhere = `registry.example.com/teams/shop@${DIGEST}`;
    expect(held({ image: elsewhere })).not.toEqual(held({ image }));
  });

  test("lets what a word of allow permits, to the service, its migrations and manifests", () => {
    const loose = rightDeployment("redis-master", scene, { pod: { hostPID: true } });
    const { rendered: of } = extras(loose);
    const allow = ["host-pid"] as const;
    const allowed = { services: {}, extras: { redis: { ...of.extras.redis, allow } } };
    const shop = { ...BASE.services.shop, allow, migrate: { command: ["migrate"] } };
    const policy = { admission: true };
    const required = { ...BASE, services: { shop }, rendered: allowed, policy };
    const { admission } = requirePolicy(required);
    const { variables = [] } = admission?.manifests.policy.spec ?? {};
    const texts = variables.map(({ expression }) => expression).join("\n");
    expect(texts).toContain('in ["shop","redis-master"] || ["shop-migrate-"].exists(s,');
    expect(() => requirePolicy({ ...required, rendered: of })).toThrow(/no-host-namespaces: /);
  });

  test("judges the Job of a migration before it runs, and heeds a waiver of its service", () => {
    const shop = { ...BASE.services.shop, migrate: { command: ["migrate"] } };
    const rules = { own: { kinds: ["Job"] as const, check: "false", message: "not here" } };
    const required = { ...BASE, services: { shop }, policy: { rules, admission: true } };
    expect(() => requirePolicy(required)).toThrow(
      /^slipway:services\.shop: Job\/shop-migrate-\*: own: not here; /,
    );
    const waive = { own: { shop: WAIVER } };
    const { admission } = requirePolicy({ ...required, policy: { ...required.policy, waive } });
    const { variables = [] } = admission?.manifests.policy.spec ?? {};
    expect(variables.map(({ expression }) => expression).join("\n")).toContain(
      '!["Job/shop-migrate-"].exists(w, variables.id.startsWith(w))',
    );
  });

  test("does not hold what Slipway makes for Jenkins' lanes to a rule of the team's own, which no preview judges it by", () => {
    const rules = {
      own: { kinds: ["Role", "RoleBinding"] as const, check: "false", message: "no" },
    };
    const jenkins = { apiServer: { cidr: "10.0.0.1/32", ports: [6443] }, lanes: { preview: {} } };
    const { judge } = requirePolicy({ ...BASE, policy: { rules }, jenkins });
    const rulesFor = (kind: string, name: string, content: object = {}) =>
      judge
        .faultsOf({
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind,
          metadata: { name },
          ...content,
        })
        .map(({ rule }) => rule);
    expect(rulesFor("Role", "shop-dev-jenkins-preview")).toEqual([]);
    expect(rulesFor("RoleBinding", "shop-dev-jenkins-preview")).toEqual([]);
    expect(rulesFor("Role", "shop-dev-jenkins-deploy")).toEqual(["own"]);
    const wild = { rules: [{ apiGroups: [""], resources: ["*"], verbs: ["get"] }] };
    expect(rulesFor("Role", "shop-dev-jenkins-preview", wild)).toEqual(["no-wildcard-rights"]);
  });

  test("takes no waiver for many objects of others", () => {
    const policy = { waive: { "no-plain-secrets": { "Secret/*": WAIVER } }, admission: true };
    expect(() => requirePolicy({ ...BASE, policy })).toThrow(/the stack has no such object; /);
  });

  test("refuses all that is not at once, with the place, the rule and how to waive it", () => {
    const object = rightDeployment("redis-master", scene, {
      container: { readinessProbe: undefined, resources: {} },
    });
    const refused = () => requirePolicy({ ...BASE, ...extras(object) });
    expect(refused).toThrow(/^2 things that the policy refuses\n/);
    expect(refused).toThrow(
      /\n {2}slipway:extras\.redis: Deployment\/redis-master: readiness-probes: opens a port, .*; or waive it for a time: slipway:policy\.waive\.readiness-probes\.redis: \{until, why\}$/m,
    );
  });

  test.each(["redis", "redis-master", "Deployment/redis-master"])(
    "heeds a waiver of %s, and tells it",
    (name) => {
      const policy = { waive: { "readiness-probes": { [name]: WAIVER } } };
      const { waivers } = requirePolicy({ ...BASE, ...extras(unprobed), policy });
      expect(waivers).toMatchObject([
        { object: name, ids: ["Deployment/redis-master"], ...WAIVER },
      ]);
      expect(waivedOf({ waivers }, "redis")).toEqual([
        `readiness-probes of ${name} until 2027-03-31: a chart`,
      ]);
      expect(waivedOf({ waivers }, "shop")).toEqual([]);
    },
  );

  test("a waiver of an object that the stack does not have is a fault, except of others' where the API server asks", () => {
    const waive = { "no-plain-secrets": { "Secret/pull": WAIVER } };
    expect(() => requirePolicy({ ...BASE, policy: { waive } })).toThrow(
      /^slipway:policy\.waive\.no-plain-secrets\["Secret\/pull"\]: the stack has no such object; /,
    );
    const { admission } = requirePolicy({ ...BASE, policy: { waive, admission: true } });
    expect(JSON.stringify(admission?.manifests.policy.spec.variables)).toContain("Secret/pull");
  });

  test("a registry is named by the settings, or refused", () => {
    const object = rightDeployment("redis-master", {
      ...scene,
      image: `ghcr.io/a/redis@${DIGEST}`,
    });
    expect(() => requirePolicy({ ...BASE, ...extras(object) })).toThrow(/no-other-registries: /);
    const policy = { registries: ["ghcr.io/a"] };
    expect(requirePolicy({ ...BASE, ...extras(object), policy })).toMatchObject({ waivers: [] });
  });

  test("a rule of the team's refuses by its message, and one that is no CEL is told", () => {
    const rule = { kinds: ["Deployment"] as const, check: "false", message: "not here" };
    expect(() => requirePolicy({ ...BASE, policy: { rules: { own: rule } } })).toThrow(
      /^slipway:services\.shop: Deployment\/shop: own: not here; /,
    );
    const rules = { own: { ...rule, check: "object." } };
    expect(() => requirePolicy({ ...BASE, policy: { rules } })).toThrow(
      /^slipway:policy\.rules\.own\.check: .*; allowed: an expression of CEL that is true or false$/,
    );
  });
});

describe("what a team adds to the program", () => {
  /** What is said where a Deployment with this spec is declared. */
  async function declared(object: object): Promise<string> {
    const { spec } = object as { readonly spec: k8s.types.input.apps.v1.DeploymentSpec };
    let message = "";
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: () => ({}),
    });
    await pulumi.runtime.runInPulumiStack(() => {
      holdProgram(requirePolicy(BASE));
      try {
        new k8s.apps.v1.Deployment("it", { metadata: { name: "it" }, spec });
      } catch (error) {
        message = (error as Error).message;
      }
      return Promise.resolve();
    });
    return message;
  }

  test("is judged before it is registered", async () => {
    expect(await declared(unprobed)).toMatch(
      /^Deployment it: readiness-probes: opens a port, and no container has a readinessProbe/,
    );
  });

  test("passes if it is right", async () => {
    expect(await declared(right)).toBe("");
  });
});

test("the lanes read the namespace's policy, and a lane's run that would change it ends", () => {
  const { admission } = requirePolicy({ ...BASE, policy: { admission: true } });
  const sealing = { controller: { namespace: "kube-system", name: "sealed" } };
  const jenkins = { apiServer: { cidr: "10.0.0.1/32" }, controller: { namespace: "jenkins" } };
  const plan = planLanes({ ...BASE, sealing, jenkins, admission: admission?.manifests });
  expect(plan.admissions).toEqual([admission?.manifests]);
  const reads = plan.accounts
    .flatMap(({ rights }) => rights)
    .filter(({ name }) => name === "shop-dev-slipway-policy");
  expect(new Set(reads.map(({ verb }) => verb))).toEqual(new Set(["get"]));
  expect(reads.length).toBeGreaterThan(0);
});

test("docs/policy.md has each rule and each kind", () => {
  const page = readFileSync(join(CHECKOUT, "docs/policy.md"), "utf8");
  for (const { name, says, remedy } of RULES) {
    expect(page).toContain(`| \`${name}\` | ${says} | ${remedy} |`);
  }
  const [, kinds = ""] = /^Kinds: ([^.]+)\./m.exec(page) ?? [];
  expect(kinds.split(/,\s+/)).toEqual(Object.keys(KINDS));
});
