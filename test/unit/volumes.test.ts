// Cannot prove that a kubelet mounts what the manifests say: test/e2e/volumes.test.ts does.
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { withImages } from "../../components/service/containers.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { deploymentManifest } from "../../components/manifests/deployment.ts";
import { podTemplate } from "../../components/manifests/pod-template.ts";
import {
  ownClaims,
  volumeClaimManifests,
  volumeClaimTemplates,
} from "../../components/manifests/volume-claims.ts";
import { workloadHash } from "../../components/manifests/workload.ts";
import type { Delivery } from "../../components/lanes/delivery.ts";
import { deployRights } from "../../components/lanes/lane-rights.ts";
import { deployments } from "../../components/lanes/policies/deploy/deployments.ts";
import { claimFaults } from "../../components/require-claims.ts";
import type { FoundClaim } from "../../contract/volume-claims.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { volumeClaims } from "../../provider/volume-claims.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { settingFaults, VALID } from "../support/stack-config.ts";

type Deployment = pulumi.Unwrap<k8s.types.input.apps.v1.Deployment>;
type Volume = pulumi.Unwrap<k8s.types.input.core.v1.Volume>;
type PodSpec = pulumi.Unwrap<k8s.types.input.core.v1.PodSpec>;

const OTHER = `registry.example.com/team/runner@sha256:${"b".repeat(64)}`;

const specOf = (definition: Partial<ServiceDefinition>) =>
  (deploymentManifest(service(definition), IMAGE) as Deployment).spec;
const podOf = (definition: Partial<ServiceDefinition>): PodSpec =>
  specOf(definition).template.spec as PodSpec;

/** What a path of the service's container is, by its mount and its volume. */
function at(
  definition: Partial<ServiceDefinition>,
  path: string,
): { name: string; mount: unknown; volume: Omit<Volume, "name"> } {
  const { containers, volumes = [] } = podOf(definition);
  const mount = containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === path);
  const found = volumes.find((each) => each.name === mount?.name);
  const { name, ...volume } = found ?? { name: "" };
  return { name, mount, volume };
}

function faultsOf(change: object, others: object = {}): string[] {
  const shop = { ...VALID.services.shop, ...change };
  const faults = settingFaults({ ...VALID, services: { shop, ...others } });
  return faults.map((line) => line.replace("slipway:services.", ""));
}

