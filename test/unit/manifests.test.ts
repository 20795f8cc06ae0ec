// Cannot prove that an API server takes the manifests (see test/e2e/manifests.test.ts), nor that a network enforces the policy.
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { complete } from "../../components/complete-service.ts";
import {
  configMapManifest,
  configMapName,
  fileKey,
} from "../../components/manifests/config-map.ts";
import { deploymentManifest } from "../../components/manifests/deployment.ts";
import { horizontalPodAutoscalerManifest } from "../../components/manifests/horizontal-pod-autoscaler.ts";
import { ingressManifest } from "../../components/manifests/ingress.ts";
import { namespaceManifest } from "../../components/manifests/namespace.ts";
import { networkPolicyManifest } from "../../components/manifests/network-policy.ts";
import { podDisruptionBudgetManifest } from "../../components/manifests/pod-disruption-budget.ts";
import { largerQuantity, parseQuantity } from "../../contract/quantity.ts";
import { serviceAccountManifest } from "../../components/manifests/service-account.ts";
import { serviceManifest } from "../../components/manifests/service.ts";
import { workloadHash, workloadManifests } from "../../components/manifests/workload.ts";
import type { Service } from "../../components/service-definition.ts";
import { fullService, IMAGE, service } from "../support/definitions.ts";

type Deployment = pulumi.Unwrap<k8s.types.input.apps.v1.Deployment>;
type PodSpec = pulumi.Unwrap<k8s.types.input.core.v1.PodSpec>;

const deployment = (subject: Service): Deployment =>
  deploymentManifest(subject, IMAGE) as Deployment;
const pod = (subject: Service): PodSpec => deployment(subject).spec.template.spec as PodSpec;
const container = (subject: Service) => {
  const [only, ...others] = pod(subject).containers;
  if (only === undefined || others.length > 0) {
    throw new Error("expected one container");
  }
  return only;
};

