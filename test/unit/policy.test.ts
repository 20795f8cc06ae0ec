// Cannot prove that the API server and Pulumi judge as this does: test/e2e/policy.test.ts has both refuse the same objects.
import type { ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";

import { EXCEPTIONS, type ExceptionWord } from "../../components/service/exceptions.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import { admissionManifests } from "../../components/policy/admission.ts";
import { expressionsOf, type Held } from "../../policy/rules/expressions.ts";
import { namespaceRules, resourceRules } from "../../policy/of-program.ts";
import { Judge, type Judged } from "../../policy/rules/judge.ts";
import { loosenessOf, reachOf } from "../../policy/rules/loose.ts";
import { ruleOf } from "../../policy/rules/own-rule.ts";
import type { Given } from "../../policy/rules/rule.ts";
import { RULES } from "../../policy/rules/table.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { faultsOfChange } from "../support/policy-change.ts";
import { breakingObjects, rightDeployment, type Scene } from "../support/policy-objects.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const LABELS = { "app.kubernetes.io/name": "shop" };
const SCENE: Scene = {
  namespace: "shop",
  image: `registry.example.com/team/shop@${DIGEST}`,
  labels: LABELS,
};
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const GIVEN: Given = {
  registries: ["registry.example.com/team"],
  allow: {},
  own: ["shop"],
  open: {},
  unprobed: [],
  selectors: [{ matchLabels: LABELS }],
};

const judged = (object: Judged, given: Partial<Given> = {}) =>
  new Judge({ rules: RULES, given: { ...GIVEN, ...given }, waived: {} }).faultsOf(object);
const rulesBroken = (object: Judged, given: Partial<Given> = {}) => [
  ...new Set(judged(object, given).map(({ rule }) => rule)),
];
const withImage = (image: string) => rightDeployment("it", SCENE, { container: { image } });
const ofKind = (kind: string, content: object, apiVersion = "v1"): Judged => ({
  apiVersion,
  kind,
  metadata: { name: "it" },
  ...content,
});
const role = (rule: object, kind = "Role") =>
  ofKind(kind, { rules: [rule] }, "rbac.authorization.k8s.io/v1");

const breaking = Object.entries(breakingObjects(SCENE));

test("each rule has an object that breaks it", () => {
  expect(breaking.map(([rule]) => rule).sort()).toEqual(RULES.map(({ name }) => name).sort());
});

test.each(breaking)("%s is broken by its object alone", (rule, object) => {
  expect(rulesBroken(object)).toEqual([rule]);
  expect(JSON.stringify(judged(object))).not.toContain("m4rk-in-clear");
});

test("a waiver is for its rule and object alone", () => {
  const [[rule, object] = ["", withImage("")]] = breaking;
  const waived = { [rule]: [`${object.kind}/${object.metadata.name}`] };
  const judge = new Judge({ rules: RULES, given: GIVEN, waived });
  expect(judge.faultsOf(object)).toEqual([]);
  expect(judge.faultsOf({ ...object, metadata: { name: "other" } })).toHaveLength(1);
  for (const [other, its] of breaking.slice(1)) {
    expect(judge.faultsOf(its).map((fault) => fault.rule)).toEqual([other]);
  }
});

test.each<[string, Judged, Partial<Given>?]>([
  ["a Deployment that is right", rightDeployment("it", SCENE)],
  ["a pull secret's type", ofKind("Secret", { type: "kubernetes.io/dockerconfigjson" })],
  ["a Secret without values", ofKind("Secret", { data: {} })],
  ["a ConfigMap with values", ofKind("ConfigMap", { data: { A: "1" } })],
  [
    "a kind of another group with that name",
    ofKind("Secret", { data: { A: "1" } }, "example.com/v1"),
  ],
  ["a rule with names", role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })],
  ["a Role without rules", ofKind("Role", {}, "rbac.authorization.k8s.io/v1")],
  ["a Service of the cluster", ofKind("Service", { spec: { ports: [{ port: 80 }] } })],
  [
    "a type of Service that the settings name",
    ofKind("Service", { spec: { type: "LoadBalancer" } }),
    { open: { it: "LoadBalancer" } },
  ],
  [
    "a word of allow that the settings say",
    rightDeployment("it", SCENE, { pod: { hostPID: true } }),
    { allow: { it: ["host-pid"] } },
  ],
  [
    "no readiness probe where the settings say so",
    rightDeployment("it", SCENE, { container: { readinessProbe: undefined } }),
    { unprobed: ["it"] },
  ],
  [
    "what opens no port and has no probe",
    rightDeployment("it", SCENE, { container: { readinessProbe: undefined, ports: [] } }),
  ],
  [
    "a limit for a request, and resources of the pod",
    rightDeployment("it", SCENE, {
      container: { resources: { limits: { memory: "1Gi" } } },
      pod: { resources: { requests: { cpu: "1" } } },
    }),
  ],
  [
    "the runtime's own profile by an annotation, and others of no meaning",
    annotated({ [`${APP_ARMOR}main`]: "runtime/default", "example.com/a": "unconfined" }),
  ],
  [
    "what a chart leaves empty",
    rightDeployment("it", SCENE, { pod: { initContainers: null, volumes: null } }),
  ],
  [
    "an added container without resources, which cannot have any",
    debugged({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } }),
  ],
  ["an image of a registry", withImage(`ghcr.io/a/b@${DIGEST}`), { registries: ["ghcr.io"] }],
  [
    "an image of Docker Hub by its short name",
    withImage(`redis@${DIGEST}`),
    { registries: ["redis"] },
  ],
  [
    "one by the long name",
    withImage(`docker.io/library/redis@${DIGEST}`),
    { registries: ["docker.io"] },
  ],
  [
    "pods that an expression selects",
    rightDeployment("it", SCENE),
    {
      selectors: [
        { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["shop"] }] },
      ],
    },
  ],
  ["pods that a selector of all selects", rightDeployment("it", SCENE), { selectors: [{}] }],
])("allows %s", (_, object, given = {}) => {
  expect(judged(object, given)).toEqual([]);
});

