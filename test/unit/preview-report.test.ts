// Proves what is told of previews that the engine really made; it cannot prove that a later engine tells the same.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import { changeOf } from "../../cli/preview/change.ts";
import { parseExpectation, unexpected } from "../../cli/preview/expectation.ts";
import { marker, previewMarkdown } from "../../cli/preview/markdown.ts";
import type { Inputs } from "../../cli/preview/step.ts";
import { podsOf } from "../../cli/preview/pods.ts";
import { type PreviewReport, previewReport } from "../../cli/preview/preview.ts";
import { code } from "../../cli/markdown.ts";
import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";
import { SECRET, SIGNATURE } from "../../wire/signature.ts";

const WHERE = { project: "slipway", stack: "dev" };
const TAG = "054f5d820877ef7b337955eb5ad56d47";

function recorded(name: string, edit = (text: string) => text): EngineEvent[] {
  const file = join(import.meta.dirname, "../fixtures/preview", `${name}.jsonl`);
  return edit(readFileSync(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EngineEvent);
}

function reported(name: string): PreviewReport {
  return previewReport(WHERE, recorded(name));
}

function service(report: PreviewReport, name: string) {
  const found = report.services.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`no ${name} in the report`);
  }
  return found;
}

function names(changes: PreviewReport["rights"]): string[] {
  return changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
}

describe("of data it says", () => {
  test("that what the engine retains stays in the cluster", () => {
    const events = recorded("delete").map((event): EngineEvent => {
      const step = event.resourcePreEvent?.metadata;
      const isDeleted = step?.op === "delete" && step.type.endsWith("v1:Service");
      return isDeleted && step.old !== undefined
        ? {
            ...event,
            resourcePreEvent: {
              ...event.resourcePreEvent,
              metadata: { ...step, old: { ...step.old, retainOnDelete: true } },
            },
          }
        : event;
    });
    const text = previewMarkdown(previewReport(WHERE, events));
    expect(text).toMatch(
      /Service `worker` leaves the stack, and stays in the cluster with its data/,
    );
    expect(previewMarkdown(reported("delete"))).toMatch(/Service `worker` \*\*deleted\*\*/);
  });

  test.each([
    ["Deployment", (spec: object) => spec],
    ["CronJob", (spec: object) => ({ jobTemplate: { spec } })],
  ])("which volume of a %s changes when only its size or source does", (_kind, within) => {
    const inputs = (sizeLimit: string, files: string) => ({
      spec: within({
        template: {
          spec: {
            containers: [
              { name: "shop", volumeMounts: [{ name: "volume-1", mountPath: "/scratch" }] },
            ],
            volumes: [
              { name: "volume-1", emptyDir: { sizeLimit } },
              { name: "files", configMap: { name: files } },
            ],
          },
        },
      }),
    });
    const step = (after: object) =>
      ({
        action: "update",
        before: inputs("1Gi", "a"),
        after,
        replacedFor: [],
        differing: [],
      }) as unknown as Parameters<typeof podsOf>[0];
    const image = {} as Parameters<typeof podsOf>[1];
    expect(podsOf(step(inputs("2Gi", "a")), image, new Map()).because).toEqual(["volume /scratch"]);
    expect(podsOf(step(inputs("1Gi", "b")), image, new Map()).because).toEqual([
      "the content of files",
    ]);
  });
});

test("an image that BuildKit builds is reported with its service, as any other", () => {
  const byBuildx = (text: string) =>
    text.replaceAll("docker:index/image:Image", RESOURCES.ImageBuild);
  const { services, following, others } = previewReport(WHERE, recorded("first", byBuildx));
  const byDocker = reported("first");
  expect(services).toEqual(byDocker.services);
  expect(names(others)).toEqual(names(byDocker.others));
  expect(names(following)).toEqual(
    expect.arrayContaining(["create ImageBuild shop", "create ImageBuild worker"]),
  );
});

