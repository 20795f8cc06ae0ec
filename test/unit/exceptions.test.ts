// Pure functions and settings. Cannot prove that the API server accepts or refuses what comes of them: test/e2e/exceptions.test.ts does.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { exceptionsIn } from "../../components/exceptions.ts";
import { limitPolicies } from "../support/limit-policies.ts";
import { looseningsOf } from "../../components/manifests/loosenings.ts";
import { patched } from "../../components/manifests/patch.ts";
import { workloadHash, workloadManifests } from "../../components/manifests/workload.ts";
import { patchFaults } from "../../components/patch-faults.ts";
import { EXCEPTIONS, type ExceptionWord, levelOf } from "../../components/service/exceptions.ts";
import { patchedPlaces } from "../../components/service/patches.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { fullService, IMAGE, service } from "../support/definitions.ts";
import { removeFolders } from "../support/folder.ts";
import { CHECKOUT, settingFaults, settingsOf, VALID } from "../support/stack-config.ts";

afterEach(removeFolders);

const shop = VALID.services.shop;

function faultsOf(change: object, stack: object = {}): string[] {
  return settingFaults({ ...VALID, ...stack, services: { shop: { ...shop, ...change } } });
}

const made = (definition: Partial<ServiceDefinition> = {}) =>
  workloadManifests(service(definition), IMAGE);
const podOf = (definition: Partial<ServiceDefinition> = {}) => {
  const { template } = made(definition).deployment?.spec as unknown as {
    template: { metadata: Record<string, unknown>; spec: Record<string, unknown> };
  };
  return template;
};
const containerOf = (definition: Partial<ServiceDefinition>) =>
  (podOf(definition).spec["containers"] as Record<string, unknown>[])[0] ?? {};
const wordsOf = (definition: Partial<ServiceDefinition>) => [
  ...new Set(exceptionsIn(service(definition)).map(({ word }) => word)),
];