describe("volumes", () => {
  const claim = { size: "5Gi", class: "fast" };

  test("of a claim that the stack makes have the service's name, and one volume for all of their paths", () => {
    const subject = {
      replicas: 1,
      volumes: {
        "/home/node/.n8n": { claim },
        "/a": { claim: { ...claim, name: "own" }, subPath: "a" },
        "/b": { claim: { ...claim, name: "own" }, subPath: "b", readOnly: true },
      },
    } as const;
    const made = ownClaims(service(subject)).map(({ name }) => name);
    expect(made).toEqual([expect.stringMatching(/^shop-n8n-[0-9a-f]{5}$/), "own"]);
    expect(volumeClaimManifests(service(subject))?.[0]).toMatchObject({
      kind: "PersistentVolumeClaim",
      metadata: { name: made[0], namespace: "store" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "fast",
        resources: { requests: { storage: "5Gi" } },
      },
    });
    expect(at(subject, "/home/node/.n8n").volume).toEqual({
      persistentVolumeClaim: { claimName: made[0] },
    });
    const [a, b] = [at(subject, "/a"), at(subject, "/b")];
    expect(a.name).toBe(b.name);
    expect([a.mount, b.mount]).toEqual([
      { name: a.name, mountPath: "/a", subPath: "a" },
      { name: a.name, mountPath: "/b", subPath: "b", readOnly: true },
    ]);
    expect(podOf(subject).volumes?.filter(({ name }) => name === a.name)).toHaveLength(1);
  });

  test("in memory and on the node have their size, and one for each pod is deleted with it", () => {
    const volumes = {
      "/dev/shm": { memory: "64Mi" },
      "/scratch": { scratch: "2Gi" },
      "/var/lib/index": { perPod: { size: "1Gi", name: "index" } },
    };
    expect(at({ volumes }, "/dev/shm").volume).toEqual({
      emptyDir: { medium: "Memory", sizeLimit: "64Mi" },
    });
    expect(at({ volumes }, "/scratch").volume).toEqual({ emptyDir: { sizeLimit: "2Gi" } });
    const { name, volume } = at({ volumes }, "/var/lib/index");
    expect(name).toBe("index");
    expect(volume.ephemeral?.volumeClaimTemplate?.spec).toEqual({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    });
    const named = podTemplate(service({ volumes, stateful: true }), IMAGE, {}).spec as PodSpec;
    expect(named.volumes?.map((each) => each.name)).not.toContain("index");
    expect(volumeClaimTemplates(service({ volumes }))).toMatchObject([
      { metadata: { name: "index" }, spec: volume.ephemeral?.volumeClaimTemplate?.spec },
    ]);
    expect(volumeClaimManifests(service({ volumes }))).toBeUndefined();
  });

  test("give the pods their group where only root could use them, and leave no key where there are none", () => {
    const groupOf = (definition: Partial<ServiceDefinition>) => {
      const { fsGroup, fsGroupChangePolicy } = podOf(definition).securityContext ?? {};
      return [fsGroup, fsGroupChangePolicy];
    };
    const volumes = { "/data": { claim } };
    expect(groupOf({ user: 1000, replicas: 1, volumes })).toEqual([1000, "OnRootMismatch"]);
    expect(groupOf({ folders: { "/tls": { secret: "s", mode: "0440" } } })).toEqual([
      65532,
      undefined,
    ]);
    expect(groupOf({ folders: { "/tls": { secret: "s", mode: "0444" } } })).toEqual([
      undefined,
      undefined,
    ]);
    expect(podOf({}).securityContext).not.toHaveProperty("fsGroup");
    expect(podOf({})).not.toHaveProperty("initContainers");
    expect(podOf({}).containers[0]).not.toHaveProperty("envFrom");
  });

  test("at /tmp replace the folder that every pod may write to", () => {
    const subject = { volumes: { "/tmp": { scratch: "1Gi" } } };
    expect(at(subject, "/tmp").volume).toEqual({ emptyDir: { sizeLimit: "1Gi" } });
    expect(podOf(subject).volumes).toHaveLength(1);
  });

  test("are refused where they are of two kinds, share a path, or lie in what can only be read", () => {
    expect(faultsOf({ volumes: { "/a": { memory: "1Mi", scratch: "1Mi" } } })).toEqual([
      'shop.volumes["/a"]: got {"memory":"1Mi","scratch":"1Mi"}; allowed: one of claim, perPod, memory, scratch; remove the others',
    ]);
    expect(faultsOf({ volumes: { "/a": {} } })).toEqual([
      'shop.volumes["/a"]: missing; allowed: one of claim, perPod, memory, scratch',
    ]);
    expect(
      faultsOf({ volumes: { "/a": { memory: "1Mi" } }, files: { "/a": "x" }, writable: ["/a"] }),
    ).toEqual(
      expect.arrayContaining([
        'shop.files["/a"]: /a is also under volumes; remove one of them',
        "shop.writable: /a is also under volumes; remove one of them",
      ]),
    );
    expect(faultsOf({ folders: { "/a": { secret: "s" } }, files: { "/a/b": "x" } })).toEqual([
      'shop.files["/a/b"]: /a/b is inside of /a, which can only be read, so that nothing can be mounted there; allowed: a path outside of it',
    ]);
    expect(faultsOf({ volumes: { "/a": { scratch: "128m" } } })).toEqual([
      expect.stringContaining('shop.volumes["/a"].scratch: got "128m"; allowed: at least 1Mi'),
    ]);
    expect(faultsOf({ volumes: { "/a": { perPod: { size: "1Gi", name: "files" } } } })).toEqual([
      expect.stringContaining("a volume of that name already"),
    ]);
  });

  test("of one writer need one pod, which the settings must say", () => {
    const volumes = { "/a": { claim } };
    expect(faultsOf({ volumes })).toEqual([
      'shop.replicas: missing, which means 2; allowed: 1, because volumes["/a"] is a claim of one writer (ReadWriteOnce); write 1, give each pod its own with perPod, or the claim access: ReadWriteMany',
    ]);
    expect(faultsOf({ volumes, autoscale: { min: 1, max: 3 } })).toEqual([
      expect.stringContaining("shop.autoscale.max: got 3; allowed: 1"),
    ]);
    expect(faultsOf({ volumes, replicas: 1, replacement: { surge: 1 } })).toEqual([
      expect.stringContaining('shop.replacement: got {"surge":1}; allowed: recreate'),
    ]);
    expect(faultsOf({ volumes, replicas: 1 })).toEqual([]);
    expect(faultsOf({ volumes, stateful: true })).toEqual([]);
    expect(faultsOf({ volumes, stateful: true, replicas: 2 })).toEqual([
      expect.stringContaining("shop.replicas: got 2; allowed: 1"),
    ]);
    expect(faultsOf({ volumes, everyNode: true })).toEqual([
      expect.stringContaining(
        'shop.volumes["/a"].claim: allowed: no such claim with a pod on each node',
      ),
    ]);
    const shared = { "/a": { claim: { ...claim, access: "ReadWriteMany" } } };
    expect(faultsOf({ volumes: shared, replicas: 3 })).toEqual([]);
  });

  test("of one claim are described by one service, and alike", () => {
    const own = { size: "1Gi", access: "ReadWriteMany", name: "own" };
    expect(
      faultsOf(
        { volumes: { "/a": { claim: own } } },
        { web: { image: IMAGE, port: 80, volumes: { "/b": { claim: own } } } },
      ),
    ).toEqual([
      'web.volumes["/b"].claim.name: got "own"; service shop creates that claim; write claim: own, or a different name',
    ]);
    expect(
      faultsOf({ volumes: { "/a": { claim: own }, "/b": { claim: { ...own, size: "2Gi" } } } }),
    ).toEqual([expect.stringContaining("allowed: the same as that of /a")]);
  });
});

