// Settings of different rooms in one service. Cannot prove that the API server refuses what the settings let pass: the stories do.
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { patched } from "../../components/manifests/patch.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import { patchFaults } from "../../components/patch-faults.ts";
import { triedObjects } from "../../components/tried-objects.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { removeFolders } from "../support/folder.ts";
import { settingFaults, VALID } from "../support/stack-config.ts";

afterAll(removeFolders);

type PodSpec = pulumi.Unwrap<k8s.types.input.core.v1.PodSpec>;
type CronJob = pulumi.Unwrap<k8s.types.input.batch.v1.CronJob>;

/** The faults of a stack with these services, a line each. */
function faultsOf(services: Readonly<Record<string, object>>): string[] {
  const build = { context: "shop" };
  const all = Object.entries(services).map(([name, keys]) => [name, { build, ...keys }]);
  const found = settingFaults({ ...VALID, services: Object.fromEntries(all) as object });
  return found.map((line) => line.replace("slipway:services.", ""));
}

const cronJobPod = (definition: Partial<ServiceDefinition>): PodSpec => {
  const schedule = { cron: "0 3 * * *" };
  const worker = { ...definition, schedule };
  const { cronJob } = workloadManifests(service(worker), IMAGE);
  return (cronJob as CronJob & { spec: object }).spec.jobTemplate.spec?.template.spec as PodSpec;
};

describe("a time zone", () => {
  test.each([["Europe/berlin"], ["US/pacific"], ["US/PACIFIC"], ["Utc"], ["america/Lima"]])(
    "that the API server knows under a name in other letters, %s, is refused",
    (timeZone) => {
      expect(faultsOf({ job: { schedule: { cron: "@daily", timeZone } } })).toEqual([
        expect.stringContaining(`job.schedule.timeZone: got "${timeZone}"; allowed: a name`),
      ]);
    },
  );

  test.each(
    [
      ["Europe/Berlin", "US/Pacific", "UTC", "Etc/GMT+5", "GMT0", "EST5EDT", "GB-Eire"],
      ["America/Port_of_Spain", "America/Port-au-Prince", "Africa/Dar_es_Salaam", "Asia/Ust-Nera"],
      ["Antarctica/McMurdo", "Antarctica/DumontDUrville", "NZ-CHAT", "W-SU", "Australia/NSW"],
    ].flat(),
  )("of the database is accepted: %s", (timeZone) => {
    expect(faultsOf({ job: { schedule: { cron: "@daily", timeZone } } })).toEqual([]);
  });
});

describe("ports of one pod", () => {
  test("are each listened on by one container", () => {
    const sidecars = [
      { name: "proxy", port: 8080 },
      { name: "exporter", port: 9090 },
      { name: "agent", port: 9191 },
      { name: "twin", port: 9191 },
    ];
    expect(faultsOf({ shop: { port: 8080, ports: { metrics: 9090 }, sidecars } })).toEqual([
      "shop.sidecars[0].port: got 8080; the service listens on it (http); allowed: a port that no other container of the pod listens on; give one of them a different one",
      "shop.sidecars[1].port: got 9090; the service listens on it (metrics); allowed: a port that no other container of the pod listens on; give one of them a different one",
      "shop.sidecars[3].port: got 9191; sidecar agent listens on it; allowed: a port that no other container of the pod listens on; give one of them a different one",
    ]);
  });

  test("of another protocol are no clash", () => {
    const ports = { dns: { port: 53, protocol: "UDP" } };
    expect(faultsOf({ shop: { port: 8080, ports, sidecars: [{ name: "s", port: 53 }] } })).toEqual(
      [],
    );
  });
});

test("a path to a service without a port names that service", () => {
  const ingress = { host: "shop.example.com", paths: ["/", { path: "/jobs", service: "worker" }] };
  expect(faultsOf({ shop: { port: 8080, ingress }, worker: {} })).toEqual([
    'shop.ingress.paths[1].service: got "worker"; its Service has no port "http" (it has none); allowed: a service with port, or port with one that the Service has; set one of them',
  ]);
});

test("two stateful services have headless Services of different names", () => {
  const stateful = { serviceName: "peers" };
  const text =
    'b.stateful.serviceName: got "peers"; the headless Service of a is called so; allowed: a name that no other Service has; set another one, such as b-peers';
  expect(faultsOf({ a: { stateful }, b: { stateful } })).toEqual([text]);
  expect(
    faultsOf({ a: { stateful: { serviceName: "b-headless" } }, b: { stateful: true } }),
  ).toEqual([text.replace('"peers"', '"b-headless"')]);
});

test("a claim of each pod has no name that the pods' token has", () => {
  const volumes = { "/data": { perPod: { size: "1Gi", name: "token" } } };
  const serviceAccount = { token: { audience: "vault", path: "/var/run/vault/token" } };
  expect(faultsOf({ shop: { port: 80, volumes, serviceAccount } })).toEqual([
    'shop.volumes["/data"].perPod.name: got "token"; allowed: a different name; the pods have a volume of that name already',
  ]);
});

test("a share of pods that is none is refused in words", () => {
  const allowed = "allowed: a number of pods from 0 on, or a percentage of them such as 25%";
  expect(faultsOf({ shop: { port: 80, replacement: { surge: "101%" } } })).toEqual([
    `shop.replacement.surge: got "101%"; ${allowed}`,
  ]);
  expect(faultsOf({ shop: { port: 80, replacement: { unavailable: -1 } } })).toEqual([
    `shop.replacement.unavailable: got -1; ${allowed}`,
  ]);
  expect(faultsOf({ shop: { port: 80, replacement: "never" } })).toEqual([
    'shop.replacement: got "never"; allowed: recreate, or {surge, unavailable} with numbers of pods or percentages',
  ]);
});

