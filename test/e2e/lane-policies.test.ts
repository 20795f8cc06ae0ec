// Proves what the API server refuses to the lanes' own tokens; that an `up` passes is the lanes' own story, and no pod starts here: that a
// node keeps user namespaces apart is assumed.
import { randomUUID } from "node:crypto";

import { planLanes } from "../../components/lanes/plan.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { kubeConfig } from "../../testbed/cluster.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { WRITES } from "../support/deploy-acts.ts";
import {
  creation,
  deliveryTo,
  exceptionalObjects,
  ownObjects,
  pathOf,
} from "../support/deploy-objects.ts";
import { BY_TAG, injectedPod } from "../support/injected-agent.ts";
import { object, PINNED, podWith, restricted } from "../support/intruder.ts";
import { KEPT } from "../support/kept-writes.ts";
import { createLanes, deleteLanes, warningsOf } from "../support/lane-objects.ts";
import { CONTROLS } from "../support/pod-controls.ts";
import { POD_ORDERS } from "../support/pod-orders.ts";
import { type Request, send } from "../support/request.ts";

const home = `slipway-policies-${randomUUID().slice(0, 8)}`;
const plan = planLanes({
  ...deliveryTo(home),
  jenkins: {
    apiServer: { cidr: "10.0.0.1/32", ports: [6443] },
    lanes: { preview: {}, build: { images: [PINNED] }, deploy: {} },
    longLivedTokens: true,
  },
});
const lane = (name: string): string => `${home}-jenkins-${name}`;
const objects = ownObjects(home);
const exceptional = exceptionalObjects(home);
/** The volumes of the service with exceptions, with another folder of the node. */
const withFolder = (path: string): readonly object[] => {
  const { spec } = exceptional.deployments as unknown as {
    spec: { template: { spec: { volumes: { name: string }[] } } };
  };
  const { volumes } = spec.template.spec;
  return volumes.map((volume) =>
    volume.name === "host" ? { ...volume, hostPath: { path } } : volume,
  );
};
const administrator = kubeConfig().exportConfig();
const tokens = new Map<string, string>();
const as = (name: string, account: string, request: Request) =>
  send(tokens.get(`${name}/${account}`) ?? "", request);
const deploys = (request: Request) => as("deploy", "agent", request);

beforeAll(async () => {
  await ensureExtras("external-secrets");
  await createLanes(plan);
  for (const { namespace, name, lane: of } of plan.accounts) {
    tokens.set(`${of.name}/${name}`, await kubeconfigOfAccount({ namespace, name }));
  }
});
afterAll(() => deleteLanes(plan));

test("the API server finds nothing to warn of in the policies' expressions", async () => {
  const names = plan.policies.map(({ policy }) => policy.metadata.name);
  const warned = await Promise.all(names.map(warningsOf));
  expect(warned).toEqual(names.map(() => []));
});

/** As the lane's launcher: whether its namespace takes a pod, by a dry run. */
async function submit(name: string, pod: object, metadata: object = {}): Promise<string> {
  const body = object("v1", "Pod", lane(name), pod);
  const { status, message } = await as(name, "launcher", {
    method: "POST",
    path: `/api/v1/namespaces/${lane(name)}/pods?dryRun=All`,
    body: { ...body, metadata: { ...body.metadata, ...metadata } },
  });
  return status === 201 ? "taken" : message;
}