describe("claims in the cluster", () => {
  const found: FoundClaim = {
    size: "5Gi",
    class: "fast",
    access: ["ReadWriteOnce"],
    service: "shop",
    isEnding: false,
    grows: false,
  };
  const use = (request: object | undefined, hasSeveralPods = false) =>
    ({ service: "shop", path: "/a", name: "data", request, hasSeveralPods }) as Parameters<
      typeof claimFaults
    >[0][number];
  const faults = (request: object, claim: Partial<FoundClaim> = {}) =>
    claimFaults([use(request)], { data: { ...found, ...claim } }).map((fault) =>
      fault.replace('slipway:services.shop.volumes["/a"].claim', ""),
    );

  test("stay as they are, and grow where their class lets them", () => {
    expect(faults({ size: "5120Mi" })).toEqual([]);
    expect(faults({ size: "10Gi" }, { grows: true })).toEqual([]);
    // Who may not read the class leaves it to the API server.
    const unread = Object.fromEntries(
      Object.entries(found).filter(([key]) => key !== "grows"),
    ) as unknown as FoundClaim;
    expect(claimFaults([use({ size: "10Gi" })], { data: unread })).toEqual([]);
    expect(claimFaults([use({ size: "10Gi" })], { data: "missing" })).toEqual([]);
  });

  test("neither shrink nor change their class or access", () => {
    expect(faults({ size: "1Gi" })).toEqual([
      ".size: got 1Gi; the claim data has 5Gi, and a volume never shrinks; allowed: at least 5Gi",
    ]);
    expect(faults({ size: "10Gi" })).toEqual([
      ".size: got 10Gi; the claim data has 5Gi, and its class fast lets no volume grow; write 5Gi, or set allowVolumeExpansion of the class",
    ]);
    expect(faults({ size: "5Gi", class: "slow" })[0]).toContain('.class: got "slow"; the claim');
    expect(faults({ size: "5Gi", access: "ReadWriteMany" })[0]).toContain(
      ".access: got ReadWriteMany; the claim data has ReadWriteOnce, which never changes",
    );
  });

  test("of others are not taken, and one that is being deleted is waited for", () => {
    expect(faults({ size: "5Gi" }, { service: "" })).toEqual([
      ": the claim data exists, and Slipway has not made it; write claim: data to use it, or claim.name for a different one",
    ]);
    expect(faults({ size: "5Gi" }, { service: "web" })[0]).toContain("it is of web");
    expect(faults({ size: "5Gi" }, { isEnding: true })[0]).toContain("is being deleted");
  });

  test("of a stateful service's pods are grown by hand first", () => {
    const uses = [{ ...use({ size: "10Gi" }), name: "data-shop-0", isOfPod: true }];
    const ofPods = { ...found, service: "", grows: true };
    expect(claimFaults(uses, { "data-shop-0": ofPods })).toEqual([
      expect.stringContaining(
        'volumes["/a"].perPod.size: got 10Gi; the claim data-shop-0 has 5Gi, and a StatefulSet does not grow its claims; write 5Gi, or grow each of them first: kubectl patch pvc data-shop-0',
      ),
    ]);
    expect(claimFaults(uses, { "data-shop-0": { ...ofPods, size: "10Gi" } })).toEqual([]);
  });

  test("by name exist, or are described by another service, and several pods need a shared one", () => {
    expect(claimFaults([use(undefined)], { data: "missing" })).toEqual([
      'slipway:services.shop.volumes["/a"].claim: got "data", which does not exist; allowed: a claim that exists in the namespace; create it, or write {size: 10Gi} to have the stack create one',
    ]);
    const maker = { ...use({ size: "1Gi" }), service: "web" };
    expect(claimFaults([maker, use(undefined)], { data: "missing" })).toEqual([]);
    expect(claimFaults([use(undefined, true)], { data: found })[0]).toContain(
      "for several pods; allowed: a claim that several nodes may mount",
    );
    expect(claimFaults([use(undefined, true)], {})).toEqual([]);
  });

  test("are read with what their class allows, and one that may not be read is left out", async () => {
    const claim = {
      metadata: {
        name: "data",
        labels: { "app.kubernetes.io/managed-by": "slipway", "app.kubernetes.io/name": "shop" },
      },
      spec: {
        storageClassName: "fast",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "5Gi" } },
      },
    };
    const answers: Readonly<Record<string, unknown>> = {
      "/api/v1/namespaces/store/persistentvolumeclaims/data": claim,
      "/api/v1/namespaces/store/persistentvolumeclaims/more": claim,
      "/apis/storage.k8s.io/v1/storageclasses/fast": { allowVolumeExpansion: true },
    };
    const asked: string[] = [];
    const get = (path: string) => {
      asked.push(path);
      const refused = path.endsWith("/secret") ? 403 : 404;
      const answer = answers[path];
      return answer === undefined
        ? Promise.reject(new ApiError(refused, "no"))
        : Promise.resolve(answer);
    };
    const names = ["data", "gone", "secret", "more"];
    const { signal } = new AbortController();
    const shown = { ...found, grows: true };
    expect(await volumeClaims({ namespace: "store", names }, { get }, signal)).toEqual({
      claims: { data: shown, gone: "missing", more: shown },
    });
    expect(asked.filter((path) => path.includes("storageclasses"))).toHaveLength(1);
  });
});

