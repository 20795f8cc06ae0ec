// Proves the shape of Mastodon as its chart deploys it, with programs of our own behind its ports and probes: that every field reaches the cluster,
// and what becomes of workers. It cannot prove a cloud's load balancer, a Gateway's controller or traffic: the story plays the first two.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "@kubernetes/client-node";

import type { Endpoint } from "../../components/endpoint.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { type Kind, type Manifest, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import { application } from "../support/applications.ts";
import { expectFields } from "../support/live-fields.ts";
import { LiveObjects } from "../support/live-objects.ts";

const GROUP = "gateway.networking.k8s.io";
const ROUTE: Kind<KubernetesObject> = { apiVersion: `${GROUP}/v1`, kind: "HTTPRoute" };

/** Of the Gateway API's definition as much as a route needs. */
const DEFINITION: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `httproutes.${GROUP}`,
    annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api" },
  } as Manifest["metadata"],
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: {
      kind: "HTTPRoute",
      listKind: "HTTPRouteList",
      plural: "httproutes",
      singular: "httproute",
    },
    versions: [
      {
        ...{ name: "v1", served: true, storage: true, subresources: { status: {} } },
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    ],
  },
};

const mastodon = application<"web" | "streaming" | "sidekiq" | "scheduler" | "cache">("mastodon", {
  stopSeconds: 2,
});
const { web, streaming, scheduler, cache } = mastodon;

let project: Project;
beforeAll(async () => {
  project = await Project.create("mastodon");
  await cp(join(import.meta.dirname, "../fixtures/mastodon"), join(project.folder, "mastodon"), {
    recursive: true,
  });
});
afterAll(async () => {
  await project.dispose().finally(async () => {
    if ((await cluster.find(definition, undefined, DEFINITION.metadata.name)) !== undefined) {
      await cluster.delete(DEFINITION);
    }
  });
});

const definition: Kind<KubernetesObject> = {
  apiVersion: DEFINITION.apiVersion,
  kind: DEFINITION.kind,
};

/** Asks until there is an answer. */
async function awaited<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let rest = 300; rest > 0; rest -= 1) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await sleep(300);
  }
  throw new Error(`nothing was found in 90 s by ${look.toString()}`);
}

function patchStatus(kind: string, name: string, status: object): Promise<string> {
  const place = ["--namespace", project.namespace, "--subresource=status", "--type=merge"];
  return kubectl(["patch", kind, name, ...place, "--patch", JSON.stringify({ status })]);
}

/** What a cloud and a Gateway's controller would do. */
async function playControllers(): Promise<void> {
  await awaited(() => cluster.find(SERVICE, project.namespace, "streaming"));
  await patchStatus("service", "streaming", {
    loadBalancer: { ingress: [{ hostname: "lb.example.com" }] },
  });
  const { metadata } = await awaited(() => cluster.find(ROUTE, project.namespace, "streaming"));
  const conditions = ["Accepted", "ResolvedRefs"].map((type) => ({
    ...{
      type,
      status: "True",
      reason: type,
      message: "",
      observedGeneration: metadata?.generation,
    },
    lastTransitionTime: new Date().toISOString(),
  }));
  const parentRef = { name: "public", namespace: "gateways", sectionName: "https" };
  const parents = [{ parentRef, controllerName: "example.com/story", conditions }];
  await patchStatus("httproute", "streaming", { parents });
}

const recordsOf = async () =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases;

test("a route in a cluster without the Gateway API ends the run before anything is applied", async () => {
  expect(await cluster.find(definition, undefined, DEFINITION.metadata.name)).toBeUndefined();
  await project.settings({ services: { web, streaming } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `slipway:services.streaming.route: the cluster does not serve HTTPRoute of ${GROUP}/v1; have an administrator install the Gateway API`,
  );
  expect(output).not.toContain(`kubernetes:core/v1:Namespace`);
  // The client library does not know the fields of a schema that say what to keep.
  await kubectl(["create", "--filename", "-"], JSON.stringify(DEFINITION));
});

test("Mastodon's processes are delivered with their ports, probes and ways in", async () => {
  await project.settings({ services: mastodon });
  const [{ output }] = await Promise.all([succeed(project.up()), playControllers()]);
  const records = await recordsOf();
  expect(Object.values(records).map(({ verdict }) => verdict)).toEqual(Array(5).fill("ready"));
  // A worker is proved by its process: for five seconds, and two of reports.
  expect(output).toContain("settling for 5 s");
  expect(records["scheduler"]?.seconds).toBeGreaterThan(5);

  const { endpoints } = await project.outputs<{ endpoints: Record<string, Endpoint> }>();
  const nowhere = { inCluster: null, address: null, public: null };
  expect(endpoints).toMatchObject({
    web: {
      inCluster: `http://web.${project.namespace}.svc.cluster.local:3000`,
      public: "https://social.example.com/",
      allPublic: [
        "https://social.example.com/",
        "http://www.example.com/",
        "http://admin.example.com/admin",
      ],
    },
    streaming: { public: "https://streaming.example.com/api/v1/streaming" },
    cache: { inCluster: `http://cache.${project.namespace}.svc.cluster.local:6379`, address: null },
    ...{ sidekiq: nowhere, scheduler: nowhere },
  });
});

test("each setting of Mastodon is a field in the cluster, and a worker has no more than it says", async () => {
  const { namespace } = project;
  await expectFields(namespace, mastodon, "HTTPRoute");
  const objects = await LiveObjects.of(namespace);
  const none = ["ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"];
  const plain = objects.service("scheduler").container;
  expect(Object.keys(plain).filter((field) => none.includes(field))).toEqual([]);
  const judged = objects.service("sidekiq").container;
  expect([judged.livenessProbe, judged.startupProbe]).toEqual([undefined, undefined]);
  // The startup probe allows 150 s, which is more than the deadline's default.
  expect(objects.service("web").workload.spec).toMatchObject({ progressDeadlineSeconds: 180 });
  expect(["sidekiq", "scheduler"].map((name) => objects.find("Service", name))).toEqual([
    undefined,
    undefined,
  ]);
  const closed = objects.find("NetworkPolicy", "scheduler");
  expect(closed?.spec).toMatchObject({ policyTypes: ["Ingress", "Egress"] });
  expect(closed?.spec).not.toHaveProperty("ingress");
});

test("a worker that crashes while it settles fails at once, and one that ends by itself as well; both make way", async () => {
  const services = { web, streaming, cache };
  const crashing = { ...scheduler, args: ["crashing"] };
  const ending = { ...scheduler, args: ["ending"] };
  await project.settings({ services: { ...services, scheduler: crashing, sidekiq: ending } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /scheduler: crash-loop after \d+ s: ended once .*, last with exit code 1 \(Error\); it had been ready for [1-4] s, and settleSeconds asks for 5 s/,
  );
  expect(output).toMatch(
    /sidekiq: crash-loop after \d+ s: ended .* with exit code 0 \(Completed\)/,
  );
  expect(output).toContain("the queue is gone");
  const records = await recordsOf();
  const failed = { verdict: "failed", reason: "crash-loop", running: { verdict: "ready" } };
  expect(records).toMatchObject({
    ...{ scheduler: failed, sidekiq: failed },
    ...{ web: { verdict: "ready" }, streaming: { verdict: "ready" } },
  });
});