test.each<[string, Judged, string, Partial<Given>?]>([
  [
    "a tag of an init container",
    rightDeployment("it", SCENE, {
      pod: { initContainers: [{ ...withResources(), image: "registry.example.com/team/a:1" }] },
    }),
    "no-unpinned-images",
  ],
  [
    "another port of a registry",
    withImage(`ghcr.io:5000/a@${DIGEST}`),
    "no-other-registries",
    { registries: ["ghcr.io"] },
  ],
  [
    "a repository that only begins like it",
    withImage(`registry.example.com/team2/a@${DIGEST}`),
    "no-other-registries",
  ],
  ["an image without a registry", withImage(`team/shop@${DIGEST}`), "no-other-registries"],
  [
    "values, by their keys",
    ofKind("Secret", { data: { A: "x" }, stringData: { B: "y" } }),
    "no-plain-secrets",
  ],
  [
    "all subresources in a ClusterRole",
    role({ resources: ["*/scale"], verbs: ["get"] }, "ClusterRole"),
    "no-wildcard-rights",
  ],
  ["impersonation", role({ resources: ["users"], verbs: ["impersonate"] }), "no-escalating-rights"],
  [
    "tokens of accounts",
    role({ resources: ["serviceaccounts/token"], verbs: ["create"] }),
    "no-escalating-rights",
  ],
  [
    "a binding of everybody",
    ofKind(
      "RoleBinding",
      { roleRef: { name: "view" }, subjects: [{ kind: "Group", name: "system:authenticated" }] },
      "rbac.authorization.k8s.io/v1",
    ),
    "no-escalating-rights",
  ],
  [
    "an external name",
    ofKind("Service", { spec: { type: "ExternalName" } }),
    "no-external-addresses",
  ],
  [
    "an external address",
    ofKind("Service", { spec: { externalIPs: ["192.0.2.1"] } }),
    "no-external-addresses",
  ],
  [
    "another type than the settings name",
    ofKind("Service", { spec: { type: "NodePort" } }),
    "no-external-addresses",
    { open: { it: "LoadBalancer" } },
  ],
  [
    "a request without a limit of memory",
    rightDeployment("it", SCENE, {
      container: { resources: { requests: { cpu: "1", memory: "1Gi" } } },
    }),
    "requests-and-limits",
  ],
  [
    "a limit of nothing, which is none",
    rightDeployment("it", SCENE, {
      container: {
        resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "0Mi" } },
      },
    }),
    "requests-and-limits",
  ],
  [
    "requests of nothing",
    rightDeployment("it", SCENE, {
      container: { resources: { requests: { cpu: 0, memory: 0 }, limits: { memory: "1Gi" } } },
    }),
    "requests-and-limits",
  ],
  [
    "a limit that is left empty",
    rightDeployment("it", SCENE, {
      container: { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: null } } },
    }),
    "requests-and-limits",
  ],
  [
    "a probe that is left empty",
    rightDeployment("it", SCENE, { container: { readinessProbe: null } }),
    "readiness-probes",
  ],
  [
    "a privileged container that is added to a pod",
    debugged({ privileged: true }),
    "no-unsaid-exceptions",
  ],
  [
    "a container unconfined by an annotation, of which the API server makes the field",
    annotated({ [`${APP_ARMOR}main`]: "unconfined" }),
    "no-unsaid-exceptions",
  ],
  [
    "a host port",
    rightDeployment("it", SCENE, {
      container: { ports: [{ containerPort: 8080, hostPort: 8080 }] },
    }),
    "no-unsaid-exceptions",
  ],
  [
    "a folder of the node",
    rightDeployment("it", SCENE, {
      pod: { volumes: [{ name: "v", hostPath: { path: "/" } }] },
    }),
    "no-unsaid-exceptions",
  ],
  [
    "files of the image that a service of Slipway's may write to",
    rightDeployment("shop", SCENE, {
      container: {
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    }),
    "no-unsaid-exceptions",
  ],
])("refuses %s", (_, object, rule, given = {}) => {
  expect(rulesBroken(object, given)).toEqual([rule]);
});