describe("the deploy lane", () => {
  const delivery = (volumes?: ServiceDefinition["volumes"]): Delivery => ({
    namespace: "store",
    services: { shop: { port: 80, replicas: 1, ...(volumes && { volumes }) } },
    credentials: {},
    sealing: { controller: { namespace: "kube-system", name: "controller" } },
  });
  const messages = (volumes?: ServiceDefinition["volumes"]) =>
    deployments(delivery(volumes))
      .validations.map(({ message }) => message)
      .filter((message) => message.includes("spec.volumes[]"))
      .join("\n");

  test("mounts the claims that the settings name, and writes and reads them", () => {
    const volumes = {
      "/a": { claim: "found" },
      "/b": { claim: { size: "1Gi", name: "own" } },
      "/c": { perPod: { size: "1Gi" } },
    };
    expect(deployments(delivery(volumes)).variables?.["claims"]).toBe('["found","own"]');
    expect(messages(volumes)).toContain(
      "configMap, emptyDir, ephemeral, persistentVolumeClaim and secret",
    );
    expect(messages(volumes)).toContain("claims that slipway:services name");
    const rights = deployRights(delivery(volumes)).map(
      ({ verb, resource }) => `${verb} ${resource}`,
    );
    expect(rights).toEqual(
      expect.arrayContaining([
        "create persistentvolumeclaims",
        "patch persistentvolumeclaims",
        "delete persistentvolumeclaims",
        "get storageclasses",
      ]),
    );
  });

  test("has nothing of claims where no service has any", () => {
    expect(deployments(delivery()).variables).not.toHaveProperty("claims");
    expect(messages()).toContain("configMap, emptyDir and secret");
    expect(
      deployRights(delivery()).filter(({ resource }) => /claims|storageclasses/.test(resource)),
    ).toEqual([]);
  });
});

