// Cannot prove that the API server allows and refuses what the rules say: test/e2e/lanes.test.ts does, with real tokens.
import * as k8s from "@pulumi/kubernetes";
import type { ProviderResource } from "@pulumi/pulumi";

import type { ClusterProviders } from "../../components/cluster.ts";
import { AccessProof } from "../../components/lanes/access-proof.ts";
import { JenkinsAccess } from "../../components/lanes/jenkins-access.ts";
import { Lane } from "../../components/lanes/lane.ts";
import { LaneGuard } from "../../components/lanes/lane-guard.ts";
import type { JenkinsDefinition } from "../../components/lanes/definition.ts";
import { laneProof } from "../../components/lanes/lane-proof.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import type { Delivery } from "../../components/lanes/delivery.ts";
import { type Rule, rulesOf } from "../../components/lanes/roles.ts";
import { summaryOf } from "../../components/lanes/summary.ts";
import { Namespace } from "../../components/namespace.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import type { Right } from "../../rights.ts";
import { deploy, type Outputs, only, providerOf, valueOf } from "../support/engine.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const controller = { namespace: "kube-system", name: "sealed-secrets-controller" };
const JENKINS: JenkinsDefinition = { apiServer: { cidr: "10.0.0.1/32", ports: [6443] } };

const delivery = (change: Partial<Delivery> = {}): Delivery => ({
  namespace: "store",
  services: { shop: { port: 8080 } },
  credentials: {},
  sealing: { controller },
  ...change,
});
const plan = (change: Partial<Delivery> = {}, jenkins: Partial<JenkinsDefinition> = {}) =>
  planLanes({ ...delivery(change), jenkins: { ...JENKINS, ...jenkins } });

