// Proves a service by its own kustomization, and an extra by plain YAML, from the fault to the rollback. What each rule refuses is tested
// under test/unit; of Kubernetes' kinds it shows those of the fixture, which has the shape of authentik's manifests, and nothing of authentik.
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { V1RoleBinding, V1ServiceAccount, V1StatefulSet } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import {
  CONFIG_MAP,
  DEPLOYMENT,
  INGRESS,
  type Kind,
  NAMESPACE,
  SERVICE,
} from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { CHECKOUT } from "../../tools/platform/folders.ts";
import { environment } from "../../tools/platform/environment.ts";
import { waivedFor } from "../support/waived.ts";

const STATEFUL_SET: Kind<V1StatefulSet> = { apiVersion: "apps/v1", kind: "StatefulSet" };
const ACCOUNT: Kind<V1ServiceAccount> = { apiVersion: "v1", kind: "ServiceAccount" };
const BINDING: Kind<V1RoleBinding> = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
};

const base = environment().SLIPWAY_BASE_IMAGE;
const [repository = "", digest = ""] = base.split("@");

const overlay = (patch = "") => `
resources: [../base]
images:
  - { name: postgres, newName: ${repository}, digest: "${digest}" }
${patch}`;

const BROKEN_WORKER = `
patches:
  - target: { kind: Deployment, name: authentik-worker }
    patch: |-
      - op: add
        path: /spec/template/spec/containers/0/env/-
        value: { name: FAULT_CRASH_AT_START, value: "3" }
`;

const authentik = {
  build: shop.build,
  settleSeconds: 0,
  manifests: { kustomize: "deploy/prod", image: "goauthentik/server", awaitAddress: false },
};

/** The outputs that are looked at. */
interface Outputs {
  readonly releases: { readonly authentik: ReleaseRecord };
  readonly endpoints: { readonly authentik: Readonly<Record<string, unknown>> };
}

let project: Project;
let home: string;
beforeAll(async () => {
  project = await Project.create("kustomization");
  home = project.namespace;
  const fixture = join(CHECKOUT, "test/fixtures/own-manifests/kustomization");
  await cp(fixture, join(project.folder, "deploy"), { recursive: true });
  await mkdir(join(project.folder, "deploy/prod"));
  await mkdir(join(project.folder, "deploy/extras"));
  await project.write("deploy/prod/kustomization.yaml", overlay());
  await project.write(
    "deploy/extras/notice.yaml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: notice }\ndata: { mode: 0644 }\n".replace(
      "0644",
      '"0644"',
    ),
  );
});
afterAll(() => project.dispose());

test("a preview refuses what is wrong with all manifests at once, before there is anything", async () => {
  await mkdir(join(project.folder, "deploy/remote"));
  await project.write(
    "deploy/remote/kustomization.yaml",
    "resources: ['https://github.com/goauthentik/helm//charts?ref=main']\n",
  );
  await project.write(
    "deploy/secret.yaml",
    "apiVersion: v1\nkind: Secret\nmetadata: { name: db }\nstringData: { PASSWORD: hunter2 }\n",
  );
  await project.settings({
    services: { authentik: { ...authentik, manifests: { kustomize: "deploy/base" } } },
    extras: { remote: "deploy/remote", secret: { files: "deploy/secret.yaml" } },
  });
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");

  expect(exitCode).not.toBe(0);
  expect(output).toContain("5 faults in the manifests");
  expect(output).toMatch(
    /slipway:extras\.remote: deploy\/remote\/kustomization\.yaml: got .*fetched/,
  );
  expect(output).toMatch(/slipway:extras\.secret: .*Secret db: got values of PASSWORD in clear/);
  expect(output).not.toContain("hunter2");
  expect(output).toMatch(
    /StatefulSet\/authentik-postgresql: container postgresql: got image "postgres:16"/,
  );
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(await cluster.find(NAMESPACE, undefined, home)).toBeUndefined();
});

