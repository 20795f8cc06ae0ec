// Proves the shape of Mastodon as its chart deploys it, with programs of our own behind its ports and probes: that every field reaches the cluster,
// what becomes of workers, and a route through a Gateway that Traefik serves. It cannot prove a cloud's load balancer, which the story plays.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Endpoint } from "../../components/endpoint.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import { application, type Services } from "../support/applications.ts";
import { reserveGateway, TestGateway } from "../support/gateway.ts";
import { expectFields } from "../support/live-fields.ts";
import { LiveObjects } from "../support/live-objects.ts";

const GROUP = "gateway.networking.k8s.io";
const GATEWAY = { namespace: "gateways", name: "public", listener: "https" };

const mastodon = application<"web" | "streaming" | "sidekiq" | "scheduler" | "cache">("mastodon", {
  stopSeconds: 2,
});
const { web, streaming, scheduler, cache } = mastodon;

let project: Project;
let gateway: TestGateway | undefined;
let release: (() => void) | undefined;
beforeAll(async () => {
  release = await reserveGateway();
  project = await Project.create("mastodon");
  await cp(join(import.meta.dirname, "../fixtures/mastodon"), join(project.folder, "mastodon"), {
    recursive: true,
  });
});
afterAll(async () => {
  await project
    .dispose()
    .finally(() => gateway?.dispose())
    .finally(() => release?.());
});

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

/** What a cloud would do. */
async function playCloud(): Promise<void> {
  await awaited(() => cluster.find(SERVICE, project.namespace, "streaming"));
  await patchStatus("service", "streaming", {
    loadBalancer: { ingress: [{ hostname: "lb.example.com" }] },
  });
}

const recordsOf = async () =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases;

test("a route in a cluster without the Gateway API ends the run before anything is applied", async () => {
  expect(await TestGateway.isDefined()).toBe(false);
  await project.settings({ services: { web, streaming } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `slipway:services.streaming.route: the cluster does not serve HTTPRoute of ${GROUP}/v1; have an administrator install the Gateway API`,
  );
  expect(output).not.toContain(`kubernetes:core/v1:Namespace`);
  gateway = await TestGateway.start(GATEWAY, "*.example.com");
});

test("Mastodon's processes are delivered with their ports, probes and ways in", async () => {
  await project.settings({ services: mastodon });
  const [{ output }] = await Promise.all([succeed(project.up()), playCloud()]);
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

test("a request through the Gateway reaches the service at its path, and no other host or path does", async () => {
  const asked = [
    ["streaming.example.com", "/api/v1/streaming"],
    ["streaming.example.com", "/api/v1/streaming/health"],
    ["streaming.example.com", "/health"],
    ["social.example.com", "/api/v1/streaming"],
  ] as const;
  const ask = async (host: string, path: string) => gateway?.status(host, path);
  const answers = await Promise.all(asked.map(([host, path]) => ask(host, path)));
  expect(answers).toEqual([200, 200, 404, 404]);
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

test("a worker that crashes or ends while it settles fails at once and makes way; a route for a wrong host or parent fails in the controller's words", async () => {
  const { listener: sectionName, ...place } = GATEWAY;
  const elsewhere = { parents: [{ ...place, sectionName }], host: "streaming.example.org" };
  const nowhere = { parents: [{ name: "private", namespace: "gateways" }] };
  const services = {
    web,
    streaming: { ...streaming, route: elsewhere },
    cache: { ...cache, route: nowhere, deadlineSeconds: 15 },
  } as Services;
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
  expect(output).toMatch(
    /streaming: route-not-accepted after 3\d s: Gateway gateways\/public \(https\) says Accepted: False \(NoMatchingListenerHostname\).*; no listener of it serves the route's hosts streaming\.example\.org \(httproute streaming\)/,
  );
  expect(output).toMatch(
    /cache: route-not-accepted after 1\d s: no controller of Gateway gateways\/private has accepted it \(httproute cache\)/,
  );
  const records = await recordsOf();
  const refused = { verdict: "failed", reason: "route-not-accepted" };
  const failed = { verdict: "failed", reason: "crash-loop", running: { verdict: "ready" } };
  expect(records).toMatchObject({
    ...{ scheduler: failed, sidekiq: failed },
    web: { verdict: "ready" },
    ...{ streaming: refused, cache: refused },
  });
});