describe("of a service it says whether the pods restart, and why", () => {
  test("a first release starts its pods, from an image that is built", () => {
    const { image, pods } = service(reported("first"), "shop");
    expect(pods).toEqual({ action: "start", previousReplicas: null, replicas: 2, because: [] });
    expect(image).toMatchObject({ action: "build", tag: TAG, previousTag: null, digest: null });
  });

  test("a commit that leaves the service alone builds nothing and restarts nothing", () => {
    const { image, pods } = service(reported("commit"), "shop");
    expect(pods).toEqual({ action: "keep", previousReplicas: 2, replicas: 2, because: [] });
    expect(image).toMatchObject({ action: "keep", tag: TAG });
    expect(image.digest).toBe(image.previousDigest);
  });

  test("another content is another image", () => {
    const { image, pods } = service(reported("image"), "shop");
    expect(pods).toMatchObject({ action: "restart", because: ["image, built first"] });
    expect(image).toMatchObject({ action: "build", previousTag: TAG, digest: null });
    expect(image.tag).not.toBe(TAG);
  });

  test("an image that another service builds first has the hash of what is built, so that it can be approved", () => {
    const shared = (name: string) => {
      const own = recorded(name).filter(
        (event) => !JSON.stringify(event).includes('"docker:index/image:Image"'),
      );
      return service(previewReport(WHERE, own), "shop").image;
    };
    expect(shared("first")).toMatchObject({ action: "build", tag: TAG, previousTag: null });
    expect(shared("image")).toMatchObject({ action: "build", previousTag: TAG, digest: null });
    expect(shared("image").tag).toBe(service(reported("image"), "shop").image.tag);
    expect(shared("commit")).toMatchObject({ action: "given" });
  });

  test("settings are named, without their values", () => {
    const { pods } = service(reported("settings"), "shop");
    expect(pods).toEqual({
      action: "restart",
      previousReplicas: 2,
      replicas: 3,
      because: [
        "variable EXTRA",
        "variable GREETING",
        "readinessProbe.httpGet.path",
        "resources.limits.memory",
      ],
    });
  });

  test("another value of a credential names the credential and the key", () => {
    const report = reported("credential");
    expect(service(report, "shop").pods.because).toEqual(["credential db, key password"]);
    expect(service(report, "worker").pods.action).toBe("keep");
  });

  test("a file from a credential is named by its path; another number of pods restarts none", () => {
    const report = reported("files");
    expect(service(report, "shop").pods.because).toEqual(["file /etc/x/password"]);
    expect(service(report, "worker").pods).toEqual({
      action: "scale",
      previousReplicas: 1,
      replicas: 2,
      because: [],
    });
  });

  test("a service that is taken out of the settings is deleted", () => {
    const report = reported("delete");
    expect(service(report, "worker")).toMatchObject({
      pods: { action: "stop", replicas: 0 },
      image: { action: "none" },
    });
    expect(names(report.losses)).toContain("delete Deployment worker");
  });
});

test("a context that differs in nothing but what the builder alone looks at is a rebuild under the same tag", () => {
  const events = recorded("image").map((event) => {
    const text = JSON.stringify(event).replaceAll(/7701c3d0[0-9a-f]{24}/g, TAG);
    return JSON.parse(text) as EngineEvent;
  });
  const report = previewReport(WHERE, events);
  expect(service(report, "shop").image).toMatchObject({ action: "rebuild", tag: TAG });
  expect(previewMarkdown(report)).toContain(`**rebuilt** under the same tag \`${TAG}\``);
});