describe("variables and folders", () => {
  test("come from ConfigMaps, fields, resources and whole objects", () => {
    const { env, envFrom } =
      podOf({
        env: {
          A: { configMap: "c", key: "k", optional: true },
          B: { secret: "s", key: "k", optional: true },
          C: { field: "status.podIP" },
          D: { resource: "limits.memory", divisor: "1Mi" },
          E: { resource: "requests.cpu" },
        },
        envFrom: [
          { secret: "s", prefix: "S_" },
          { configMap: "c", optional: true },
        ],
      }).containers[0] ?? {};
    expect(env).toEqual([
      { name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "k", optional: true } } },
      { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "k", optional: true } } },
      { name: "C", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "D", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
      { name: "E", valueFrom: { resourceFieldRef: { resource: "requests.cpu" } } },
    ]);
    expect(envFrom).toEqual([
      { prefix: "S_", secretRef: { name: "s" } },
      { configMapRef: { name: "c", optional: true } },
    ]);
  });

  test("become volumes of their own, in Kubernetes' form", () => {
    const folders = {
      "/tls": { secret: "s", items: [{ key: "k", path: "a/b", mode: "0400" }], mode: "0440" },
      "/map": { configMap: "c", optional: true },
    };
    const files = { "/f": { configMap: "c", key: "k" } };
    expect(at({ folders }, "/tls")).toMatchObject({
      mount: { readOnly: true },
      volume: {
        secret: {
          secretName: "s",
          items: [{ key: "k", path: "a/b", mode: 256 }],
          defaultMode: 288,
        },
      },
    });
    expect(at({ folders }, "/map").volume).toEqual({ configMap: { name: "c", optional: true } });
    expect(at({ files, folders }, "/f")).toMatchObject({
      mount: { subPath: "k", readOnly: true },
      volume: { configMap: { name: "c" } },
    });
  });

  test("are refused where Kubernetes would refuse them in the middle of the run", () => {
    expect(faultsOf({ envFrom: [{ secret: "s", configMap: "c" }, {}] })).toEqual([
      expect.stringContaining("shop.envFrom[0]: got"),
      "shop.envFrom[1]: missing; allowed: one of secret, configMap, credential",
    ]);
    expect(faultsOf({ folders: { "/a": {} } })).toEqual([
      'shop.folders["/a"]: missing; allowed: one of secret, configMap, credential',
    ]);
    expect(faultsOf({ env: { A: { field: "status.phase" } } })).toEqual([
      expect.stringContaining("shop.env.A"),
    ]);
    expect(faultsOf({ env: { A: { resource: "limits.cpu", divisor: "1Mi" } } })).toEqual([
      'shop.env.A.divisor: got "1Mi"; allowed for CPU: 1 or 1m',
    ]);
    expect(faultsOf({ envFrom: [{ credential: "none" }] })).toEqual([
      expect.stringContaining("shop.envFrom[0].credential: none: unknown key"),
    ]);
  });

  test("of whole objects may be part of others, though nobody knows their names", () => {
    const env = { A: { expand: "$(HOST)" } };
    expect(faultsOf({ env })).toEqual([expect.stringContaining("no variable of this service")]);
    expect(faultsOf({ env, envFrom: [{ secret: "s" }] })).toEqual([]);
  });
});

