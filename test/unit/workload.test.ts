// Cannot prove that Kubernetes takes the objects or that the pods come up: the end-to-end stories do.
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../../components/service-definition.ts";
import { workloadHash } from "../../components/manifests/workload.ts";
import { Namespace } from "../../components/namespace.ts";
import { type Endpoint, publicAddresses } from "../../components/endpoint.ts";
import { Workload } from "../../components/workload.ts";
import { fullService, IMAGE, service } from "../support/definitions.ts";
import { deploy, inputsOf, type Outputs, only, valueOf } from "../support/engine.ts";

const SOURCE = { commit: "c0ffee", repository: undefined };

const clusterWith =
  (clusterIP: string, ...others: readonly string[]): Outputs =>
  (type, { metadata, spec }) => ({
    metadata: { ...(metadata as object), uid: "uid-1", generation: 4 },
    ...(type === "kubernetes:core/v1:Service" && {
      spec: { ...(spec as object), clusterIP, clusterIPs: [clusterIP, ...others] },
    }),
  });
const cluster = clusterWith("10.0.0.7");

const workload = (subject: Service, image: pulumi.Input<string> = IMAGE, options = {}) =>
  deploy(
    (opts) => {
      const namespace = new Namespace("store");
      const args = { service: subject, image, source: SOURCE, namespace };
      return { namespace, component: new Workload("shop", args, opts) };
    },
    { outputs: cluster, ...options },
  );

const typesOf = (declared: readonly { readonly type: string }[]) =>
  declared.map(({ type }) => type.split(":").at(-1)).sort();

test("declares what every service needs, and no more", async () => {
  const { declared } = await workload(service());
  expect(typesOf(declared)).toEqual([
    "Deployment",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Service",
    "ServiceAccount",
    "Workload",
  ]);
});

test("declares what the settings call for", async () => {
  const { declared } = await workload(fullService());
  expect(typesOf(declared)).toEqual([
    "ConfigMap",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Service",
    "ServiceAccount",
    "Workload",
  ]);
});

test("owns every object, and lets the namespace's end be theirs", async () => {
  const { result, declared } = await workload(fullService());
  const children = declared.filter(({ resource }) => resource !== result.component);
  expect(children).toHaveLength(8);
  for (const { opts } of children) {
    expect(opts.parent).toBe(result.component);
    expect(opts.deletedWith).toBe(result.namespace);
    expect([opts.dependsOn].flat()).toContain(result.namespace);
  }
});

test("other files are another resource, not a replacement, so that a failed release keeps both", async () => {
  const nameOf = async (text: string) => {
    const { declared } = await workload(service({ files: { "/etc/a": text } }));
    return only(declared, k8s.core.v1.ConfigMap).name;
  };
  expect(await nameOf("1")).not.toBe(await nameOf("2"));
  expect(await nameOf("1")).toBe(await nameOf("1"));
});

test("starts the pods after what they need", async () => {
  const { declared } = await workload(fullService());
  expect(only(declared, k8s.apps.v1.Deployment).opts.dependsOn).toEqual(
    expect.arrayContaining([
      only(declared, k8s.core.v1.ServiceAccount).resource,
      only(declared, k8s.networking.v1.NetworkPolicy).resource,
      only(declared, k8s.core.v1.ConfigMap).resource,
    ]),
  );
});

test("tells which Deployment it is, as the API server took it", async () => {
  const { result } = await workload(service());
  expect(await valueOf(result.component.deployment)).toEqual({
    name: "shop",
    uid: "uid-1",
    generation: 4,
  });
});

test("tells where it answers", async () => {
  const plain = await workload(service());
  expect(await valueOf(plain.result.component.endpoint)).toEqual({
    inCluster: "http://shop.store.svc.cluster.local",
    address: "http://10.0.0.7",
    public: null,
  });
  expect(publicAddresses(fullService())).toEqual(["https://shop.example.com/"]);
  expect(publicAddresses(service({ ingress: { host: "a.example.com", path: "/b" } }))).toEqual([
    "http://a.example.com/b",
  ]);
});

test.each([
  ["fd00::1", [], "http://[fd00::1]"],
  ["fd00::1", ["10.0.0.7"], "http://[fd00::1]"],
  ["10.0.0.7", ["fd00::1"], "http://10.0.0.7"],
])("its address is a URL where the cluster's first family gives %s", async (ip, others, url) => {
  const { result } = await workload(service(), IMAGE, { outputs: clusterWith(ip, ...others) });
  const { address } = (await valueOf(result.component.endpoint)) as Endpoint;
  expect(address).toBe(url);
  expect(new URL(address ?? "").origin).toBe(url);
});

test("hashes what it asks of Kubernetes, but not the commit", async () => {
  const { result } = await workload(fullService());
  expect(await valueOf(result.component.manifestHash)).toBe(workloadHash(fullService(), IMAGE));
});

test("a preview without the digest knows everything else", async () => {
  const { result, declared } = await deploy(
    (opts) => {
      const namespace = new Namespace("store");
      const image = new k8s.core.v1.ConfigMap("unbuilt").metadata.name;
      return new Workload("shop", { service: service(), image, source: SOURCE, namespace }, opts);
    },
    {
      preview: true,
      outputs: (type) => (type.endsWith("ConfigMap") ? { metadata: undefined } : {}),
    },
  );
  expect(await valueOf(result.manifestHash)).toBeUndefined();
  const { spec, metadata } = inputsOf(declared, k8s.apps.v1.Deployment);
  expect(metadata?.annotations).toMatchObject({ "org.opencontainers.image.revision": "c0ffee" });
  expect(spec.replicas).toBe(2);
});
