// Cannot prove a release: the verdict's rules are tested by themselves, and the end-to-end stories show the whole.
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Namespace } from "../../components/namespace.ts";
import { Readiness } from "../../components/readiness.ts";
import { Release } from "../../components/release.ts";
import type { ReleaseArgs } from "../../components/release-args.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import { Workload } from "../../components/workload.ts";
import { workloadHash } from "../../components/manifests/workload.ts";
import { complete } from "../../components/complete-service.ts";
import { IMAGE } from "../support/definitions.ts";
import { deploy, inputsOf, only, type Outputs, providerOf, valueOf } from "../support/engine.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { RESOURCES } from "../../contract/tokens.ts";

afterEach(removeFolders);

const RECORD = { version: 1, verdict: "ready", digest: IMAGE.slice(IMAGE.indexOf("@") + 1) };

const cluster: Outputs = (type, { metadata, spec }) => {
  if (type === RESOURCES.Readiness) {
    return { release: RECORD };
  }
  if (type === "docker:index/image:Image") {
    return { repoDigest: IMAGE };
  }
  return {
    metadata: { ...(metadata as object), uid: "uid-1", generation: 4 },
    spec: { ...(spec as object), clusterIP: "10.0.0.7" },
  };
};

type Providers = [k8s.Provider, SlipwayProvider];

const release = (
  service: ReleaseArgs["service"],
  {
    given = (...providers) => providers,
    ...options
  }: Partial<Parameters<typeof deploy>[1]> & {
    given?: (...providers: Providers) => pulumi.ProviderResource[];
  } = {},
) =>
  deploy(
    (opts) => {
      const kubernetes = new k8s.Provider("cluster", {});
      const slipway = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
      const namespace = new Namespace("store", { provider: kubernetes });
      const args = {
        service,
        namespace,
        registry: { repository: "registry.example.com/team", pullSecret: "pull" },
      };
      const providers = given(kubernetes, slipway);
      const component = new Release("shop", args, { ...opts, providers });
      return { component, kubernetes, slipway, namespace };
    },
    { outputs: cluster, ...options },
  );

const pinned = { image: IMAGE, port: 8080 };

test("judges the very Deployment, image and objects that it made", async () => {
  const tolerate = { restarts: 3 };
  const own = { deadlineSeconds: 50, warmupSeconds: 20, tolerate, logs: false };
  const { declared } = await release({ ...pinned, ...own });
  const place = { name: "shop", namespace: "store", version: "a".repeat(32), pullSecret: "pull" };
  expect(inputsOf(declared, Readiness)).toMatchObject({
    service: "shop",
    namespace: "store",
    deployment: { name: "shop", uid: "uid-1", generation: 4 },
    image: IMAGE,
    serviceName: "shop",
    manifestHash: workloadHash(complete(place, { port: 8080, deadlineSeconds: 50 }), IMAGE),
    dirty: false,
    ...own,
  });
  expect(inputsOf(declared, Readiness)).not.toHaveProperty("ingress");
  expect(inputsOf(declared, Readiness)).not.toHaveProperty("commit");
});

test("sends of a service that says nothing what it always has, but for the hash of its objects", async () => {
  const { declared } = await release(pinned);
  expect(JSON.stringify(inputsOf(declared, Readiness))).toBe(
    [
      '{"deadlineSeconds":120,"deployment":{"generation":4,"name":"shop","uid":"uid-1"},"dirty":false,',
      `"image":"${IMAGE}","logs":true,`,
      '"manifestHash":"sha256:f490c9999a765b61d6b6d305fa0b334f064729ac88ecb2bf55a60bcc172f7a49",',
      '"namespace":"store","rollback":true,"service":"shop","serviceName":"shop","tolerate":{},"warmupSeconds":60}',
    ].join(""),
  );
});

test("has the objects of before where pods need not settle, so that no stack shows a change", async () => {
  const { declared } = await release({ ...pinned, settleSeconds: 0 });
  expect(inputsOf(declared, Readiness)).toMatchObject({
    manifestHash: "sha256:47b7391b5bc61c4a1d2c1e998a8b86c7168122d4f14c1a0027ec4a8d57983dc9",
    settleSeconds: 0,
  });
});

test("has the gates that its image has passed in its record and as its input, and judges nothing by them", async () => {
  const gates = [{ name: "scan", at: "2026-11-30T12:00:00.000Z" }];
  const source = { promoted: IMAGE, origin: { commit: "9b1c0de", dirty: false }, port: 8080 };
  const passed = await release({ ...source, gates });
  expect(await valueOf(passed.result.component.release)).toEqual({ ...RECORD, gates });
  const without = await release(source);
  expect(await valueOf(without.result.component.release)).toEqual(RECORD);
  expect(inputsOf(passed.declared, Readiness)).toEqual(inputsOf(without.declared, Readiness));
});