describe("containers beside the service's own", () => {
  const folders = { "/etc/app": { secret: "s" } };
  const definition = {
    env: { A: "1", B: "2" },
    envFrom: [{ secret: "s" }],
    folders,
    initContainers: [{ name: "wait", command: ["wait"], env: { B: "3" } }],
    sidecars: [
      { name: "runner", image: OTHER, mounts: [{ path: "/etc/app", at: "/config" }], user: 1000 },
      { name: "proxy", of: "web", startsFirst: true, port: 9000, health: "/up" },
    ],
  } satisfies Partial<ServiceDefinition>;
  const containersOf = () => {
    const completed = service(definition);
    const subject = { ...completed, ...withImages(completed, (name) => `${name}-image`) };
    const { spec } = deploymentManifest(subject, IMAGE) as Deployment;
    return spec.template.spec as PodSpec;
  };

  test("start in their order, sidecars before or after those that end", () => {
    expect(
      containersOf().initContainers?.map(({ name, image, restartPolicy }) => [
        name,
        image,
        restartPolicy,
      ]),
    ).toEqual([
      ["proxy", "web-image", "Always"],
      ["wait", IMAGE, undefined],
      ["runner", OTHER, "Always"],
    ]);
  });

  test("have the service's variables and mounts if they run its image, and otherwise what they name", () => {
    const { containers, initContainers = [] } = containersOf();
    const [proxy, wait, runner] = initContainers;
    expect(wait).toMatchObject({
      command: ["wait"],
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "3" },
      ],
      envFrom: [{ secretRef: { name: "s" } }],
      volumeMounts: containers[0]?.volumeMounts,
    });
    expect(runner).toMatchObject({
      env: [],
      securityContext: { runAsUser: 1000, readOnlyRootFilesystem: true },
      volumeMounts: [{ mountPath: "/config", readOnly: true }],
    });
    expect(runner).not.toHaveProperty("envFrom");
    expect(runner).not.toHaveProperty("readinessProbe");
    expect(proxy).toMatchObject({
      ports: [{ containerPort: 9000 }],
      readinessProbe: { httpGet: { path: "/up", port: 9000 } },
      livenessProbe: { httpGet: { path: "/up", port: 9000 } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    });
  });

  test("have probes of any kind, which ask their own port by its number", () => {
    const exec = { command: ["ready"] };
    const sidecars = [
      { name: "one", port: 9000, probes: { readiness: { httpGet: { path: "/r" } } } },
      { name: "two", probes: { readiness: { exec } } },
    ];
    const [one, two] = podOf({ sidecars }).initContainers ?? [];
    expect(one).toMatchObject({
      readinessProbe: { httpGet: { path: "/r", port: 9000 } },
      startupProbe: { tcpSocket: { port: 9000 } },
    });
    expect(two?.readinessProbe).toMatchObject({ exec });
    expect(two).not.toHaveProperty("livenessProbe");
    expect(faultsOf({ sidecars })).toEqual([]);
  });

  test("make a different hash with a different image of theirs", () => {
    const completed = service(definition);
    const hashWith = (image: string) =>
      workloadHash({ ...completed, ...withImages(completed, () => image) }, IMAGE);
    expect(hashWith("a")).not.toBe(hashWith("b"));
  });

  test("are refused with a taken name, two images, an unknown service, a path of nothing, or a probe without a port", () => {
    const container = (change: object) => ({ sidecars: [{ name: "side", ...change }] });
    expect(faultsOf(container({ name: "shop" }))).toEqual([
      expect.stringContaining('shop.sidecars[0].name: got "shop"; allowed: a name of its own'),
    ]);
    expect(faultsOf(container({ of: "none" }))).toEqual([
      'shop.sidecars[0].of: got "none"; allowed: a service of this stack, one of none',
    ]);
    expect(faultsOf(container({ image: OTHER, of: "none" }))).toHaveLength(2);
    expect(faultsOf(container({ mounts: ["/data"] }))).toEqual([
      'shop.sidecars[0].mounts[0]: got "/data"; allowed: a path of the service, one of /tmp; add it to volumes, files, folders or writable',
    ]);
    expect(faultsOf(container({ health: "/up" }))).toEqual([
      expect.stringContaining('shop.sidecars[0].health: got "/up"; allowed: with port'),
    ]);
    expect(faultsOf(container({ image: "shop:latest" }))).toEqual([
      expect.stringContaining("shop.sidecars[0].image: got"),
    ]);
    expect(faultsOf(container({ credentials: ["none"] }))).toEqual([
      expect.stringContaining("shop.sidecars[0].credentials: none: unknown key"),
    ]);
    expect(faultsOf(container({ env: { A: { expand: "$(NONE)" } } }))).toEqual([
      expect.stringContaining("shop.sidecars[0].env.A.expand"),
    ]);
  });
});