test("two keys of a folder are not one file", () => {
  const items = [
    { key: "a", path: "tls/crt" },
    { key: "b", path: "tls/crt" },
    { key: "c", path: "tls" },
  ];
  const text =
    "allowed: a path that is neither that of another item nor its folder, and tls/crt is there; give one of them a different one";
  expect(faultsOf({ shop: { port: 80, folders: { "/etc/x": { secret: "s", items } } } })).toEqual([
    `shop.folders["/etc/x"].items[1].path: got "tls/crt"; ${text}`,
    `shop.folders["/etc/x"].items[2].path: got "tls"; ${text}`,
  ]);
});

describe("a container beside the service's own", () => {
  const volumes = { "/data": { claim: { size: "1Gi" }, readOnly: true } };
  const mountsOf = (readOnly: boolean | undefined, others: object = {}) => {
    const mount = { path: "/data", ...(readOnly !== undefined && { readOnly }) };
    const definition = { volumes, ...others, initContainers: [{ name: "fill", mounts: [mount] }] };
    const { deployment } = workloadManifests(service(definition), IMAGE);
    const spec = deployment?.spec as unknown as { template: { spec: PodSpec } };
    return spec.template.spec.initContainers?.[0]?.volumeMounts;
  };

  test("may write to a volume that the service may only read, if it says so", () => {
    expect(mountsOf(false)).toEqual([{ name: expect.any(String) as string, mountPath: "/data" }]);
    expect(mountsOf(undefined)).toEqual([expect.objectContaining({ readOnly: true })]);
  });

  test("cannot write to what Kubernetes itself lets nobody write to", () => {
    const folders = { "/etc/tls": { secret: "tls" } };
    const initContainers = [{ name: "fill", mounts: [{ path: "/etc/tls", readOnly: false }] }];
    expect(faultsOf({ shop: { port: 80, folders, initContainers } })).toEqual([
      "shop.initContainers[0].mounts[0].readOnly: got false; allowed: only for volumes, because files and folders can only be read; remove it",
    ]);
  });
});

describe("a patch of the pods", () => {
  test("of a schedule reaches them, too", () => {
    const livenessProbe = { exec: { command: ["true"] } };
    const { containers } = cronJobPod({ pod: { containers: [{ name: "shop", livenessProbe }] } });
    expect(containers[0]).toMatchObject({ livenessProbe });
  });

  test("does not change how a schedule's pods end", () => {
    const schedule = { cron: "@daily" };
    const pod = { restartPolicy: "OnFailure" };
    expect(patchFaults(service({ schedule, pod }))).toEqual([
      "slipway:services.shop.pod.restartPolicy: a patch may not change it: a new pod replaces one that fails, whose log stays; remove it",
    ]);
  });

  test("names the list of the container whose image it is", () => {
    const sidecars = [{ name: "proxy" }];
    const pod = { initContainers: [{ name: "proxy", image: "proxy:1" }] };
    expect(patchFaults(service({ sidecars, pod }))).toEqual([
      'slipway:services.shop.pod.initContainers.proxy.image: got "proxy:1"; allowed: repository@sha256:<64 hex digits>; name the image by its digest',
    ]);
  });

  test("with two entries for one name loses neither", () => {
    const object = { env: [{ name: "A", value: "1", tag: 1 }] };
    const env = [
      { name: "A", value: "2" },
      { name: "A", extra: true },
      { name: "B", value: "3" },
      { name: "B", value: "4" },
    ];
    expect(patched(object, { env })).toEqual({
      env: [
        { name: "A", value: "2", tag: 1, extra: true },
        { name: "B", value: "4" },
      ],
    });
  });
});

describe("what the API server is asked before anything changes", () => {
  const tried = (definition: Partial<ServiceDefinition>) =>
    triedObjects(service(definition)).map(({ object, manifest, keys }) => ({
      object,
      keys,
      spec: (manifest as { spec?: unknown }).spec,
    }));

  test("has no port of the nodes, nor an address, which the service itself has already", () => {
    const ports = [{ name: "http", nodePort: 30080, port: 80 }];
    const spec = { type: "NodePort", clusterIP: "10.0.0.7", ports };
    const [asked] = tried({ patches: { service: { spec } } });
    expect(asked).toMatchObject({ object: "service", keys: "patches.service" });
    expect(JSON.stringify(asked?.spec)).toContain('"NodePort"');
    expect(JSON.stringify(asked?.spec)).not.toMatch(/nodePort|clusterIP/);
  });

  test("keeps of a headless Service that it has no address", () => {
    const [asked] = tried({ patches: { service: { spec: { clusterIP: "None" } } } });
    expect(asked?.spec).toMatchObject({ clusterIP: "None" });
  });

  test("has all objects with fields in Kubernetes' own words", () => {
    const metric = { type: "External", external: { metric: { name: "q" } } };
    expect(
      tried({
        autoscale: { min: 1, max: 2, metrics: [metric] },
        service: { ipFamilyPolicy: "RequireDualStack", trafficDistribution: "Near" },
        route: { parents: [{ name: "public" }], timeouts: { request: "5s" } },
      }).map(({ object, keys }) => [object, keys]),
    ).toEqual([
      ["service", "service.trafficDistribution or service.ipFamilyPolicy"],
      ["horizontalPodAutoscaler", "autoscale.metrics"],
      ["routes", "route.timeouts"],
    ]);
    expect(tried({ schedule: { cron: "@daily", timeZone: "Europe/Berlin" } })).toMatchObject([
      { object: "cronJob", keys: "schedule.timeZone" },
    ]);
    expect(tried({ autoscale: { min: 1, max: 2 }, service: { port: 81 } })).toEqual([]);
  });
});