describe("every lane", () => {
  test.each(POD_ORDERS)("refuses its pods %s", async (_what, told, pod, metadata) => {
    for (const name of ["preview", "build", "deploy"]) {
      expect([name, await submit(name, pod, metadata)]).toEqual([
        name,
        expect.stringMatching(told),
      ]);
    }
  });

  test("takes the annotations of Jenkins' plugin and of the API server itself", async () => {
    const annotations = {
      buildUrl: "http://jenkins.example.com/job/a/1",
      runUrl: "job/a/1",
      "kubernetes.jenkins.io/last-refresh": "1",
      "kubernetes.io/limit-ranger": "LimitRanger plugin set: cpu",
      "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    };
    for (const name of ["preview", "build", "deploy"]) {
      expect(await submit(name, podWith({}), { annotations })).toBe("taken");
    }
  });

  test.each([
    ["without a security context", { image: PINNED, restricts: false }, /allowPrivilegeEscalation/],
    ["of an image by tag", { image: BY_TAG, restricts: true }, /an image of each init container/],
  ])("refuses the agent that Jenkins injects %s", async (_what, injection, told) => {
    for (const name of ["preview", "build", "deploy"]) {
      const refused = await submit(name, injectedPod(injection));
      // The build lane's policy says it in words of its own.
      expect([name, refused]).toEqual([
        name,
        expect.stringMatching(new RegExp(`${told.source}|keeps capabilities|may gain privileges`)),
      ]);
    }
  });

  test("takes the agent that Jenkins injects as docs/jenkins-access.md says", async () => {
    for (const name of ["preview", "build", "deploy"]) {
      expect([name, await submit(name, injectedPod({ image: PINNED, restricts: true }))]).toEqual([
        name,
        "taken",
      ]);
    }
  });

  test("leaves what others write on its pods, such as the network", async () => {
    const pods = `/api/v1/namespaces/${lane("deploy")}/pods`;
    const pod = object("v1", "Pod", lane("deploy"), podWith({ nodeName: "nowhere" }));
    const body = { ...pod, metadata: { ...pod.metadata, name: "networked" } };
    expect((await send(administrator, { method: "POST", path: pods, body })).message).toBe("");
    const annotations = { "cni.projectcalico.org/podIP": "10.0.0.1/32" };
    const path = `${pods}/networked`;
    const answer = await send(administrator, {
      method: "PATCH",
      path,
      body: { metadata: { annotations } },
    });
    expect(answer.status).toBe(200);
  });
});

describe("the deploy lane", () => {
  test.each(Object.keys(objects))("writes the stack's own %s", async (resource) => {
    const answer = await deploys(creation(resource, objects[resource] ?? {}));
    expect(answer).toEqual({ status: 201, message: "" });
  });

  test("takes in a template what kubectl, Pulumi and Slipway write there", async () => {
    const annotations = {
      "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z",
      "pulumi.com/patchForce": "true",
      "credential.slipway/payment": "sha256:0",
    };
    const change = { spec: { template: { metadata: { annotations } } } };
    const answer = await deploys(creation("deployments", objects.deployments ?? {}, change));
    expect(answer).toEqual({ status: 201, message: "" });
  });

  test.each(Object.keys(exceptional))(
    "writes the %s of a service with exceptions",
    async (resource) => {
      const answer = await deploys(creation(resource, exceptional[resource] ?? {}));
      expect(answer).toEqual({ status: 201, message: "" });
    },
  );

  test.each<[string, object]>([
    ["other labels that are orders", { labels: { "azure.workload.identity/use": "false" } }],
    ["other annotations", { annotations: { "example.com/scrape": "false" } }],
    ["more annotations", { annotations: { "example.com/other": "true" } }],
  ])("gives not even that service %s", async (_what, metadata) => {
    for (const change of [{ metadata }, { spec: { template: { metadata } } }]) {
      const answer = await deploys(creation("deployments", exceptional.deployments ?? {}, change));
      expect(answer).toMatchObject({ status: 422 });
    }
  });

  test.each<[string, object, RegExp]>([
    ["another node", { nodeSelector: { "kubernetes.io/os": "windows" } }, /nodeSelector/],
    ["more tolerations", { tolerations: [{ operator: "Exists" }] }, /tolerations/],
    ["another class", { priorityClassName: "higher" }, /priorityClassName/],
    ["another folder of the node", { volumes: withFolder("/") }, /volumes\[\]/],
    ["the node's network", { hostNetwork: true }, /may not use the node's network/],
    ["root", { securityContext: { runAsNonRoot: false } }, /may not run as root/],
  ])("gives not even that service %s", async (_what, spec, told) => {
    const change = { spec: { template: { spec } } };
    const answer = await deploys(creation("deployments", exceptional.deployments ?? {}, change));
    expect(answer.message).toMatch(told);
    expect(answer.status).toBe(422);
  });

  test.each(WRITES)("is refused %s with %j", async (resource, change, told) => {
    const { status, message } = await deploys(creation(resource, objects[resource] ?? {}, change));
    expect(message).toMatch(told);
    expect(message).toMatch(/an administrator of the cluster does so with pulumi up/);
    expect(status).toBe(422);
  });

  test.each(KEPT)(
    "leaves what an administrator has put into %s, and adds nothing to it",
    async (resource, change, worse) => {
      const own = { dryRun: false };
      const manifest = objects[resource] ?? {};
      const made = await send(administrator, creation(resource, manifest, change, own));
      expect(made.message).toBe("");
      const { name } = manifest.metadata as { readonly name: string };
      const path = `${pathOf(resource, manifest, own)}/${name}`;
      try {
        const labels = { metadata: { labels: { seen: "true" } } };
        expect(await deploys({ method: "PATCH", path, body: labels })).toMatchObject({
          status: 200,
        });
        const { status, message } = await deploys({ method: "PATCH", path, body: worse });
        expect(message).toMatch(/the deploy lane of Jenkins may write only/);
        expect(status).toBe(422);
      } finally {
        await send(administrator, { method: "DELETE", path });
      }
    },
  );

  test("reaches the certificate of the Sealed Secrets controller, and nothing else through the proxy", async () => {
    const proxy =
      "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy";
    const get = (path: string): Request => ({ method: "GET", path: `${proxy}${path}` });
    expect(await deploys(get("/v1/cert.pem"))).toMatchObject({ status: 200 });
    expect(
      await deploys({ method: "POST", path: `${proxy}/v1/verify`, body: {} }),
    ).not.toMatchObject({
      status: 422,
    });
    for (const path of [
      "/v1/rotate",
      "/v1//rotate",
      "/v1/verify/../rotate",
      "/v1/%72otate",
      "/metrics",
      "/",
    ]) {
      expect([path, (await deploys(get(path))).status]).toEqual([path, 422]);
      expect((await deploys({ ...get(path), method: "POST" })).status).toBe(422);
    }
  });
});

describe("the preview lane", () => {
  test.each(["/v1/cert.pem", "/v1/verify", "/v1/rotate"])("does not reach %s", async (path) => {
    const proxy =
      "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy";
    for (const account of ["agent", "launcher"]) {
      for (const method of ["GET", "POST"] as const) {
        const answer = await as("preview", account, { method, path: `${proxy}${path}` });
        expect([answer.status >= 400, answer.message]).toEqual([
          true,
          expect.stringMatching(/only the deploy lane of Jenkins may reach a Service/),
        ]);
      }
    }
  });

  const key = { secretKeyRef: { name: "launcher-token", key: "token" } };
  const env = [{ name: "A", valueFrom: key }];
  const envFrom = [{ secretRef: { name: "launcher-token" } }];
  const volumes = (volume: object) => podWith({ volumes: [{ name: "v", ...volume }] });
  const other = { name: "other", image: PINNED, securityContext: restricted };
  const token = { secretName: "launcher-token" };
  test.each([
    ["volumes[].secret", volumes({ secret: token })],
    [
      "volumes[].projected.sources[].secret",
      volumes({ projected: { sources: [{ secret: { name: "launcher-token" } }] } }),
    ],
    [
      "volumes[].csi.nodePublishSecretRef",
      volumes({
        csi: { driver: "a.example.com", nodePublishSecretRef: { name: "launcher-token" } },
      }),
    ],
    ["containers[].env[].valueFrom.secretKeyRef", podWith({}, { env })],
    ["containers[].envFrom[].secretRef", podWith({}, { envFrom })],
    ["initContainers[].env[]", podWith({ initContainers: [{ ...other, env }] })],
    [
      "initContainers[].envFrom[]",
      podWith({ initContainers: [{ ...other, restartPolicy: "Always", envFrom }] }),
    ],
  ])(
    "gives its pods no Secret in %s, nor does another lane the launcher's token",
    async (field, pod) => {
      const refused = await submit("preview", pod);
      expect(refused).toContain(`spec.${field}`);
      expect(refused).toMatch(/preview lane of Jenkins may have no Secret|may not have the Secret/);
      expect(await submit("deploy", pod)).toContain("may not have the Secret launcher-token");
      if (!field.includes("csi")) {
        expect(await submit("build", pod)).toContain("may not have the Secret launcher-token");
      }
    },
  );

  test("takes the volumes of its own template, and no driver that may fetch a Secret", async () => {
    const sources = [
      { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
      { configMap: { name: "kube-root-ca.crt" } },
    ];
    expect(await submit("preview", volumes({ projected: { sources } }))).toBe("taken");
    expect(
      await submit("preview", volumes({ csi: { driver: "secrets-store.csi.k8s.io" } })),
    ).toMatch(/may mount only configMap/);
    expect(await submit("preview", volumes({ secret: { secretName: "any" } }))).toMatch(
      /may have no Secret/,
    );
    expect(await submit("deploy", volumes({ secret: { secretName: "docker-client" } }))).toBe(
      "taken",
    );
    expect(await submit("preview", podWith({ imagePullSecrets: [{ name: "pull" }] }))).toBe(
      "taken",
    );
  });

  test("adds no container with a Secret to a pod that runs", async () => {
    const pods = `/api/v1/namespaces/${lane("preview")}/pods`;
    const body = object("v1", "Pod", lane("preview"), podWith({ nodeName: "nowhere" }));
    expect((await send(administrator, { method: "POST", path: pods, body })).message).toBe("");
    const ephemeralContainers = [{ ...other, env }];
    // Only an administrator has the right to add one.
    const answer = await send(administrator, {
      method: "PATCH",
      path: `${pods}/intruder/ephemeralcontainers`,
      body: { spec: { ephemeralContainers } },
    });
    expect(answer.message).toMatch(/spec\.ephemeralContainers\[\]\.env\[\]/);
  });
});

describe("the build lane", () => {
  const UNCONFINED = { type: "Unconfined" };
  const rootless = {
    seccompProfile: UNCONFINED,
    appArmorProfile: UNCONFINED,
    allowPrivilegeEscalation: true,
    capabilities: { drop: ["ALL"], add: ["SETUID", "SETGID"] },
  };
  const buildkit = { name: "buildkit", securityContext: rootless };
  const unknown = { ...buildkit, image: `registry.example.com/mine@sha256:${"b".repeat(64)}` };

  test("takes rootless BuildKit of an image that the settings name, or where the pod's root is nobody on the node", async () => {
    expect(await submit("build", podWith({}))).toBe("taken");
    expect(await submit("build", podWith({}, buildkit))).toBe("taken");
    expect(await submit("build", podWith({ hostUsers: false }, unknown))).toBe("taken");
    expect(await submit("build", podWith({}, unknown))).toMatch(
      /except buildkit in a pod with hostUsers: false, or of an image of slipway:jenkins\.lanes\.build\.images/,
    );
    expect(await submit("build", podWith({ hostUsers: true }, unknown))).toMatch(/except buildkit/);
  });

  test.each([
    [{ privileged: true }, /that is privileged/],
    [{ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }, /other than SETGID and SETUID/],
    [{ capabilities: { add: ["SETUID"] } }, /that keeps capabilities/],
    [{ runAsUser: 0 }, /that may start as root/],
    [{ procMount: "Unmasked" }, /procMount/],
    [{ seLinuxOptions: { type: "spc_t" } }, /SELinux/],
  ])("refuses BuildKit with %j, also where its image is trusted", async (change, told) => {
    const securityContext = { ...rootless, ...change };
    const pod = podWith({ hostUsers: false }, { ...buildkit, securityContext });
    expect(await submit("build", pod)).toMatch(told);
  });

  test.each(CONTROLS)("holds the control %s", async (_control, told, pods) => {
    for (const pod of pods) {
      expect([JSON.stringify(pod), await submit("build", pod)]).toEqual([
        expect.any(String),
        expect.stringMatching(told),
      ]);
    }
  });

  test("excepts no container that is added to a pod that runs", async () => {
    const pods = `/api/v1/namespaces/${lane("build")}/pods`;
    const body = object("v1", "Pod", lane("build"), podWith({ nodeName: "nowhere" }));
    expect((await send(administrator, { method: "POST", path: pods, body })).message).toBe("");
    const ephemeralContainers = [{ ...buildkit, image: PINNED }];
    const answer = await send(administrator, {
      method: "PATCH",
      path: `${pods}/intruder/ephemeralcontainers`,
      body: { spec: { ephemeralContainers } },
    });
    expect(answer.message).toMatch(/no ephemeral container/);
  });
});