describe("the pods", () => {
  test("run one container of exactly the image, with the service's port", () => {
    expect(container(service())).toMatchObject({
      name: "shop",
      image: IMAGE,
      ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    });
  });

  test("run without root, capabilities, privileges, writable root and a token", () => {
    expect(pod(service())).toMatchObject({
      serviceAccountName: "shop",
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    expect(container(service()).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("may write to /tmp, and to nothing else", () => {
    const [mount, ...others] = container(service()).volumeMounts ?? [];
    expect(others).toEqual([]);
    expect(mount).toMatchObject({ mountPath: "/tmp" });
    expect(pod(service()).volumes).toEqual([{ name: mount?.name, emptyDir: {} }]);
  });

  test("are spread over the nodes, release by release", () => {
    expect(pod(service()).topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
        matchLabelKeys: ["pod-template-hash"],
      },
    ]);
  });

  test("go on serving for the drain, and get time to finish after it", () => {
    const subject = service({ drainSeconds: 40, stopSeconds: 10 });
    expect(container(subject).lifecycle).toEqual({ preStop: { sleep: { seconds: 40 } } });
    expect(pod(subject).terminationGracePeriodSeconds).toBe(50);
    expect(container(service({ drainSeconds: 0 })).lifecycle).toBeUndefined();
  });

  test("are asked for their health and readiness by HTTP where the settings name the paths", () => {
    const { startupProbe, readinessProbe, livenessProbe } = container(
      service({ health: "/healthz", ready: "/readyz" }),
    );
    expect(startupProbe?.httpGet).toEqual({ path: "/healthz", port: "http" });
    expect(livenessProbe?.httpGet).toEqual({ path: "/healthz", port: "http" });
    expect(readinessProbe?.httpGet).toEqual({ path: "/readyz", port: "http" });
  });

  test("are ready when healthy where no other path is named, and by TCP where none is", () => {
    expect(container(service({ health: "/up" })).readinessProbe?.httpGet?.path).toBe("/up");
    const { startupProbe, readinessProbe, livenessProbe } = container(service());
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect(probe).toMatchObject({ tcpSocket: { port: "http" } });
    }
  });

  test("are not killed for a slow start before the rollout's deadline", () => {
    const { startupProbe } = container(service({ deadlineSeconds: 90 }));
    expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBe(90);
  });

  test("count once they have stayed ready for a while, which the rollout waits for", () => {
    expect(deployment(service()).spec.minReadySeconds).toBe(10);
    expect(deployment(service({ settleSeconds: 25 })).spec.minReadySeconds).toBe(25);
    // Below the progress deadline, as the API server wants it.
    expect(deployment(service({ deadlineSeconds: 5 })).spec.minReadySeconds).toBe(2);
  });

  test("count at once without settleSeconds, which changes nothing else", () => {
    const { spec } = deployment(service({ settleSeconds: 0 }));
    expect(spec).not.toHaveProperty("minReadySeconds");
    expect({ ...spec, minReadySeconds: 10 }).toEqual(deployment(service()).spec);
  });

  test("get plain variables as they are and Secrets by reference only", () => {
    expect(container(fullService()).env).toEqual([
      { name: "MODE", value: "live" },
      { name: "KEY", valueFrom: { secretKeyRef: { name: "payment", key: "api-key" } } },
    ]);
  });

  test("get each file at its path, read-only, from the ConfigMap or the Secret", () => {
    const mounts = container(fullService()).volumeMounts ?? [];
    const volumes = pod(fullService()).volumes ?? [];
    const volumeOf = (path: string) => {
      const mount = mounts.find(({ mountPath }) => mountPath === path);
      return { mount, volume: volumes.find(({ name }) => name === mount?.name) };
    };
    const config = volumeOf("/etc/shop/config.yaml");
    expect(config.mount).toMatchObject({
      readOnly: true,
      subPath: fileKey("/etc/shop/config.yaml"),
    });
    expect(config.volume?.configMap).toEqual({ name: configMapName(fullService()) });
    const key = volumeOf("/etc/shop/key.pem");
    expect(key.mount).toMatchObject({ readOnly: true, subPath: "key.pem" });
    expect(key.volume?.secret).toEqual({ secretName: "payment" });
  });

  test("mount a Secret once, however many of its keys are files", () => {
    const secret = (key: string) => ({ secret: "payment", key });
    const subject = service({ files: { "/a": secret("a"), "/b": secret("b") }, writable: [] });
    expect(pod(subject).volumes).toHaveLength(1);
  });

  test("pull the image with the registry's Secret where there is one", () => {
    expect(pod({ ...service(), pullSecret: "registry" }).imagePullSecrets).toEqual([
      { name: "registry" },
    ]);
    expect(pod(service()).imagePullSecrets).toBeUndefined();
  });
});

describe("the Deployment", () => {
  test("never takes a serving pod away before its successor is ready", () => {
    expect(deployment(service()).spec.strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" },
    });
  });

  test("leaves the number of pods to the autoscaler where there is one", () => {
    expect(deployment(service()).spec.replicas).toBe(2);
    expect(deployment(fullService()).spec).not.toHaveProperty("replicas");
  });

  test("selects by what never changes, and its pods carry it", () => {
    const { spec } = deployment({ ...service(), version: "other" });
    expect(spec.selector.matchLabels).toEqual({ "app.kubernetes.io/name": "shop" });
    expect(spec.template.metadata?.labels).toMatchObject(spec.selector.matchLabels ?? {});
  });

  test("names commit and repository beside the pod template: a commit alone restarts nothing", () => {
    const source = { commit: "c0ffee", repository: "https://git.example.com/shop" };
    const withSource = deploymentManifest(service(), IMAGE, source) as Deployment;
    expect(withSource.metadata?.annotations).toMatchObject({
      "org.opencontainers.image.revision": "c0ffee",
      "org.opencontainers.image.source": "https://git.example.com/shop",
    });
    expect(withSource.spec).toEqual(deployment(service()).spec);
    expect(deployment({ ...service(), version: "other" }).spec).toEqual(deployment(service()).spec);
  });

  test("carries the recommended labels", () => {
    expect(deployment(service()).metadata?.labels).toEqual({
      "app.kubernetes.io/name": "shop",
      "app.kubernetes.io/instance": "shop",
      "app.kubernetes.io/version": "0123abcd",
      "app.kubernetes.io/part-of": "store",
      "app.kubernetes.io/managed-by": "slipway",
    });
  });

  test("fails after the deadline, and keeps the last ten releases", () => {
    expect(deployment(service()).spec).toMatchObject({
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: 10,
    });
  });
});

describe("the other objects", () => {
  test("Deployment, Service and Ingress are not awaited: Readiness is what waits", () => {
    for (const manifest of [
      deployment(service()),
      serviceManifest(service()),
      ingressManifest(fullService()),
    ]) {
      expect(manifest?.metadata).toMatchObject({
        annotations: { "pulumi.com/skipAwait": "true" },
      });
    }
  });

  test("the Service leads port 80 to the container's port", () => {
    expect(serviceManifest(service()).spec).toMatchObject({
      type: "ClusterIP",
      selector: { "app.kubernetes.io/name": "shop" },
      ports: [{ port: 80, targetPort: "http" }],
    });
  });

  test("the ServiceAccount gives out no token", () => {
    expect(serviceAccountManifest(service()).automountServiceAccountToken).toBe(false);
  });

  test.each([
    ["one pod", service({ replicas: 1 }), false],
    ["two pods", service({ replicas: 2 }), true],
    ["an autoscaler from one pod", service({ autoscale: { min: 1, max: 3 } }), false],
    ["an autoscaler from two pods", service({ autoscale: { min: 2, max: 3 } }), true],
  ])(
    "%s: a disruption budget is there only if it lets a node be drained",
    (_, subject, expected) => {
      expect(podDisruptionBudgetManifest(subject) !== undefined).toBe(expected);
    },
  );

  test("the NetworkPolicy lets in the port, and out nothing but DNS", () => {
    const { spec } = networkPolicyManifest(service()) as pulumi.Unwrap<
      ReturnType<typeof networkPolicyManifest>
    >;
    expect(spec?.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec?.ingress).toEqual([{ ports: [{ port: "http", protocol: "TCP" }] }]);
    expect(spec?.egress?.flatMap(({ ports }) => ports?.map(({ port }) => port))).toEqual([53, 53]);
  });

  test("the NetworkPolicy lets out what the settings allow", () => {
    const { spec } = networkPolicyManifest(fullService()) as pulumi.Unwrap<
      ReturnType<typeof networkPolicyManifest>
    >;
    expect(spec?.egress?.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 5432, protocol: "TCP" }] },
      {
        to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "payment" } } }],
      },
    ]);
  });

  test("the NetworkPolicy tells UDP ports from TCP ports", () => {
    const egress = [{ cidr: "10.0.0.0/8", ports: [53, "5353/UDP"] }] as const;
    const { spec } = networkPolicyManifest(service({ egress })) as pulumi.Unwrap<
      ReturnType<typeof networkPolicyManifest>
    >;
    expect(spec?.egress?.[1]?.ports).toEqual([
      { port: 53, protocol: "TCP" },
      { port: 5353, protocol: "UDP" },
    ]);
  });

  test("the Ingress has class, host and TLS as the settings say, and is absent without them", () => {
    expect(ingressManifest(fullService())?.spec).toMatchObject({
      ingressClassName: "nginx",
      tls: [{ hosts: ["shop.example.com"], secretName: "shop-tls" }],
      rules: [{ host: "shop.example.com", http: { paths: [{ path: "/", pathType: "Prefix" }] } }],
    });
    expect(ingressManifest(service())).toBeUndefined();
  });

  test("the autoscaler aims at 70 percent of the CPU unless told otherwise", () => {
    expect(horizontalPodAutoscalerManifest(fullService())?.spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ resource: { target: { averageUtilization: 70 } } }],
    });
    expect(horizontalPodAutoscalerManifest(service())).toBeUndefined();
  });

  test("the namespace enforces restricted Pod Security", () => {
    expect(namespaceManifest("store").metadata).toMatchObject({
      name: "store",
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    });
  });

  test("another text in a file is another, immutable ConfigMap, which the pods then mount", () => {
    const before = service({ files: { "/etc/a": "1" } });
    const after = service({ files: { "/etc/a": "2" } });
    expect(configMapManifest(before)).toMatchObject({ immutable: true });
    expect(configMapName(before)).not.toBe(configMapName(after));
    expect(pod(before)).not.toEqual(pod(after));
    expect(configMapManifest(service())).toBeUndefined();
  });

  test("two files of the same name have keys of their own", () => {
    expect(fileKey("/a/x y")).toMatch(/^[-._a-zA-Z0-9]+$/);
    expect(fileKey("/a/config")).not.toBe(fileKey("/b/config"));
  });
});