describe("a patch", () => {
  const object = {
    a: { b: 1, c: 2 },
    list: [1, 2],
    env: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    ports: [{ name: "http", containerPort: 1 }, { containerPort: 2 }],
    volumeMounts: [
      { mountPath: "/a", name: "x" },
      { mountPath: "/b", name: "y" },
    ],
  };

  test.each<[string, object, object]>([
    ["merges mappings deep", { a: { b: 3 } }, { a: { b: 3, c: 2 } }],
    ["removes what is null", { a: { b: null }, list: null }, { a: { c: 2 }, list: undefined }],
    ["replaces other lists", { list: [3] }, { list: [3] }],
    [
      "merges named lists by name, and keeps their order",
      {
        env: [
          { name: "C", value: "3" },
          { name: "A", value: "9" },
        ],
      },
      {
        env: [
          { name: "A", value: "9" },
          { name: "B", value: "2" },
          { name: "C", value: "3" },
        ],
      },
    ],
    [
      "removes an entry by Kubernetes' own word",
      { env: [{ name: "A", $patch: "delete" }] },
      { env: [{ name: "B", value: "2" }] },
    ],
    [
      "knows ports without a name by their number",
      { ports: [{ containerPort: 2, protocol: "UDP" }] },
      {
        ports: [
          { name: "http", containerPort: 1 },
          { containerPort: 2, protocol: "UDP" },
        ],
      },
    ],
    [
      "knows mounts by their path",
      { volumeMounts: [{ mountPath: "/b", readOnly: true }] },
      {
        volumeMounts: [
          { mountPath: "/a", name: "x" },
          { mountPath: "/b", name: "y", readOnly: true },
        ],
      },
    ],
  ])("%s", (_what, patch, expected) => {
    expect(patched(object, patch as never)).toEqual({ ...object, ...expected });
  });

  test("keeps an image that is not known yet, whatever else it says of its container", () => {
    const image = pulumi.output(IMAGE);
    const subject = service({ pod: { containers: [{ name: "shop", tty: true }] } });
    const { template } = workloadManifests(subject, image).deployment?.spec as {
      template: { spec: { containers: { image: unknown; tty: boolean }[] } };
    };
    expect(template.spec.containers[0]?.image).toBe(image);
    expect(template.spec.containers[0]?.tty).toBe(true);
  });

  test("is in the manifest hash, and none is not", () => {
    expect(workloadHash(service({ pod: { hostname: "a" } }), IMAGE)).not.toBe(
      workloadHash(service(), IMAGE),
    );
    expect(workloadHash(service({ pod: {}, patches: {} }), IMAGE)).toBe(
      workloadHash(service(), IMAGE),
    );
  });

  test("is told by names of fields and entries, never by values", () => {
    expect(
      patchedPlaces({
        pod: {
          hostname: "h",
          containers: [{ name: "shop", env: [{ name: "A", value: "secret" }] }],
        },
        patches: { service: { spec: { sessionAffinity: null } } },
      }),
    ).toEqual([
      "pod.hostname",
      "pod.containers.shop.env.A.value",
      "patches.service.spec.sessionAffinity",
    ]);
  });

  test.each<[string, Partial<ServiceDefinition>, RegExp]>([
    [
      "the selector",
      { patches: { deployment: { spec: { selector: { matchLabels: { a: "b" } } } } } },
      /^slipway:services\.shop\.patches\.deployment\.spec\.selector: a patch may not change it/,
    ],
    [
      "its name",
      { patches: { service: { metadata: { name: "other" } } } },
      /patches\.service\.metadata\.name: .*service's name/,
    ],
    [
      "its labels",
      {
        patches: {
          deployment: {
            spec: { template: { metadata: { labels: { "app.kubernetes.io/name": "x" } } } },
          },
        },
      },
      /spec\.template\.metadata\.labels\["app\.kubernetes\.io\/name"\]: is Slipway's own/,
    ],
    [
      "the labels of a schedule's pods",
      {
        schedule: { cron: "@daily" },
        patches: {
          cronJob: {
            spec: {
              jobTemplate: {
                spec: { template: { metadata: { labels: { "app.kubernetes.io/name": "x" } } } },
              },
            },
          },
        },
      },
      /cronJob\.spec\.jobTemplate\.spec\.template\.metadata\.labels\["app\.kubernetes\.io\/name"\]: is Slipway's own/,
    ],
    [
      "the labels of a schedule's runs",
      {
        schedule: { cron: "@daily" },
        patches: {
          cronJob: {
            spec: { jobTemplate: { metadata: { labels: { "app.kubernetes.io/name": "x" } } } },
          },
        },
      },
      /cronJob\.spec\.jobTemplate\.metadata\.labels\["app\.kubernetes\.io\/name"\]: is Slipway's own/,
    ],
    [
      "its labels, by null",
      { patches: { ingress: { metadata: { labels: null } } }, ingress: { host: "a.example.com" } },
      /patches\.ingress\.metadata\.labels/,
    ],
    [
      "Pulumi's annotations",
      { patches: { service: { metadata: { annotations: { "pulumi.com/skipAwait": "false" } } } } },
      /metadata\.annotations\["pulumi\.com\/skipAwait"\]/,
    ],
    [
      "the image",
      { pod: { containers: [{ name: "shop", image: "other:latest" }] } },
      /pod\.containers\.shop\.image: a patch may not change it: build or image sets it/,
    ],
    [
      "the service's container away",
      { pod: { containers: [{ name: "shop", $patch: "delete" }] } },
      /pod\.containers\.shop: is the service/,
    ],
    [
      "the replicas",
      { patches: { deployment: { spec: { replicas: 9 } } } },
      /spec\.replicas: .*replicas or autoscale sets it/,
    ],
    [
      "a second container by tag",
      {
        pod: {
          containers: [
            {
              name: "proxy",
              image: "envoy:latest",
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
      /pod\.containers\.proxy\.image: got "envoy:latest"; allowed: repository@sha256/,
    ],
    [
      "the node",
      { pod: { nodeName: "one" } },
      /pod\.nodeName: .*nodeSelector and affinity choose nodes/,
    ],
    [
      "the account",
      { pod: { serviceAccountName: "admin" } },
      /pod\.serviceAccountName: .*the service's own account/,
    ],
    [
      "an object that there is not",
      { patches: { ingress: { spec: {} } } },
      /patches\.ingress: the service has no such object/,
    ],
    [
      "a secret into clear",
      { pod: { containers: [{ name: "shop", env: [{ name: "DB_PASSWORD", value: "hunter2" }] }] } },
      /pod\.containers\.shop\.env\.DB_PASSWORD: holds a secret in clear/,
    ],
    [
      "a pod on each node that starts first, into a port of the node",
      {
        ...{ everyNode: { maxSurge: 1 }, allow: ["host-ports"] },
        pod: { containers: [{ name: "shop", ports: [{ containerPort: 8080, hostPort: 9100 }] }] },
      },
      /everyNode\.maxSurge: got 1; allowed: 0, because 9100 is a port of the node, which the old pod has until it ends; remove maxSurge$/,
    ],
    [
      "a pod on each node that starts first, on the node's network",
      { everyNode: { maxSurge: "10%" }, allow: ["host-network"] },
      /everyNode\.maxSurge: got "10%"; allowed: 0, because 8080 is a port of the node/,
    ],
  ])("may not change %s", (_what, definition, told) => {
    const faults = patchFaults(service(definition));
    expect(faults).not.toEqual([]);
    expect(faults).toEqual(faults.map(() => expect.stringMatching(told) as string));
    expect(faults.join()).not.toContain("hunter2");
  });

  test("may change what is nobody's", () => {
    const definition = {
      pod: { hostname: "shop", shareProcessNamespace: true },
      patches: {
        deployment: { spec: { revisionHistoryLimit: 3 }, metadata: { annotations: { a: "b" } } },
        service: { spec: { sessionAffinity: "ClientIP" } },
      },
    };
    expect(patchFaults(service(definition))).toEqual([]);
  });
});

describe("what every service has", () => {
  test("needs no word", () => {
    for (const subject of [service(), fullService()]) {
      const { template } = workloadManifests(subject, IMAGE).deployment?.spec as {
        template: { spec: object };
      };
      expect(looseningsOf(template.spec)).toEqual([]);
    }
    expect(exceptionsIn(service())).toEqual([]);
    expect(patchFaults(service())).toEqual([]);
    expect(levelOf([])).toBe("restricted");
  });

  const inShop = (change: object) => ({
    pod: { containers: [{ name: "shop", ...change }] },
  });
  const secured = (securityContext: object) => inShop({ securityContext });
  const LOOSE: readonly (readonly [ExceptionWord, Partial<ServiceDefinition>])[] = [
    ["writable-root", secured({ readOnlyRootFilesystem: false })],
    ["low-ports", secured({ capabilities: { add: ["NET_BIND_SERVICE"] } })],
    ["token", { pod: { automountServiceAccountToken: true } }],
    [
      "token",
      { pod: { volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: {} }] } }] } },
    ],
    ["network", { patches: { networkPolicy: { spec: { policyTypes: ["Ingress"] } } } }],
    ["root", { pod: { securityContext: { runAsNonRoot: false } } }],
    ["root", secured({ runAsUser: 0 })],
    ["root", { pod: { securityContext: { runAsUser: 0 } } }],
    ["privilege-escalation", secured({ allowPrivilegeEscalation: true })],
    ["privilege-escalation", secured({ allowPrivilegeEscalation: null })],
    ["capabilities", secured({ capabilities: { drop: null } })],
    ["capabilities", secured({ capabilities: { add: ["CHOWN"] } })],
    ["system-capabilities", secured({ capabilities: { add: ["NET_ADMIN"] } })],
    ["other-volumes", { pod: { volumes: [{ name: "v", nfs: { server: "a", path: "/" } }] } }],
    ["host-path", { pod: { volumes: [{ name: "v", hostPath: { path: "/" } }] } }],
    ["host-network", { pod: { hostNetwork: true } }],
    ["host-pid", { pod: { hostPID: true } }],
    ["host-ipc", { pod: { hostIPC: true } }],
    ["host-ports", inShop({ ports: [{ name: "http", hostPort: 8080 }] })],
    ["unconfined", { pod: { securityContext: { seccompProfile: { type: "Unconfined" } } } }],
    ["unconfined", secured({ appArmorProfile: { type: "Unconfined" } })],
    ["unconfined", secured({ procMount: "Unmasked" })],
    ["selinux", secured({ seLinuxOptions: { type: "spc_t" } })],
    ["sysctls", { pod: { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } } }],
    ["probe-hosts", inShop({ livenessProbe: { tcpSocket: { host: "10.0.0.1" } } })],
    ["privileged", secured({ privileged: true })],
    ["privileged", secured({ windowsOptions: { hostProcess: true } })],
  ];

  test.each(LOOSE)("is not left by a patch without the word %s", (word, definition) => {
    expect(wordsOf(definition)).toEqual([word]);
    expect(patchFaults(service(definition))).toEqual([
      expect.stringContaining(`, which nobody has allowed; write allow: [${word}], or remove it`),
    ]);
    expect(patchFaults(service({ ...definition, allow: [word] }))).toEqual([]);
  });

  test("has a word for each way to leave it", () => {
    const words = new Set(LOOSE.map(([word]) => word));
    expect([...words].sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });

  const ACTING = Object.entries(EXCEPTIONS)
    .filter(([, { acts }]) => acts)
    .map(([word]) => word as ExceptionWord);
  test.each(ACTING)("is left by the word %s itself", (word) => {
    expect(wordsOf({ allow: [word] })).toContain(word);
    expect(patchFaults(service({ allow: [word] }))).toEqual([]);
    expect(levelOf(wordsOf({ allow: [word] }))).toBe(EXCEPTIONS[word].level);
  });

  test("is left by no word that needs more to be said", () => {
    const words = Object.entries(EXCEPTIONS).flatMap(([word, { acts }]) =>
      acts ? [] : [word as ExceptionWord],
    );
    expect(exceptionsIn(service({ allow: words }))).toEqual([]);
    expect(podOf({ allow: words })).toEqual(podOf());
  });
});