test("each object is delivered as the kustomization has it, with the image of the build", async () => {
  await project.settings({
    policy: waivedFor("authentik"),
    services: { authentik },
    extras: { notice: "deploy/extras" },
  });
  await project.commit("authentik");
  await succeed(project.up());

  const { releases, endpoints } = await project.outputs<Outputs>();
  const { verdict, image, pods } = releases.authentik;
  expect(verdict).toBe("ready");
  expect(image).toMatch(/\/authentik@sha256:[0-9a-f]{64}$/);
  expect(pods).toHaveLength(1);
  for (const which of ["server", "worker"]) {
    const { spec, metadata } = await cluster.get(DEPLOYMENT, home, `authentik-${which}`);
    const [container] = spec?.template.spec?.containers ?? [];
    expect(spec?.replicas).toBe(1);
    expect(spec?.selector.matchLabels).toEqual({
      app: which,
      "app.kubernetes.io/instance": "authentik",
    });
    expect(spec?.template.spec).toMatchObject({
      serviceAccountName: "authentik",
      terminationGracePeriodSeconds: 2,
      securityContext: { fsGroup: 1000, runAsUser: 10001 },
      volumes: [{ name: "media", emptyDir: { sizeLimit: "16Mi" } }],
    });
    expect(container).toMatchObject({
      name: which,
      image,
      env: [{ name: "ROLE", value: which }, { name: "POD_IP" }],
      livenessProbe: { periodSeconds: 2, httpGet: { path: "/healthz" } },
      volumeMounts: [{ name: "media", mountPath: "/media" }],
    });
    const [from] = container?.envFrom ?? [];
    const generated = from?.configMapRef?.name ?? "";
    expect(generated).toMatch(/^authentik-[a-z0-9]{10}$/);
    const { data } = await cluster.get(CONFIG_MAP, home, generated);
    expect(data?.["AUTHENTIK_LOG_LEVEL"]).toBe("info");
    expect(metadata?.annotations?.["org.opencontainers.image.revision"]).toMatch(/^[0-9a-f]{40}$/);
  }
  const { status, spec } = await cluster.get(STATEFUL_SET, home, "authentik-postgresql");
  expect(status?.readyReplicas).toBe(1);
  expect(spec?.template.spec?.containers[0]?.image).toBe(base);
  expect((await cluster.get(ACCOUNT, home, "authentik")).automountServiceAccountToken).toBe(false);
  expect((await cluster.get(BINDING, home, "authentik")).roleRef.name).toBe("authentik");
  expect((await cluster.get(INGRESS, home, "authentik-server")).spec?.ingressClassName).toBe(
    "nobody",
  );
  expect((await cluster.get(CONFIG_MAP, home, "notice")).data).toEqual({ mode: "0644" });

  const service = await cluster.get(SERVICE, home, "authentik-server");
  expect(endpoints.authentik).toEqual({
    inCluster: `http://authentik-server.${home}.svc.cluster.local`,
    address: `http://${service.spec?.clusterIP ?? ""}`,
    public: "http://authentik.example.com/",
  });
});

test("a second preview changes nothing, and the state is taken for the program's", async () => {
  const { output } = await succeed(project.pulumi("preview", "--refresh", "--stack=dev"));
  expect(output).not.toMatch(/\d+ to (?:create|update|delete|replace)/);
  await succeed(project.slipway("verify-state", "--stack=dev"));
});

test("a preview names the objects of the manifests that change", async () => {
  await project.write("deploy/prod/kustomization.yaml", overlay(BROKEN_WORKER));
  const { output } = await succeed(project.slipway("preview", "--stack=dev"));
  expect(output).toMatch(/Deployment.*authentik-worker/);
});

test("a Deployment that fails rolls back by itself, and the release of the service is failed by its name", async () => {
  await project.commit("a broken worker");
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /authentik-worker: authentik: crash-loop|authentik: crash-loop after \d+ s/,
  );
  expect(output).toMatch(/authentik: rolled back to sha256:\w{12}/);
  const { releases } = await project.outputs<Outputs>();
  expect(releases.authentik).toMatchObject({ verdict: "failed", reason: "crash-loop" });
  expect(releases.authentik.evidence?.message).toMatch(/^deployment authentik-worker: /);
  const { spec, status } = await cluster.get(DEPLOYMENT, home, "authentik-worker");
  expect(spec?.template.spec?.containers[0]?.env?.map(({ name }) => name)).toEqual([
    "ROLE",
    "POD_IP",
  ]);
  expect(status?.readyReplicas).toBe(1);
});