describe("a variable whose value the engine keeps secret is named, although both values look the same", () => {
  const blinded = { [SIGNATURE]: SECRET, ciphertext: "[secret]" };
  /** What a provider says of a change in a shop that has these variables as well. */
  const because = (hidden: readonly string[], ...paths: string[]) => {
    const events = recorded("commit").map((event) => {
      const { metadata } = event.resourcePreEvent ?? {};
      if (!metadata?.urn.endsWith("Deployment::shop")) {
        return event;
      }
      for (const state of [metadata.old, metadata.new]) {
        const { spec } = state?.inputs as {
          spec: { template: { spec: { containers: unknown[] } } };
        };
        const [container] = spec.template.spec.containers as { env: unknown[] }[];
        container?.env.push(...hidden.map((name) => ({ name, value: blinded })));
      }
      const diff = { diffKind: "update", inputDiff: true };
      const detailedDiff = Object.fromEntries(paths.map((path) => [path, diff]));
      Object.assign(metadata, { detailedDiff });
      return event;
    });
    return service(previewReport(WHERE, events), "shop").pods.because;
  };
  const ENV = "spec.template.spec.containers[0].env";

  test.each([`${ENV}[2].value`, `${ENV}[2]`, ENV, "spec.template"])(
    "by a provider that says %s",
    (path) => {
      expect(because(["HIDDEN"], path)).toEqual(["variable HIDDEN"]);
    },
  );

  test("alike by one that says which of a list differs, and one that says that the list does", () => {
    const names = ["variable HIDDEN or variable OTHER"];
    expect(because(["HIDDEN", "OTHER"], ENV)).toEqual(names);
    expect(because(["HIDDEN", "OTHER"], `${ENV}[3].value`)).toEqual(names);
  });

  test("and not for what differs elsewhere", () => {
    expect(because(["HIDDEN"], "spec.template.spec.containers[0].image")).toEqual([]);
    expect(because(["HIDDEN"], "spec.replicas", "metadata.labels.a")).toEqual([]);
  });
});