/** A Deployment whose pods have these annotations. */
function annotated(annotations: Readonly<Record<string, string>>): Judged {
  const right = rightDeployment("it", SCENE) as Judged & {
    readonly spec: { readonly template: { readonly metadata: object } };
  };
  const { template } = right.spec;
  const metadata = { ...template.metadata, annotations };
  const spec = { ...right.spec, template: { ...template, metadata } };
  return { ...right, ...{ spec } };
}

/** A pod that runs, with a container that kubectl debug has added. */
function debugged(securityContext: object): Judged {
  const { spec } = rightDeployment("it", SCENE) as unknown as {
    readonly spec: { readonly template: { readonly spec: object } };
  };
  const added = { name: "debugger", image: SCENE.image, securityContext };
  const pod = { ...spec.template.spec, ephemeralContainers: [added] };
  return { apiVersion: "v1", kind: "Pod", metadata: podMetadata(), ...{ spec: pod } };
}

function podMetadata() {
  return { name: "it", labels: LABELS };
}

function withResources() {
  return {
    name: "init",
    resources: { limits: { cpu: "1", memory: "1Gi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
}

test("the level restricted knows what only Slipway's own hardening forbids", () => {
  const beyond = Object.entries(EXCEPTIONS).flatMap(([word, { level }]) =>
    level === "restricted" && word !== "network" ? [word] : [],
  );
  const place = { pod: "pod", containers: "containers" };
  const known = Object.keys({ ...loosenessOf(place), ...reachOf(place) });
  expect(known.sort()).toEqual(
    Object.keys(EXCEPTIONS)
      .filter((word) => word !== "network")
      .sort(),
  );
  for (const word of beyond as ExceptionWord[]) {
    const manifest = workloadManifests(service({ allow: [word] }), IMAGE)
      .deployment as unknown as Judged;
    const given = { registries: [IMAGE.slice(0, IMAGE.indexOf("@"))], own: [] };
    expect(judged(manifest, given)).toEqual([]);
  }
});

test("what cannot be judged is a fault", () => {
  const [fault] = judged(ofKind("Deployment", { spec: {} }, "apps/v1"));
  expect(fault?.text).toMatch(/^cannot be judged: /);
});

describe("a rule of a team", () => {
  const rule = ruleOf("team-label", {
    kinds: ["Deployment"],
    check: 'object.metadata.?labels[?"team"].hasValue() // of all',
    message: "set the label team",
  });
  const judge = new Judge({ rules: [rule], given: GIVEN, waived: {} });

  test("is one of the table", () => {
    const object = rightDeployment("it", SCENE);
    expect(judge.faultsOf(object)).toEqual([{ rule: "team-label", text: "set the label team" }]);
    const labelled = { ...object, metadata: { name: "it", labels: { team: "a" } } };
    expect(judge.faultsOf(labelled)).toEqual([]);
  });

  test.each<[string, RegExp]>([
    ["object.(", /./],
    ["true) || (true", /Unexpected/],
    ["foo(object.spec)", /found no matching overload for 'foo/],
    ["objekt.spec.replicas > 1", /Unknown variable: objekt/],
    ["size(object.metadata.name)", /it is of the type int/],
    ["object.metadata.name + 'x' == 'x' ? 'no' : 'yes'", /it is of the type string/],
  ])("that is no rule is told: %s", (check, fault) => {
    expect(judge.checkFault(check)).toMatch(fault);
  });

  test.each([
    "true // of all",
    "object.metadata.labels.team",
    "object.spec.?replicas.orValue(1) >= 2",
  ])("may be %s", (check) => {
    expect(judge.checkFault(check)).toBeUndefined();
  });
});

describe("a rule of a team with any name", () => {
  const named = (name: string, check: string) =>
    ruleOf(name, { kinds: ["Deployment"], check, message: "no" });
  const brokenBy = (...own: ReturnType<typeof named>[]) =>
    new Judge({ rules: [...RULES, ...own], given: GIVEN, waived: {} }).faultsOf(
      rightDeployment("it", SCENE),
    );

  test.each(["pod", "containers", "all-containers", "labels", "id", "all", "in", "namespace"])(
    "does not touch the others: %s",
    (name) => {
      expect(brokenBy(named(name, "true"))).toEqual([]);
      expect(brokenBy(named(name, "false"))).toEqual([{ rule: name, text: "no" }]);
      // The API server takes no word of CEL's own for the name of a variable.
      const { faults } = expressionsOf(
        { rules: [named(name, "true")], given: GIVEN, waived: {} },
        true,
      );
      expect(faults).toEqual({ [name]: `rule_${name.replaceAll("-", "_")}` });
    },
  );

  test("is not taken for one that is called nearly so", () => {
    expect(brokenBy(named("team1", "true"), named("team-1", "false"))).toEqual([
      { rule: "team-1", text: "no" },
    ]);
  });
});

describe("a change of what is there", () => {
  const held = (own: Held["rules"] = []): Held => ({
    rules: [...RULES, ...own],
    given: GIVEN,
    waived: {},
  });
  const loose = (name: string) => ({
    ...withResources(),
    name,
    image: SCENE.image,
    securityContext: { capabilities: { drop: ["ALL"] } },
  });
  const withContainers = (...names: readonly string[]) =>
    rightDeployment("it", SCENE, { pod: { containers: names.map(loose) } });

  test("may leave what breaks a rule", () => {
    const before = withContainers("old");
    const labelled = { ...before, metadata: { ...before.metadata, labels: { a: "b" } } };
    expect(faultsOfChange(held(), before, labelled)).toEqual([]);
  });

  test("may not add a second container like one that is there", () => {
    expect(faultsOfChange(held(), withContainers("old"), withContainers("old", "new"))).toEqual([
      "no-unsaid-exceptions: container new needs allow: [privilege-escalation]; set it in slipway:services, or remove what needs it",
    ]);
  });

  test("may not lead a folder of the node elsewhere", () => {
    const withFolder = (path: string) =>
      rightDeployment("it", SCENE, { pod: { volumes: [{ name: "v", hostPath: { path } }] } });
    expect(faultsOfChange(held(), withFolder("/var/log"), withFolder("/var/log"))).toEqual([]);
    expect(faultsOfChange(held(), withFolder("/var/log"), withFolder("/"))).toEqual([
      'no-unsaid-exceptions: volume v of "/" needs allow: [host-path]; set it in slipway:services, or remove what needs it',
    ]);
  });

  test("may not add a volume of others beside one that is there", () => {
    const nfs = (name: string) => ({ name, nfs: { server: "192.0.2.1", path: `/${name}` } });
    const withVolumes = (...names: readonly string[]) =>
      rightDeployment("it", SCENE, { pod: { volumes: names.map(nfs) } });
    expect(faultsOfChange(held(), withVolumes("a"), withVolumes("a", "b"))).toEqual([
      'no-unsaid-exceptions: volume b of nfs "192.0.2.1:/b" needs allow: [other-volumes]; set it in slipway:services, or remove what needs it',
    ]);
  });

  test("may not add a second rule with a wildcard", () => {
    const wild = (resource: string) => ({ apiGroups: [""], resources: [resource], verbs: ["*"] });
    const withRules = (...rules: readonly object[]) => ({
      ...role({}),
      rules,
    });
    const before = withRules(wild("configmaps"));
    expect(faultsOfChange(held(), before, before)).toEqual([]);
    expect(faultsOfChange(held(), before, withRules(wild("configmaps"), wild("secrets")))).toEqual([
      'no-wildcard-rights: rules[].verbs: got "*" for secrets; allowed: names',
    ]);
  });

  test("is judged by a team's rule wherever an object says something", () => {
    const rule = ruleOf("no-bob", {
      kinds: ["RoleBinding"],
      check: 'object.subjects.all(s, s.name != "bob")',
      message: "bob may nothing",
    });
    const binding = (name: string) =>
      ofKind(
        "RoleBinding",
        { roleRef: { name: "view" }, subjects: [{ kind: "User", name }] },
        "rbac.authorization.k8s.io/v1",
      );
    expect(faultsOfChange(held([rule]), binding("ann"), binding("bob"))).toEqual([
      "no-bob: bob may nothing",
    ]);
    expect(faultsOfChange(held([rule]), binding("bob"), binding("bob"))).toEqual([]);
  });

  test("is looked at while the object is being deleted, which it still works in", () => {
    const { manifests } = admissionManifests("shop", held());
    expect(JSON.stringify(manifests.policy.spec["matchConditions"])).not.toContain(
      "deletionTimestamp",
    );
  });
});

describe("the pack", () => {
  const typeOf = ({ apiVersion, kind }: Judged) =>
    `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;

  async function violations(object: Judged): Promise<string[]> {
    const found: string[] = [];
    const args = { type: typeOf(object), name: "it", props: object };
    for (const { validateResource } of resourceRules()) {
      for (const validation of [validateResource].flat()) {
        await validation?.(args as unknown as ResourceValidationArgs, (text) => found.push(text));
      }
    }
    for (const { validateStack } of namespaceRules()) {
      await validateStack({ resources: [args] } as unknown as StackValidationArgs, (text) =>
        found.push(text),
      );
    }
    return found;
  }

  test("has each rule, but of registries, which it does not know", () => {
    const names = [...resourceRules(), ...namespaceRules()].map(({ name }) => name);
    expect(names.sort()).toEqual(RULES.map(({ name }) => name).sort());
  });

  test.each(breaking.filter(([rule]) => rule !== "no-other-registries"))(
    "refuses what breaks %s",
    async (rule, object) => {
      const found = await violations(object);
      const own = found.filter((text) => !text.includes("no NetworkPolicy of the stack"));
      expect(rule === "network-policies" ? found : own).toHaveLength(1);
      expect(found[0]).toMatch(new RegExp(`^${object.kind} it: `));
    },
  );

  const LOOSE = [
    ["host-network", "its pods need"],
    ["token", "its pods need"],
    ["root", "container shop needs"],
    ["writable-root", "container shop needs"],
    ["privileged", "container shop needs"],
  ] as const;

  test.each(LOOSE)(
    "forbids pods of a service that %s without the word for it",
    async (word, who) => {
      const manifest = workloadManifests(service({ allow: [word] }), IMAGE)
        .deployment as unknown as Judged;
      const own = (texts: readonly string[]) =>
        texts.filter((text) => !text.includes("NetworkPolicy"));
      expect(own(await violations(manifest))).toEqual([]);
      const silent = { ...manifest, metadata: { ...manifest.metadata, annotations: {} } };
      expect(own(await violations(silent))).toEqual([
        `Deployment it: ${who} allow: [${word}]; set it in slipway:services, or remove what needs it`,
      ]);
    },
  );
});