describe("a service that allows root", () => {
  test("runs as the image says, or as the user that is set", () => {
    const context = podOf({ allow: ["root"] }).spec["securityContext"];
    expect(context).toEqual({
      runAsNonRoot: false,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(podOf({ allow: ["root"], user: 0, group: 5 }).spec["securityContext"]).toMatchObject({
      runAsUser: 0,
      runAsGroup: 5,
    });
  });

  test("is the only one whose user is 0", () => {
    expect(faultsOf({ user: 0, allow: ["root"] })).toEqual([]);
    const initContainers = [{ name: "own", user: 0 }];
    expect(faultsOf({ initContainers, allow: ["root"] })).toEqual([]);
    expect(faultsOf({ initContainers })).toEqual([
      expect.stringMatching(/shop\.initContainers\[0\]\.user: got 0; .*needs allow: \[root\]$/),
    ]);
    expect(faultsOf({ user: 0 })).toEqual([
      "slipway:services.shop.user: got 0; allowed: a whole number from 1 to 2147483647; 0 is root, which needs allow: [root]",
    ]);
  });
});

test("the docs have a row for each word", () => {
  const docs = readFileSync(join(CHECKOUT, "docs/settings.md"), "utf8");
  const rows = [...docs.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| `([a-z]+)` \| (yes)?/gm)];
  expect(
    rows.map(([, word, permits, level, acts]) => ({ word, permits, level, acts: acts === "yes" })),
  ).toEqual(
    Object.entries(EXCEPTIONS).map(([word, { permits, level, acts }]) => ({
      word,
      permits,
      level,
      acts,
    })),
  );
});

test("an unknown word is a fault that lists the known ones", () => {
  expect(faultsOf({ allow: ["writable-rot"] })).toEqual([
    expect.stringMatching(
      /slipway:services\.shop\.allow\[0\]: got "writable-rot"; allowed: writable-root, /,
    ),
  ]);
});

describe("placement and identity", () => {
  test("are what the settings say, in the fields of the same names", () => {
    const placement = {
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }],
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      priorityClassName: "high",
      runtimeClassName: "gvisor",
      hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }],
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["10.0.0.10"] },
    } as const;
    expect(podOf(placement).spec).toMatchObject(placement);
    expect(faultsOf(placement)).toEqual([]);
    expect(
      podOf({ group: 7, fsGroup: 8, supplementalGroups: [9] }).spec["securityContext"],
    ).toMatchObject({ runAsUser: 65532, runAsGroup: 7, fsGroup: 8, supplementalGroups: [9] });
  });

  test("spread the service's own pods where a constraint selects none", () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
    } as const;
    const [first, second] = podOf({
      topologySpreadConstraints: [constraint, { ...constraint, labelSelector: {} }],
    }).spec["topologySpreadConstraints"] as object[];
    expect(first).toEqual({
      ...constraint,
      labelSelector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
      matchLabelKeys: ["pod-template-hash"],
    });
    expect(second).toEqual({ ...constraint, labelSelector: {} });
  });

  test("label and annotate the pods and every object, beside Slipway's own", () => {
    const definition = {
      labels: { team: "shop" },
      annotations: { "example.com/a": "b" },
      ingress: { host: "shop.example.com" },
    };
    for (const object of Object.values(made(definition))
      .flat()
      .filter((each) => each !== undefined)) {
      expect(object.metadata).toMatchObject({
        labels: { team: "shop", "app.kubernetes.io/name": "shop" },
        annotations: { "example.com/a": "b", "pulumi.com/patchForce": "true" },
      });
    }
    expect(podOf(definition).metadata).toMatchObject({
      labels: { team: "shop" },
      annotations: { "example.com/a": "b" },
    });
    expect(made(definition).deployment?.spec).toMatchObject({
      selector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
    });
  });

  test("give the account its annotations, and the pods a token only if the settings say so", () => {
    const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop" };
    expect(made({ serviceAccount: { annotations } }).serviceAccount.metadata).toMatchObject({
      annotations,
    });
    expect(podOf({ serviceAccount: { annotations } }).spec).toMatchObject({
      automountServiceAccountToken: false,
    });
    expect(podOf({ serviceAccount: { token: true } }).spec).toMatchObject({
      automountServiceAccountToken: true,
    });
    expect(patchFaults(service({ serviceAccount: { token: true } }))).toEqual([]);
    expect(service({ serviceAccount: { token: true } }).allow).toEqual(["token"]);
  });

  test("give the pods a token for somebody else as a file that is renewed", () => {
    const token = { audience: "vault", path: "/var/run/secrets/tokens/vault" };
    const definition = { serviceAccount: { token } };
    const { spec } = podOf(definition);
    expect(spec).toMatchObject({ automountServiceAccountToken: false });
    expect(spec["volumes"]).toContainEqual({
      name: "token",
      projected: {
        sources: [
          { serviceAccountToken: { audience: "vault", path: "vault", expirationSeconds: 3600 } },
        ],
      },
    });
    expect(containerOf(definition)["volumeMounts"]).toContainEqual({
      name: "token",
      mountPath: "/var/run/secrets/tokens",
      readOnly: true,
    });
    expect(patchFaults(service(definition))).toEqual([]);
  });

  test("pull with several Secrets", () => {
    expect(podOf({ pullSecrets: ["one", "two"] }).spec["imagePullSecrets"]).toEqual([
      { name: "one" },
      { name: "two" },
    ]);
  });

  test.each<[string, object, RegExp]>([
    [
      "a label of ours",
      { labels: { "app.kubernetes.io/name": "x" } },
      /labels\["app.*Slipway's own/,
    ],
    [
      "a label that is none",
      { labels: { team: "a b" } },
      /labels\.team: got "a b"; allowed: the value/,
    ],
    ["an annotation of ours", { annotations: { "pulumi.com/x": "x" } }, /annotations\["pulumi/],
    [
      "an annotation of ours on the account",
      { serviceAccount: { annotations: { "slipway/x": "x" } } },
      /serviceAccount\.annotations\["slipway/,
    ],
    ["no name server", { dnsPolicy: "None" }, /dnsPolicy: got "None"; allowed: None only with/],
    ["a wrong policy", { dnsPolicy: "none" }, /dnsPolicy: got "none"; allowed: ClusterFirst, /],
    [
      "a toleration of nothing",
      { tolerations: [{ effect: "NoSchedule" }] },
      /tolerations\[0\]\.key: missing; allowed: none only with operator: Exists/,
    ],
    [
      "seconds without an end",
      { tolerations: [{ operator: "Exists", tolerationSeconds: 5 }] },
      /tolerations\[0\]\.tolerationSeconds: got 5; allowed: only with effect: NoExecute/,
    ],
    [
      "no address",
      { hostAliases: [{ ip: "db", hostnames: ["a"] }] },
      /hostAliases\[0\]\.ip: got "db"/,
    ],
    [
      "a patch of nothing",
      { patches: { pod: {} } },
      /patches\.pod: unknown key; allowed: deployment, /,
    ],
    ["a patch that is none", { pod: "hostNetwork" }, /pod: got "hostNetwork"; allowed: a mapping/],
  ])("refuse %s", (_what, change, told) => {
    expect(faultsOf(change)).toEqual([expect.stringMatching(told)]);
  });

  test("refuse to pull with a credential that is no login", () => {
    const credentials = { db: { keys: { PASSWORD: { random: { length: 8 } } } } };
    expect(faultsOf({ pullSecrets: ["db"] }, { credentials })).toEqual([
      "slipway:services.shop.pullSecrets: db: has the format opaque; allowed: a credential of the format dockerconfigjson",
    ]);
    expect(faultsOf({ pullSecrets: ["of-somebody-else"] })).toEqual([]);
  });
});

describe("the namespace", () => {
  const parsed = (namespace: unknown) => {
    const { namespace: name, namespaceExists } = settingsOf({ ...VALID, namespace });
    return { name, namespaceExists };
  };

  test("is the stack's own, or one that exists", () => {
    expect(parsed("team")).toEqual({ name: "team", namespaceExists: false });
    expect(parsed({ name: "team" })).toEqual({ name: "team", namespaceExists: false });
    expect(parsed({ name: "team", exists: true })).toEqual({ name: "team", namespaceExists: true });
    expect(parsed({ name: "default", exists: true }).name).toBe("default");
  });

  test.each<[unknown, RegExp]>([
    ["default", /namespace: got "default"; allowed: a namespace of the stack's own/],
    [{ name: "kube-system", exists: true }, /namespace\.name: got "kube-system"/],
    [
      { name: "Team", exists: true },
      /namespace\.name: got "Team"; allowed: the name of a namespace/,
    ],
    [{ exists: true }, /namespace/],
  ])("is not %j", (namespace, told) => {
    expect(faultsOf({}, { namespace })).toEqual([expect.stringMatching(told)]);
  });
});

describe("the deploy lane's limits", () => {
  test("stay as they are for services that leave nothing", () => {
    expect(limitPolicies({ shop: { port: 80 } })).toEqual(
      limitPolicies({ shop: { port: 80, allow: [], labels: { team: "a" } } }),
    );
  });

  test("hold every pod to the hardening once the namespace is looser, except for the service with the word", () => {
    const policies = limitPolicies({ agent: { port: 80, allow: ["host-pid"] } });
    const policy = policies.find(({ policy: { metadata } }) =>
      metadata.name.endsWith("deploy-deployments"),
    );
    const rules = policy?.policy.spec.validations.map(({ expression }) => expression) ?? [];
    expect(rules).toContainEqual(
      expect.stringMatching(/^object\.metadata\.name in \["agent"\] .*hostPID/),
    );
    expect(rules).toContainEqual(
      expect.stringMatching(/^object\.metadata\.name in \[\] .*hostIPC/),
    );
  });
});