describe("an update replaces the pods", () => {
  const claimed = (claim: object | string, more: object = {}) =>
    specOf({ replicas: 1, volumes: { "/a": { claim } }, ...more } as Partial<ServiceDefinition>)
      .strategy;

  test("with a surge of a quarter and none unavailable, or as the settings say", () => {
    const rolling = (replacement: ServiceDefinition["replacement"]) =>
      specOf(replacement === undefined ? {} : { replacement }).strategy;
    const usual = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } };
    expect(rolling(undefined)).toEqual(usual);
    expect(rolling({ surge: 0 })).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    });
    expect(rolling({ unavailable: "50%" })?.rollingUpdate).toEqual({
      maxUnavailable: "50%",
      maxSurge: "25%",
    });
    expect(rolling("recreate")).toEqual({ type: "Recreate" });
    expect(faultsOf({ replacement: { surge: 0, unavailable: 0 } })).toEqual([
      expect.stringContaining("shop.replacement.unavailable: got 0; allowed: above 0"),
    ]);
    expect(faultsOf({ stateful: true, replacement: "recreate" })).toEqual([
      'shop.replacement: got "recreate"; allowed: none, because a StatefulSet replaces one pod after the other; see stateful.partition; remove it',
    ]);
    expect(faultsOf({ replacement: "rolling" })).toEqual([
      expect.stringContaining("shop.replacement: got"),
    ]);
  });

  test("one after the other where two would write to one claim", () => {
    expect(claimed({ size: "1Gi" })).toEqual({ type: "Recreate" });
    expect(claimed("found")).toEqual({ type: "Recreate" });
    expect(claimed({ size: "1Gi", access: "ReadWriteMany" })?.type).toBe("RollingUpdate");
    expect(claimed("found", { replicas: 2 })?.type).toBe("RollingUpdate");
    expect(claimed("found", { replacement: { surge: 1 } })?.type).toBe("RollingUpdate");
  });
});