const agent = (name: string, ...args: Parameters<typeof plan>) => {
  const { accounts } = plan(...args);
  const found = accounts.find((account) => account.lane.name === name && account.name === "agent");
  return found?.rights ?? [];
};
/** Rights as people say them: `create deployments.apps`. */
const said = (rights: readonly Right[], namespace: string | undefined): string[] => {
  const own = rights.filter((right) => right.namespace === namespace);
  const texts = own.map(({ verb, group, resource, subresource, name }) =>
    [
      `${verb} ${resource}${group && `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`,
      ...(name === undefined ? [] : [name]),
    ].join(" "),
  );
  return [...new Set(texts)].sort();
};
const rolesOf = (...args: Parameters<typeof plan>): Record<string, Rule[]> => {
  const { roles } = plan(...args);
  const named = roles.map(({ role: { metadata, rules } }) => [
    `${metadata.namespace}/${metadata.name}`,
    rules,
  ]);
  return Object.fromEntries(named) as Record<string, Rule[]>;
};

const DEPLOY = "store/store-jenkins-deploy";
const AUTOSCALED = { services: { shop: { port: 8080, autoscale: { min: 2, max: 4 } } } };

test("a HorizontalPodAutoscaler adds exactly its verbs to the deploy lane, and takes them away with it", () => {
  const plain = rolesOf()[DEPLOY] ?? [];
  const scaled = rolesOf(AUTOSCALED)[DEPLOY] ?? [];
  const isNew = (rule: Rule): boolean =>
    !plain.some((known) => JSON.stringify(known) === JSON.stringify(rule));
  expect(scaled.filter(isNew)).toEqual([
    {
      apiGroups: ["autoscaling"],
      resources: ["horizontalpodautoscalers"],
      verbs: ["create", "delete", "get", "list", "patch", "watch"],
    },
  ]);
  expect(scaled.filter((rule) => !isNew(rule))).toEqual(plain);
});

test("another service of the same kinds changes nothing, so that the deploy lane may add and remove it", () => {
  const [one, two] = [{ port: 80 }, { port: 81 }];
  expect(plan({ services: { a: one, b: two } })).toEqual(plan({ services: { b: two } }));
});

test("the deploy lane may write each kind that the stack registers, and follow what its verdict looks at", () => {
  const rights = said(agent("deploy"), "store");
  for (const kind of [
    "deployments.apps",
    "services",
    "serviceaccounts",
    "networkpolicies.networking.k8s.io",
    "poddisruptionbudgets.policy",
  ]) {
    for (const verb of ["create", "get", "patch", "delete"]) {
      expect(rights).toContain(`${verb} ${kind}`);
    }
  }
  for (const looked of ["pods", "replicasets.apps", "endpointslices.discovery.k8s.io"]) {
    expect(rights).toEqual(expect.arrayContaining([`list ${looked}`, `watch ${looked}`]));
  }
  expect(rights).not.toContain("create configmaps");
  expect(rights).not.toContain("create ingresses.networking.k8s.io");
});

test("nobody may write roles, bindings, namespaces or policies, run a command in a pod, or make a token", () => {
  const { accounts } = plan({ ...AUTOSCALED, credentials: { payment: { keys: { KEY: "" } } } });
  const all = accounts.flatMap(({ rights }) => rights);
  const power =
    /roles|rolebindings|namespaces|resourcequotas|limitranges|networkpolic|validatingadmission|secrets/;
  const writes = all.filter(({ verb }) => !["get", "list", "watch"].includes(verb));
  expect(said(writes, "store").filter((right) => power.test(right))).toEqual([
    "create networkpolicies.networking.k8s.io",
    "create sealedsecrets.bitnami.com",
    "delete networkpolicies.networking.k8s.io",
    "delete sealedsecrets.bitnami.com",
    "patch networkpolicies.networking.k8s.io",
    "patch sealedsecrets.bitnami.com",
    "patch sealedsecrets.bitnami.com payment",
  ]);
  expect(said(writes, undefined)).toEqual([]);
  for (const lane of ["preview", "build", "deploy"]) {
    expect(said(writes, `store-jenkins-${lane}`)).toEqual(["create pods", "delete pods"]);
  }
  expect(all.filter(({ subresource }) => /exec|token|attach/.test(subresource ?? ""))).toEqual([]);
});

test("no Secret is read but the stack's own, by name, and none by the preview lane", () => {
  const credentials = { payment: { keys: { KEY: "" } }, ci: { namespace: "jenkins", keys: {} } };
  const secretsIn = (name: string, namespace: string) =>
    said(agent(name, { credentials }), namespace).filter((right) => / secrets/.test(right));
  expect(secretsIn("deploy", "store")).toEqual(["get secrets payment"]);
  expect(secretsIn("deploy", "jenkins")).toEqual(["get secrets ci"]);
  expect(secretsIn("preview", "store")).toEqual([]);
  expect(said(agent("preview", { credentials }), "store")).not.toContain("get pods/log");
});

test("the deploy lane may look for who makes a Secret that is not the stack's own, and nothing else for it", () => {
  const plain = said(agent("deploy"), "store");
  const value = { secret: "payment", key: "token" };
  for (const named of [{ env: { TOKEN: value } }, { files: { "/etc/token": value } }]) {
    const services = { shop: { port: 8080, ...named } };
    const rights = said(agent("deploy", { services }), "store");
    expect(rights.filter((right) => !plain.includes(right))).toEqual([
      "list certificates.cert-manager.io",
      "list externalsecrets.external-secrets.io",
      "list ingresses.networking.k8s.io",
      "list sealedsecrets.bitnami.com",
      "list secretproviderclasses.secrets-store.csi.x-k8s.io",
      "list vaultstaticsecrets.secrets.hashicorp.com",
    ]);
    expect(said(agent("preview", { services }), "store")).toEqual(said(agent("preview"), "store"));
  }
  const credentials = { payment: { keys: { KEY: "" } } };
  const services = { shop: { port: 8080, env: { KEY: { credential: "payment", key: "KEY" } } } };
  expect(said(agent("deploy", { credentials, services }), "store")).not.toContain(
    "list certificates.cert-manager.io",
  );
});

test("a credential from a store takes the rights to its own kind", () => {
  const credentials = { vault: { store: { name: "vault" }, keys: { KEY: "" } } };
  const rights = said(agent("deploy", { credentials }), "store");
  expect(rights).toEqual(
    expect.arrayContaining(["create externalsecrets.external-secrets.io", "get secrets vault"]),
  );
  expect(rights.filter((right) => /sealed/.test(right))).toEqual([]);
});

test("a credential in another namespace is looked at only: writing it could make a token of an account there", () => {
  const credentials = { ci: { namespace: "jenkins", keys: {} } };
  expect(said(agent("deploy", { credentials }), "jenkins")).toEqual(
    [
      "get roles.rbac.authorization.k8s.io store-jenkins-deploy",
      "get roles.rbac.authorization.k8s.io store-jenkins-preview",
      "get rolebindings.rbac.authorization.k8s.io store-jenkins-deploy",
      "get rolebindings.rbac.authorization.k8s.io store-jenkins-preview",
      "get sealedsecrets.bitnami.com ci",
      "get secrets ci",
      "list events",
    ].sort(),
  );
  expect(said(agent("deploy", { credentials }), "store")).not.toContain(
    "create sealedsecrets.bitnami.com",
  );
});

test("a lane reads everything that the lanes are made of, but no launcher's token", () => {
  const read = plan({}, { longLivedTokens: true });
  const rights = agent("deploy", {}, { longLivedTokens: true });
  expect(said(rights, "store-jenkins-build")).toEqual(
    expect.arrayContaining(["get namespaces store-jenkins-build", "get serviceaccounts launcher"]),
  );
  expect(said(rights, undefined)).toContain(
    "get validatingadmissionpolicies.admissionregistration.k8s.io store-jenkins-dry-run",
  );
  expect(said(rights, "store-jenkins-deploy").filter((right) => / secrets/.test(right))).toEqual(
    [],
  );
  expect(read.lanes.map(({ manifests }) => manifests.token?.metadata.name)).toEqual([
    "launcher-token",
    "launcher-token",
    "launcher-token",
  ]);
  expect(plan().lanes.map(({ manifests }) => manifests.token)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("a launcher starts pods and reads their logs, and runs commands only where the settings ask for it", () => {
  const role = "store-jenkins-build/launcher";
  const pods = {
    apiGroups: [""],
    resources: ["pods"],
    verbs: ["create", "delete", "get", "list", "watch"],
  };
  const logs = { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] };
  const events = { apiGroups: [""], resources: ["events"], verbs: ["list"] };
  const exec = { apiGroups: [""], resources: ["pods/exec"], verbs: ["create", "get"] };
  expect(rolesOf()[role]).toEqual([events, pods, logs]);
  expect(rolesOf({}, { launcherExec: true })[role]).toEqual([events, pods, exec, logs]);
});

test("the lanes differ in what they admit and may use", () => {
  const { lanes } = plan(
    {},
    { lanes: { build: { pods: 3, egress: [{ cidr: "10.9.0.0/16" }] }, deploy: {} } },
  );
  expect(lanes.map(({ lane }) => lane.name)).toEqual(["build", "deploy"]);
  const [build, deploying] = lanes.map(({ manifests }) => manifests);
  const enforced = "pod-security.kubernetes.io/enforce";
  expect(build?.namespace.metadata.labels[enforced]).toBe("privileged");
  expect(deploying?.namespace.metadata.labels[enforced]).toBe("restricted");
  expect(build?.resourceQuota.spec.hard.pods).toBe("3");
  expect(build?.networkPolicy.spec.egress).toContainEqual({
    to: [{ ipBlock: { cidr: "10.9.0.0/16" } }],
  });
  expect(deploying?.networkPolicy.spec.egress).toHaveLength(3);
  const policies = (name: string) =>
    plan({}, { lanes: { [name]: {} } }).policies.map(({ policy }) =>
      policy.metadata.name.replace("store-jenkins-", ""),
    );
  expect(policies("build")).toEqual(["pods", "proxy", "build"]);
  expect(policies("preview")).toEqual(["pods", "proxy", "dry-run", "preview-secrets"]);
  const limits = ["annotations", "services", "serviceaccounts", "deployments"];
  expect(policies("deploy")).toEqual(["pods", "proxy", ...limits.map((kind) => `deploy-${kind}`)]);
});

/** The expressions of a policy in force, one a line; none where there is no such policy. */
const demands = (name: string, ...args: Parameters<typeof plan>): string => {
  const found = plan(...args).policies.filter(
    ({ policy }) => policy.metadata.name === `store-jenkins-${name}`,
  );
  const expressions = found.flatMap(({ policy: { spec } }) => [
    ...(spec.variables ?? []),
    ...spec.validations,
  ]);
  return expressions.map(({ expression }) => expression).join("\n");
};

test("the deploy lane's policies name the hosts, paths, classes and certificates of the settings", () => {
  const ingress = { host: "shop.example.com", path: "/shop", class: "nginx", tls: "shop-tls" };
  const services = { shop: { port: 80, ingress }, other: { port: 80 } };
  const named = demands("deploy-ingresses", { services });
  expect(named).toContain('["shop.example.com/shop"]');
  expect(named).toContain('["shop.example.com shop-tls"]');
  expect(named).toContain('in ["nginx"]');
  expect(demands("deploy-ingresses")).toBe("");
});

test("a service that leaves its class to the cluster leaves it to the lane as well", () => {
  const services = { shop: { port: 80, ingress: { host: "a.example.com" } } };
  expect(demands("deploy-ingresses", { services })).not.toContain("ingressClassName");
});

test("the deploy lane may open a Service, mark an object and write a path's type as the settings do, and nothing else", () => {
  const paths = ["/", { path: "/api", pathType: "Exact" as const }];
  const services = {
    shop: {
      port: 80,
      ingress: { host: "a.example.com", paths, annotations: { "x.io/size": "40m" } },
    },
    edge: {
      port: 80,
      service: { type: "LoadBalancer" as const, loadBalancerSourceRanges: ["10.0.0.0/8"] },
    },
  };
  expect(demands("deploy-ingresses", { services })).toContain(
    '["a.example.com/ Prefix","a.example.com/api Exact"]',
  );
  expect(demands("deploy-annotations", { services })).toContain(
    String.raw`"Ingress\nshop\nx.io/size\n40m"`,
  );
  expect(demands("deploy-services", { services })).toContain(
    '{"edge":{"type":"LoadBalancer","ranges":"10.0.0.0/8"}}',
  );
  expect(demands("deploy-services")).not.toContain("outside");
  expect(demands("deploy-annotations")).not.toContain("named");
});

test("the deploy lane routes to the Gateways, hosts and filters that the settings name", () => {
  const filters = [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }];
  const parents = [{ name: "public", namespace: "gateways", sectionName: "https" }];
  const services = { shop: { port: 80, route: { parents, host: "a.example.com", filters } } };
  const named = demands("deploy-httproutes", { services });
  expect(named).toContain('["gateway.networking.k8s.io Gateway gateways public https"]');
  expect(named).toContain('["a.example.com"]');
  expect(named).toContain('["RequestRedirect"]');
  expect(demands("deploy-httproutes")).toBe("");
  const rights = said(agent("deploy", { services }), "store");
  expect(rights).toEqual(
    expect.arrayContaining([
      "create httproutes.gateway.networking.k8s.io",
      "watch httproutes.gateway.networking.k8s.io",
    ]),
  );
});

test("the deploy lane writes monitors with the fields and rules with the names that the settings have, and asks Prometheus alone", () => {
  const monitoring = { prometheus: "http://prometheus.monitoring:9090/prom" };
  const services = {
    shop: { port: 80, metrics: "/metrics", objective: { available: 99.9 }, monitoring },
  };
  expect(demands("deploy-podmonitors", { services })).toContain('["path","port"]');
  const rules = demands("deploy-prometheusrules", { services });
  expect(rules).toContain('"SlipwayErrorBudgetBurn"');
  expect(rules).toContain('"slipway_release"');
  expect(rules).toContain('r.?labels.?namespace.orValue("") == "store"');
  expect(demands("deploy-podmonitors")).toBe("");
  expect(demands("deploy-prometheusrules")).toBe("");
  expect(demands("proxy", { services })).toBe(
    'request.userInfo.username == "system:serviceaccount:store-jenkins-deploy:agent" && request.namespace == "monitoring" && request.name == "http:prometheus:9090" && object.path in ["/prom/api/v1/query","/prom/api/v1/targets"]',
  );
  expect(said(agent("deploy", { services }), "store")).toEqual(
    expect.arrayContaining([
      "create podmonitors.monitoring.coreos.com",
      "create prometheusrules.monitoring.coreos.com",
      "create configmaps",
      "get podmonitors.monitoring.coreos.com",
    ]),
  );
  const inMonitoring = (lane: string) =>
    said(agent(lane, { services }), "monitoring").filter((right) => !right.includes("rbac."));
  expect(inMonitoring("deploy")).toEqual([
    "get services/proxy http:prometheus:9090",
    "list prometheuses.monitoring.coreos.com",
  ]);
  expect(inMonitoring("preview")).toEqual([]);
});

test("the deploy lane of workers alone has no right to Services and what routes to them", () => {
  const rights = said(agent("deploy", { services: { worker: {} } }), "store");
  expect(rights.filter((right) => / (services|endpointslices)\b/.test(right))).toEqual([]);
  expect(rights).toContain("create deployments.apps");
});

test("the deploy lane's pods may have the Secrets that services use, and no other", () => {
  const credentials = { payment: { keys: { KEY: "" } }, ci: { namespace: "jenkins", keys: {} } };
  const services = {
    shop: {
      port: 80,
      env: { A: { secret: "legacy", key: "a" } },
      files: { "/b": { secret: "certificates", key: "b" } },
    },
  };
  expect(demands("deploy-deployments", { credentials, services })).toContain(
    '["certificates","legacy","payment"]',
  );
});

test("what the deploy lane fetches from a store is bound to the credential that it is for", () => {
  const remote = { key: "team/payment", property: "token" };
  const credentials = {
    payment: { store: { name: "vault" }, keys: { KEY: { remote }, USER: "ci" } },
    elsewhere: { namespace: "jenkins", store: { name: "other" }, keys: { KEY: { remote } } },
  };
  const named = demands("deploy-externalsecrets", { credentials });
  expect(named).toContain(JSON.stringify(["payment\nSecretStore\nvault"]));
  expect(named).toContain(JSON.stringify(["payment\nteam/payment\ntoken\n"]));
  expect(named).not.toContain("elsewhere");
  expect(demands("deploy-sealedsecrets", { credentials })).toBe("");
});

test("no lane but deploy reaches the sealing controller, and that only where something is sealed", () => {
  const credentials = { payment: { keys: { KEY: "" } } };
  expect(said(agent("preview", { credentials }), "kube-system")).not.toContain(
    "get services/proxy http:sealed-secrets-controller:http",
  );
  expect(said(agent("deploy", { credentials }), "kube-system")).toContain(
    "get services/proxy http:sealed-secrets-controller:http",
  );
  expect(demands("proxy", { credentials })).toContain('["/v1/cert.pem","/v1/verify"]');
  for (const proxy of [
    demands("proxy"),
    demands("proxy", { credentials }, { lanes: { build: {} } }),
  ]) {
    expect(proxy).toBe("false");
  }
});

test("rules are the fewest for the rights: one for all objects takes the place of those for single ones", () => {
  const get = { verb: "get", group: "", resource: "pods" } as const;
  expect(
    rulesOf([
      { ...get, name: "a" },
      get,
      { ...get, resource: "nodes", name: "b" },
      { ...get, resource: "nodes", name: "a" },
    ]),
  ).toEqual([
    { apiGroups: [""], resources: ["nodes"], resourceNames: ["a", "b"], verbs: ["get"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
  ]);
});

const cluster: Outputs = (type) => (type === RESOURCES.AccessProof ? { proved: true } : {});
const access = (
  given: (...providers: ClusterProviders) => ProviderResource[] = (...providers) => providers,
) =>
  deploy(
    (opts) => {
      const provider = new k8s.Provider("cluster");
      const slipway = new SlipwayProvider("slipway", { context: "c" });
      const namespace = new Namespace("store");
      const planned = plan({
        credentials: { ci: { namespace: "jenkins", format: "secretText", keys: {} } },
      });
      new LaneGuard("lanes", { plan: planned }, { provider: slipway });
      return new JenkinsAccess(
        "jenkins",
        { plan: planned, namespace },
        { ...opts, providers: given(provider, slipway) },
      );
    },
    { outputs: cluster },
  );

test("every object of the plan is declared once, and the proof comes after every binding and lane", async () => {
  const { declared } = await access();
  const { lanes, roles, clusterRoles, policies } = plan({
    credentials: { ci: { namespace: "jenkins", format: "secretText", keys: {} } },
  });
  const kinds = declared.map(({ type }) => type.slice(type.lastIndexOf(":") + 1));
  const counted = Object.fromEntries(
    [...new Set(kinds)].map((kind) => [kind, kinds.filter((each) => each === kind).length]),
  );
  const ofLanes = lanes.length;
  expect(counted).toEqual({
    AccessProof: 1,
    ClusterRole: clusterRoles.length,
    ClusterRoleBinding: clusterRoles.length,
    JenkinsAccess: 1,
    Lane: ofLanes,
    LaneGuard: 1,
    LimitRange: ofLanes,
    Namespace: ofLanes,
    NetworkPolicy: ofLanes,
    ResourceQuota: ofLanes,
    Role: roles.length,
    RoleBinding: roles.length,
    ServiceAccount: 2 * ofLanes,
    ValidatingAdmissionPolicy: policies.length,
    ValidatingAdmissionPolicyBinding: policies.length,
  });
  const before = declared.filter(
    ({ resource }) =>
      resource instanceof k8s.rbac.v1.RoleBinding ||
      resource instanceof k8s.rbac.v1.ClusterRoleBinding ||
      resource instanceof Lane,
  );
  const awaited = [only(declared, AccessProof).opts.dependsOn].flat();
  expect(before.filter(({ resource }) => !awaited.includes(resource))).toHaveLength(0);
  expect(awaited).toHaveLength(before.length);
  const urns = declared.map(({ type, name }) => `${type} ${name}`);
  expect(new Set(urns).size).toBe(urns.length);
});

test("takes each provider for what it is, in whichever order they are given", async () => {
  const { declared } = await access((kubernetes, slipway) => [slipway, kubernetes]);
  const strayed = declared.filter((each) => {
    const own = each.type.startsWith("kubernetes:") ? k8s.Provider : SlipwayProvider;
    return !(providerOf(each) instanceof own);
  });
  expect(strayed).toEqual([]);
});

test("the output names accounts, namespaces and credentials, and no token", async () => {
  const { result } = await access();
  expect(await valueOf(result.outputs)).toEqual({
    lanes: {
      preview: { namespace: "store-jenkins-preview", launcher: "launcher", agent: "agent" },
      build: { namespace: "store-jenkins-build", launcher: "launcher", agent: "agent" },
      deploy: { namespace: "store-jenkins-deploy", launcher: "launcher", agent: "agent" },
    },
    credentials: ["ci"],
  });
});

test("of a team's manifests the deploy lane writes the kinds that policies limit, and reads the others by name", () => {
  const rendered = (kind: string, apiVersion: string, resource: string, isHome = true) => {
    const metadata = { name: "own", ...(isHome && { namespace: "store" }) };
    const object = { apiVersion, kind, metadata };
    return { object, origin: "", resource, isHome, stage: 2 };
  };
  const objects = [
    rendered("ConfigMap", "v1", "configmaps"),
    rendered("Job", "batch/v1", "jobs"),
    rendered("PersistentVolumeClaim", "v1", "persistentvolumeclaims"),
    rendered("Role", "rbac.authorization.k8s.io/v1", "roles"),
    rendered("ClusterRole", "rbac.authorization.k8s.io/v1", "clusterroles", false),
  ];
  const made = { objects, awaitAddress: true, notes: [] };
  const change = { rendered: { services: {}, extras: { own: made } } };
  const plain = agent("deploy");
  const added = (namespace?: string) =>
    said(agent("deploy", change), namespace).filter(
      (right) => !said(plain, namespace).includes(right),
    );
  expect(added("store").filter((right) => /configmaps/.test(right))).toEqual([
    "create configmaps",
    "delete configmaps",
    "get configmaps",
    "list configmaps",
    "patch configmaps",
    "watch configmaps",
  ]);
  expect(added("store").filter((right) => /roles/.test(right))).toEqual([
    "get roles.rbac.authorization.k8s.io own",
  ]);
  expect(added("store").filter((right) => /jobs\.batch$/.test(right))).toEqual([
    "create jobs.batch",
    "delete jobs.batch",
    "get jobs.batch",
    "list jobs.batch",
    "patch jobs.batch",
    "watch jobs.batch",
  ]);
  const claims = added("store").filter((right) => /persistentvolumeclaims$/.test(right));
  expect(claims).toContain("create persistentvolumeclaims");
  expect(claims).not.toContain("delete persistentvolumeclaims");
  const summary = Object.keys(summaryOf(plan(change)));
  expect(summary.filter((line) => line.startsWith("of the manifests"))).toEqual([
    "of the manifests, Role store/own",
    "of the manifests, ClusterRole own",
  ]);
  expect(added().filter((right) => /clusterroles/.test(right))).toContain(
    "get clusterroles.rbac.authorization.k8s.io own",
  );
});

describe("where a controller applies what the stack declares", () => {
  const argocd = { by: { argocd: { namespace: "gitops", application: "shop-prod" } } };
  const flux = { by: { flux: { namespace: "gitops", kustomization: "shop-prod" } } };
  const credentials = { payment: { keys: { API_KEY: {} } } };
  const handed = { credentials, handOff: argocd };

  test("the deploy lane follows its releases and looks at the one object that applies them, and writes nothing", () => {
    const rights = agent("deploy", handed);
    expect(rights.filter(({ verb }) => !["get", "list", "watch"].includes(verb))).toEqual([]);
    expect(said(rights, "store")).toEqual(
      expect.arrayContaining(["get deployments.apps", "watch pods", "get secrets payment"]),
    );
    expect(said(rights, "gitops")).toEqual(["get applications.argoproj.io shop-prod"]);
    expect(said(agent("deploy", { ...handed, handOff: flux }), "gitops")).toEqual([
      "get kustomizations.kustomize.toolkit.fluxcd.io shop-prod",
    ]);
    // To seal with, the certificate.
    expect(said(rights, "kube-system")).toEqual([
      "get services/proxy http:sealed-secrets-controller:http",
    ]);
    expect(said(rights, undefined)).toEqual([]);
  });

  test("the preview lane tries nothing, and knows no Secret and no Application", () => {
    const rights = agent("preview", handed);
    expect(rights.filter(({ verb }) => !["get", "list", "watch"].includes(verb))).toEqual([]);
    expect(rights.filter(({ resource }) => resource === "secrets")).toEqual([]);
    expect(said(rights, "gitops")).toEqual([]);
  });

  test("no policy limits writes that nobody may do, so that a new kind of service changes no lane but what is looked at", () => {
    const suffixes = plan(handed).policies.map(({ policy }) =>
      policy.metadata.name.replace("store-jenkins-", ""),
    );
    expect(suffixes).toEqual(["pods", "proxy", "dry-run", "preview-secrets", "build"]);
    const claimed = { shop: { port: 8080 }, spare: { port: 81, cpu: "2" } };
    expect(plan({ ...handed, services: claimed })).toEqual(plan(handed));
  });

  test("the proof asks that no lane may point the controller elsewhere, or reach what it keeps", () => {
    const { identities } = laneProof(plan(handed));
    const deploy = identities.find(({ user }) => user.endsWith("store-jenkins-deploy:agent"));
    const forbidden = said((deploy?.forbidden ?? []) as Right[], "gitops");
    expect(forbidden).toEqual(
      expect.arrayContaining([
        "patch applications.argoproj.io",
        "create appprojects.argoproj.io",
        "get secrets",
        "create pods/exec",
      ]),
    );
    expect(said((deploy?.forbidden ?? []) as Right[], "store")).toEqual(
      expect.arrayContaining(["create deployments.apps", "patch services", "create pods"]),
    );
    const { identities: others } = laneProof(plan({ credentials }));
    expect(
      said(
        others.flatMap(({ forbidden: all }) => all as Right[]),
        "gitops",
      ),
    ).toEqual([]);
  });
});