test("judges a worker by its pods alone, and says that it answers nowhere", async () => {
  const { result, declared } = await release({ image: IMAGE });
  expect(inputsOf(declared, Readiness)).not.toHaveProperty("serviceName");
  expect(declared.filter(({ type }) => type.endsWith(":Service"))).toEqual([]);
  expect(await valueOf(result.component.endpoint)).toEqual({
    ...{ inCluster: null, address: null, public: null },
  });
});

test("judges each way in, and the load balancer unless told that it has no address", async () => {
  const { declared } = await release({
    ...pinned,
    service: { type: "LoadBalancer" },
    ingress: [{ host: "a.example.com" }, { name: "b", host: "b.example.com", awaitAddress: false }],
    route: { parents: [{ name: "public" }], host: "c.example.com" },
  });
  expect(inputsOf(declared, Readiness)).toMatchObject({
    loadBalancer: true,
    ingress: { name: "shop", awaitAddress: true },
    otherIngresses: [{ name: "shop-b", awaitAddress: false }],
    routes: ["shop"],
  });
  const service = { type: "LoadBalancer", awaitAddress: false } as const;
  const without = await release({ ...pinned, service });
  expect(inputsOf(without.declared, Readiness)).not.toHaveProperty("loadBalancer");
});

test("waits for the Ingress's address unless told that there will be none", async () => {
  const ingress = { host: "a.example.com" };
  const waiting = await release({ ...pinned, ingress });
  expect(inputsOf(waiting.declared, Readiness).ingress).toEqual({
    name: "shop",
    awaitAddress: true,
  });
  const not = await release({ ...pinned, ingress: { ...ingress, awaitAddress: false } });
  expect(inputsOf(not.declared, Readiness).ingress).toEqual({ name: "shop", awaitAddress: false });
});

test("runs what it built", async () => {
  const context = folderWith({ Dockerfile: "FROM scratch\n" });
  const { declared } = await release({ build: { context }, port: 8080 });
  const { imageName } = inputsOf(declared, docker.Image);
  const { metadata, spec } = inputsOf(declared, k8s.apps.v1.Deployment);
  expect(spec.template.spec?.containers[0]?.image).toBe(IMAGE);
  expect(spec.template.spec?.imagePullSecrets).toEqual([{ name: "pull" }]);
  expect(imageName).toBe(
    `registry.example.com/team/shop:${metadata?.labels?.["app.kubernetes.io/version"] ?? ""}`,
  );
});

test("judges after every object is there, in Slipway's provider, and ends with the namespace", async () => {
  const { result, declared } = await release(pinned);
  const { opts } = only(declared, Readiness);
  expect(opts.dependsOn).toBe(only(declared, Workload).resource);
  expect(opts.provider).toBe(result.slipway);
  expect(opts.deletedWith).toBe(result.namespace);
  expect(opts.parent).toBe(result.component);
});

test("takes each provider for what it is, in whichever order they are given", async () => {
  const { result, declared } = await release(pinned, {
    given: (kubernetes, slipway) => [slipway, kubernetes],
  });
  expect(providerOf(only(declared, Readiness))).toBe(result.slipway);
  expect(providerOf(only(declared, k8s.apps.v1.Deployment))).toBe(result.kubernetes);
});

test.each<[string, (...providers: Providers) => pulumi.ProviderResource[]]>([
  ["kubernetes alone", (kubernetes) => [kubernetes]],
  ["slipway alone", (_, slipway) => [slipway]],
  ["none of them", () => []],
])("refuses to be released without both providers: got %s", async (got, given) => {
  await expect(release(pinned, { given })).rejects.toThrow(
    new pulumi.RunError(
      `providers of Release shop must be one for kubernetes and one for slipway, got ${got}; give it both that connect returns`,
    ),
  );
});

test("tells record and endpoint of a release that was proved", async () => {
  const { result } = await release(pinned);
  expect(await valueOf(result.component.release)).toEqual(RECORD);
  expect(await valueOf(result.component.endpoint)).toMatchObject({ address: "http://10.0.0.7" });
});

test("a preview promises neither record nor endpoint before they are proved", async () => {
  const unproved: Outputs = (type, inputs) =>
    type === RESOURCES.Readiness ? { release: undefined } : cluster(type, inputs);
  const { result } = await release(pinned, { preview: true, outputs: unproved });
  expect(await valueOf(result.component.release)).toBeUndefined();
  expect(await valueOf(result.component.endpoint)).toBeUndefined();
});