describe("defaults", () => {
  test("a limit is never below its request, whichever of the two is given", () => {
    const of = (resources: NonNullable<Parameters<typeof service>[0]>["resources"] & object) =>
      service({ resources }).resources;
    expect(of({})).toEqual({
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { cpu: "500m", memory: "256Mi" },
    });
    expect(of({ requests: { memory: "1Gi" } }).limits.memory).toBe("1Gi");
    expect(of({ limits: { cpu: "50m" } }).requests.cpu).toBe("50m");
  });

  test.each([
    ["250m", 0.25],
    ["2", 2],
    ["1Ki", 1024],
    ["1.5G", 1.5e9],
    ["1e3", 1000],
  ])("%s is %d", (quantity, value) => {
    expect(parseQuantity(quantity)).toBeCloseTo(value);
  });

  test.each(["", "lots", "-1", "1 Gi", "1KiB"])("%j is no quantity", (quantity) => {
    expect(parseQuantity(quantity)).toBeUndefined();
  });

  test("quantities are compared by what they stand for", () => {
    expect(largerQuantity("900Mi", "1Gi")).toBe("1Gi");
  });

  test("nothing that was given is replaced by a default", () => {
    const definition = { port: 1, replicas: 7, user: 5, drainSeconds: 0, writable: [] };
    const verdict = {
      deadlineSeconds: 6,
      timeoutSeconds: 7,
      warmupSeconds: 8,
      settleSeconds: 0,
      tolerate: { restarts: 0 },
      logs: false,
      rollback: false,
    };
    const place = { name: "a", namespace: "b", version: "c", pullSecret: undefined };
    expect(complete(place, { ...definition, ...verdict })).toMatchObject({
      ...definition,
      verdict,
    });
  });
});

describe("the manifest hash", () => {
  test("is the same for the same settings and digest, whatever the order of the keys", () => {
    const one = service({ env: { A: "1" }, health: "/up" });
    const other = service({ health: "/up", env: { A: "1" } });
    expect(workloadHash(one, IMAGE)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(workloadHash(one, IMAGE)).toBe(workloadHash(other, IMAGE));
  });

  test("changes with the digest and with any setting", () => {
    const hashes = [
      workloadHash(service(), IMAGE),
      workloadHash(service(), IMAGE.replace("a", "b")),
      workloadHash(service({ replicas: 3 }), IMAGE),
      workloadHash(service({ env: { A: "1" } }), IMAGE),
      workloadHash(fullService(), IMAGE),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("covers every object of the service", () => {
    const kinds = Object.values<unknown>(workloadManifests(fullService(), IMAGE))
      .flat()
      .filter((manifest) => manifest !== undefined)
      .map((manifest) => (manifest as { readonly kind: string }).kind);
    expect(kinds.sort()).toEqual([
      "ConfigMap",
      "Deployment",
      "HorizontalPodAutoscaler",
      "Ingress",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
    ]);
  });
});