describe("where the cluster was asked, the pods that run count", () => {
  interface Template {
    readonly metadata: object;
    readonly spec: { readonly containers: readonly { env?: object[]; image?: string }[] };
  }

  /** A preview that ends in these pods, where those run. */
  const previewed = (
    name: string,
    { next, live }: Record<"next" | "live", (template: Template) => Template>,
  ) => {
    const events = recorded(name);
    const step = events.find(
      ({ resourcePreEvent }) =>
        resourcePreEvent?.metadata.urn.endsWith("Deployment::shop") === true,
    );
    const { urn = "", new: state } = step?.resourcePreEvent?.metadata ?? {};
    const { template } = (state?.inputs as { spec: { template: Template } }).spec;
    const [present, after] = [live, next].map((change) => change(structuredClone(template)));
    const seen = new Map([[urn, { present: present ?? {}, next: after ?? {} }]]);
    return service(previewReport({ ...WHERE, live: seen }, events), "shop").pods;
  };
  const same = (template: Template) => template;
  const withVariable = (name: string) => (template: Template) => {
    template.spec.containers[0]?.env?.push({ name, value: "1" });
    return template;
  };
  const restarted = ({ metadata, ...rest }: Template) => {
    const annotations = { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" };
    return { ...rest, metadata: { creationTimestamp: null, annotations, ...metadata } };
  };

  test("those that were restarted, and stay so, are not replaced", () => {
    expect(previewed("commit", { next: restarted, live: restarted }).action).toBe("keep");
  });

  test("what somebody has changed, and the dry run changes back, is a restart", () => {
    const changed = (template: Template) => {
      const [container] = template.spec.containers;
      return { ...template, spec: { containers: [{ ...container, image: "other" }] } };
    };
    expect(previewed("commit", { next: same, live: changed })).toMatchObject({
      action: "restart",
      because: expect.arrayContaining(["image, changed by somebody else"]) as string[],
    });
  });

  test("what somebody has added, and an apply takes away, is a restart", () => {
    expect(previewed("commit", { next: same, live: withVariable("BY_HAND") })).toMatchObject({
      action: "restart",
      because: ["variable BY_HAND, changed by somebody else"],
    });
  });

  test("a first variable that somebody has added is named as a further one is", () => {
    const bare = ({ spec, ...rest }: Template): Template => {
      const containers = spec.containers.map((container) =>
        Object.fromEntries(Object.entries(container).filter(([key]) => key !== "env")),
      );
      return { ...rest, spec: { ...spec, containers } };
    };
    const added = (template: Template) => {
      const [container, ...others] = bare(template).spec.containers;
      const env = [{ name: "BY_HAND", value: "1" }];
      return {
        ...template,
        spec: { ...template.spec, containers: [{ ...container, env }, ...others] },
      };
    };
    expect(previewed("commit", { next: bare, live: added }).because).toEqual([
      "variable BY_HAND, changed by somebody else",
    ]);
  });

  test("pods that a rollback gave back what the program asks for are not replaced", () => {
    expect(previewed("settings", { next: same, live: same })).toMatchObject({
      action: "scale",
      because: [],
    });
  });

  test("settings that differ are named as before", () => {
    const { because } = service(reported("settings"), "shop").pods;
    expect(because).toContain("variable EXTRA");
    const before = (template: Template) => {
      const [container] = template.spec.containers;
      const env = container?.env?.filter((each) => (each as { name: string }).name !== "EXTRA");
      return { ...template, spec: { ...template.spec, containers: [{ ...container, env }] } };
    };
    expect(previewed("settings", { next: same, live: before as never })).toMatchObject({
      action: "restart",
      because: ["variable EXTRA"],
    });
  });
});

test("a preview without secrets says nothing of credentials' values, and that it does not", () => {
  const report = previewReport({ ...WHERE, credentials: "unseen" }, recorded("credential"));
  expect(service(report, "shop").pods).toMatchObject({ action: "keep", because: [] });
  expect(names(report.others)).toEqual([]);
  expect(previewMarkdown(report)).toContain("Values of credentials are not compared");
  expect(previewMarkdown(reported("credential"))).not.toContain("not compared");
  const settings = previewReport({ ...WHERE, credentials: "unseen" }, recorded("settings"));
  expect(service(settings, "shop").pods).toEqual(service(reported("settings"), "shop").pods);
});

test.each([...Object.values(COMPONENTS), "acme:index:Shop"])(
  "%s is no object, so it is neither counted nor told, whatever becomes of it",
  (type) => {
    for (const name of ["first", "unchanged", "delete"]) {
      const events = recorded(name);
      const groups = events.flatMap((event) => {
        const text = JSON.stringify(event);
        return event.resourcePreEvent?.metadata.type === COMPONENTS.Release
          ? [JSON.parse(text.replaceAll(COMPONENTS.Release, type)) as EngineEvent]
          : [];
      });
      expect(groups).not.toEqual([]);
      expect(previewReport(WHERE, [...events, ...groups])).toEqual(reported(name));
    }
  },
);

test("rights and network come first, with what they allow now", () => {
  const report = reported("rights");
  expect(names(report.rights)).toEqual(["create Role reader", "create RoleBinding reader"]);
  expect(report.rights[0]?.allows).toEqual([
    'rules: {apiGroups: [""], resources: [pods], verbs: [get]}',
  ]);
  expect(names(report.network)).toEqual(["create Ingress shop", "update NetworkPolicy shop"]);
  expect(report.network[1]?.allows).toEqual([
    "egress: {ports: [{port: 5432, protocol: TCP}], to: [{ipBlock: {cidr: 10.1.0.0/16}}]}",
  ]);
  const text = previewMarkdown(report);
  const headings = [...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(["Rights", "Network", "Services"]);
});

test("a Service that is opened to the outside says so, and one of the cluster's own network says nothing", () => {
  const inside = { spec: { type: "ClusterIP", ports: [{ port: 80 }] } };
  const ranges = ["10.0.0.0/8"];
  const outside = { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ranges } };
  const step = (before: object | undefined, after: object) => ({
    ...{
      urn: "",
      type: "kubernetes:core/v1:Service",
      name: "shop",
      isComponent: false,
      isRetained: false,
    },
    ...{ action: "update" as const, planned: undefined, replacedFor: [], differing: [] },
    ...{ service: "shop", before: before as Inputs | undefined, after: after as Inputs },
  });
  expect(changeOf(step(inside, outside))).toMatchObject({
    allows: ["type: LoadBalancer", "loadBalancerSourceRanges: 10.0.0.0/8"],
    forbids: [],
  });
  expect(changeOf(step(outside, inside)).forbids).toHaveLength(2);
  expect(changeOf(step(undefined, inside)).allows).toEqual([]);
});

test("new lanes are told as the objects that they are made of, and not as lanes", () => {
  const report = reported("lanes");
  const all = [...report.rights, ...report.network, ...report.others, ...report.following];
  const count = (changes: PreviewReport["rights"], kind: string): number =>
    changes.filter((change) => change.kind === kind && change.action === "create").length;
  expect(report.counts).toEqual({ create: 60, update: 0, replace: 0, delete: 0, same: 0 });
  expect(all).toHaveLength(report.counts.create);
  expect(["JenkinsAccess", "Lane", "Release", "Stack"].map((kind) => count(all, kind))).toEqual([
    0, 0, 0, 0,
  ]);
  const { rights, network, others } = report;
  expect([count(rights, "Role"), count(rights, "RoleBinding")]).toEqual([11, 11]);
  expect([count(rights, "ServiceAccount"), count(rights, "ClusterRole")]).toEqual([7, 2]);
  expect(count(rights, "ValidatingAdmissionPolicy")).toBe(3);
  expect([count(network, "NetworkPolicy"), count(others, "ResourceQuota")]).toEqual([4, 3]);
  const text = previewMarkdown(report);
  expect(text).toContain("60 new; 0 unchanged.");
  expect(text).toContain("- ServiceAccount `build-agent` new");
  expect(text).not.toMatch(/^- (Lane|JenkinsAccess) /m);
});

test("what is replaced or deleted stands in bold, with the inputs because of which", () => {
  const report = reported("namespace");
  expect(report.counts).toEqual({ create: 1, update: 1, replace: 13, delete: 1, same: 2 });
  const text = previewMarkdown(report);
  expect(text).toContain("- Deployment `shop` **replaced**: `metadata.namespace`");
  expect(text).toContain("- Namespace `shop-dev` **deleted**");
});

test("a preview that failed before the engine reported anything, as for settings that are no YAML, is a failed one", () => {
  const report = previewReport({ ...WHERE, succeeded: false }, []);
  expect(report.outcome).toBe("failed");
  const text = previewMarkdown(report);
  expect(text).toContain("\n**The preview failed.** Its log says why.\n");
  expect(text).not.toContain("Nothing changes");
});

test("a preview that failed says why", () => {
  const report = reported("bad-input");
  expect(report.outcome).toBe("failed");
  expect(previewMarkdown(report)).toContain(
    "\n```\nslipway:services.shop.port: got 99999; allowed:",
  );
});

test("no value of a variable or a secret gets out, by any way", () => {
  for (const name of [
    "first",
    "settings",
    "credential",
    "files",
    "rights",
    "namespace",
    "delete",
  ]) {
    const events = recorded(name);
    const all = JSON.stringify(previewReport(WHERE, events)) + previewMarkdown(reported(name));
    if (name !== "delete") {
      expect(JSON.stringify(events)).toContain("canary-greeting");
    }
    expect(all).not.toMatch(/canary|AgA|\[secret\]|ciphertext/);
  }
});

test("the same change is the same text, whatever the commit, the time and the order of events", () => {
  const again = recorded("settings")
    .reverse()
    .map((event) => ({ ...event, timestamp: event.timestamp + 1000 }))
    .map((event) => JSON.stringify(event).replaceAll(/\b[0-9a-f]{40}\b/g, "f".repeat(40)))
    .map((text) => JSON.parse(text) as EngineEvent);
  expect(previewMarkdown(previewReport(WHERE, again))).toBe(previewMarkdown(reported("settings")));
});

describe("a large stack", () => {
  /** The shop's steps, once for each service. */
  function many(count: number, name: string): PreviewReport {
    const events = recorded(name);
    const mine = events.filter(({ resourcePreEvent: told }) =>
      told?.metadata.urn.endsWith("::shop"),
    );
    const copies = Array.from({ length: count }, (_, index) =>
      mine.map(
        (event) =>
          JSON.parse(
            JSON.stringify(event).replaceAll('::shop"', `::shop-${String(index)}"`),
          ) as EngineEvent,
      ),
    );
    return previewReport(WHERE, copies.flat());
  }

  test("of fifty services is told whole", () => {
    const text = previewMarkdown(many(50, "image"));
    expect(text.length).toBeLessThan(30_000);
    expect(text).toContain("| `shop-49` |");
    expect(text).not.toContain("more services");
  });

  test("of five hundred services is cut, with a count that is right", () => {
    const report = many(500, "namespace");
    const text = previewMarkdown(report);
    expect(text.length).toBeLessThanOrEqual(60_000);
    const told = text.match(/^- .*\*\*replaced\*\*/gm)?.length ?? 0;
    const left = [...text.matchAll(/^… and (\d+) more (.*): a comment/gm)];
    const leftOut = (called: string): number =>
      Number(left.find(([, , what]) => what === called)?.[1] ?? 0);
    const listed =
      leftOut("changes of rights") +
      leftOut("changes of the network") +
      leftOut("objects that are replaced or deleted");
    expect(told + listed).toBe(report.losses.length);
    expect(leftOut("services")).toBe(500);
  });
});

test("names stay text, whatever is in them", () => {
  expect(code("a`b")).toBe("`` a`b ``");
  expect(code("a\n# b")).toBe("`a # b`");
  expect(marker({ project: "slipway", stack: "dev" })).toBe("<!-- slipway preview slipway/dev -->");
});

describe("--expect", () => {
  const digest = "sha256:53681c56f72dfaf84ea93b6833e2374bfb622cb5fe0d88f30d839f8425730b2e";
  const other = `sha256:${"0".repeat(64)}`;

  test("is content with the digest that would run", () => {
    expect(unexpected(reported("settings"), [parseExpectation(`shop=${digest}`)])).toEqual([]);
  });

  test("names the service, what it would run, and what was expected", () => {
    expect(unexpected(reported("settings"), [{ service: "shop", digest: other }])).toEqual([
      `shop would run ${digest}, not ${other}`,
    ]);
    expect(unexpected(reported("image"), [{ service: "shop", digest }])).toEqual([
      `shop would run an image that is built first, not ${digest}`,
    ]);
    expect(unexpected(reported("delete"), [{ service: "worker", digest }])).toEqual([
      `worker would not run any more; expected ${digest}`,
    ]);
  });

  test("wants to know which of several services", () => {
    expect(unexpected(reported("settings"), [{ digest }])).toEqual([
      `--expect: the stack has 2 services; allowed: service=${digest} with one of shop, worker`,
    ]);
    expect(unexpected(reported("settings"), [{ service: "shp", digest }])).toEqual([
      '--expect: got service "shp"; allowed: shop, worker',
    ]);
  });

  test("trusts no preview that failed", () => {
    expect(unexpected(reported("bad-input"), [{ digest }])).toEqual([
      "the preview failed, so it is unknown what it would run",
    ]);
  });

  test("refuses what is no digest", () => {
    expect(() => parseExpectation("shop:latest")).toThrow(
      '--expect: got "shop:latest"; allowed: sha256:<64 hex digits> or service=sha256:<64 hex digits>; use the digest of the release that is promoted',
    );
  });
});
