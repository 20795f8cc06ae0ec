// Proves that a service which runs goes from settings to manifests of a team's own and back: what is refused, and by what steps it answers all
// the time. Requests come from the node, one after the other; it cannot prove that no connection which was open is lost.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { waivedFor } from "../support/waived.ts";

const OURS = { "app.kubernetes.io/name": "shop" };
const THEIRS = { app: "shop", tier: "web" };

/** The service as a team writes it, with the labels that select its pods. */
const manifests = (selector: object, note: string) => {
  const securityContext = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  };
  const container = {
    ...{ name: "shop", image: "shop:latest", securityContext },
    env: [{ name: "NOTE", value: note }],
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 1 },
    // The proxies learn of a pod that leaves before it stops.
    lifecycle: { preStop: { sleep: { seconds: 2 } } },
  };
  const deployment = {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "shop" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 4,
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: 10001 },
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [container],
        },
      },
    },
  };
  const service = {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "shop" } },
    spec: { selector, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
  return [deployment, service].map((object) => JSON.stringify(object)).join("\n---\n");
};

/** The outputs that are looked at. */
interface Outputs {
  readonly releases: { readonly shop: ReleaseRecord };
  readonly history: { readonly shop: readonly HistoryEntry[] };
}

let project: Project;
let home: string;
beforeAll(async () => {
  project = await Project.create("in-place");
  home = project.namespace;
  await mkdir(join(project.folder, "deploy"));
});
afterAll(() => project.dispose());

const byManifests = async (selector: object, note: string) => {
  await project.write("deploy/shop.yaml", manifests(selector, note));
  const { build, settleSeconds } = shop;
  const service = { build, settleSeconds, manifests: "deploy" };
  await project.settings({ policy: waivedFor("shop"), services: { shop: service } });
};
const bySettings = (note: string) =>
  project.settings({ services: { shop: { ...shop, drainSeconds: 2, env: { NOTE: note } } } });

const uid = async () => (await cluster.get(DEPLOYMENT, home, "shop")).metadata?.uid;

/** How many requests fail while something is done. */
async function failures(act: () => Promise<unknown>): Promise<number> {
  const { spec } = await cluster.get(SERVICE, home, "shop");
  const url = `http://${spec?.clusterIP ?? ""}/healthz`;
  const watch = { ends: false, failed: 0 };
  const polling = (async () => {
    while (!watch.ends) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      watch.failed += answer?.ok === true ? 0 : 1;
      await sleep(50);
    }
  })();
  await act().finally(() => {
    watch.ends = true;
  });
  await polling;
  return watch.failed;
}

/** What docs/manifests.md says of a different selector. */
async function makeWay(from: object, to: object): Promise<void> {
  const selector = labels(from).join(",");
  await kubectl(["label", "pods", "-n", home, "-l", selector, ...labels(to), "--overwrite"]);
  await kubectl(["delete", "deployment", "shop", "-n", home, "--cascade=orphan"]);
  const target = ["--target", "**:Deployment::shop"];
  await succeed(project.pulumi("refresh", "--yes", "--stack=dev", ...target));
}

const labels = (of: object) => Object.entries(of).map(([key, value]) => `${key}=${String(value)}`);

test("with the selector that Slipway gives, the Deployment stays, answers all the time, and its history goes on", async () => {
  await bySettings("1");
  await succeed(project.up());
  const before = await uid();

  await byManifests(OURS, "2");
  expect(await failures(() => succeed(project.up()))).toBe(0);
  expect(await uid()).toBe(before);
  const { releases, history } = await project.outputs<Outputs>();
  expect(releases.shop.previous?.manifestHash).toBe(history.shop[1]?.manifestHash);
  expect(history.shop.map(({ verdict }) => verdict)).toEqual(["ready", "ready"]);
});

test("a different selector is refused before anything changes, with the way to it", async () => {
  const before = await uid();
  await byManifests(THEIRS, "3");
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    "slipway:services.shop: Deployment/shop: spec.selector: got {app: shop, tier: web}; allowed: {app.kubernetes.io/name: shop}, which the Deployment in the cluster has",
  );
  expect(await uid()).toBe(before);
});

test("by the steps of the docs the service gets that selector, answers all the time, and its history goes on", async () => {
  const before = await uid();
  const failed = await failures(async () => {
    await makeWay(OURS, THEIRS);
    await succeed(project.up());
  });
  expect(failed).toBe(0);
  expect(await uid()).not.toBe(before);
  await kubectl(["delete", "replicasets", "-n", home, "-l", labels(OURS).join(",")]);
  const { history } = await project.outputs<Outputs>();
  expect(history.shop.map(({ verdict }) => verdict)).toEqual(["ready", "ready", "ready"]);
});

test("back to settings it is the same", async () => {
  await bySettings("4");
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    "slipway:services.shop: Deployment/shop: spec.selector: got {app.kubernetes.io/name: shop}; allowed: {app: shop, tier: web}",
  );
  const failed = await failures(async () => {
    await makeWay(THEIRS, OURS);
    await succeed(project.up());
  });
  expect(failed).toBe(0);
  const { history } = await project.outputs<Outputs>();
  expect(history.shop.map(({ verdict }) => verdict)).toEqual(["ready", "ready", "ready", "ready"]);
});
