// A fake engine; that pods of both services run one digest is for test/e2e/several-services.test.ts.
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";

import { requireApproved } from "../../components/approval.ts";
import { byOwner } from "../../components/image/shared-build.ts";
import { Image } from "../../components/image/image.ts";
import { planBuilds } from "../../components/survey.ts";
import { IMAGE } from "../support/definitions.ts";
import { deploy, only, valueOf } from "../support/engine.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { settingsOf, VALID } from "../support/stack-config.ts";

afterEach(removeFolders);

const registry = { repository: "registry.example.com/team" };
const web = { build: { context: "shop" }, port: 8080 };
const worker = { build: { of: "web" }, port: 8080 };

function faultsOf(services: object, others: object = {}): string {
  try {
    settingsOf({ ...VALID, services, ...others });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("a service of another's build has its image and builds nothing", async () => {
  const context = folderWith({ Dockerfile: "FROM scratch\n" });
  const { result, declared } = await deploy(
    (opts) => {
      const owner = new Image("web", { source: { build: { context } }, registry }, opts);
      const source = { build: { of: "web" } };
      return { owner, shared: new Image("worker", { source, registry, owner }, opts) };
    },
    { outputs: () => ({ repoDigest: IMAGE }) },
  );
  expect(only(declared, docker.Image).name).toBe("web");
  expect(declared.filter(({ resource }) => resource instanceof k8s.core.v1.Pod)).toEqual([]);
  expect(await valueOf(result.shared.ref)).toBe(IMAGE);
  expect(result.shared.version).toBe(result.owner.version);
  expect(result.shared.source).toEqual(result.owner.source);
});

test("without the owner's release it says what is missing", async () => {
  const source = { build: { of: "web" } };
  await expect(deploy((opts) => new Image("worker", { source, registry }, opts))).rejects.toThrow(
    'image of worker: got build.of "web" without the release of web',
  );
});

test("an owner is made before those that share its image, and the order of the services stays", () => {
  const order: string[] = [];
  const made = byOwner({ a: worker, web, z: worker }, (name, _, owner: string | undefined) => {
    order.push(name);
    return `${name} of ${owner ?? "nobody"}`;
  });
  expect(order).toEqual(["web", "a", "z"]);
  expect(Object.entries(made)).toEqual([
    ["a", "a of web of nobody"],
    ["web", "web of nobody"],
    ["z", "z of web of nobody"],
  ]);
});

test("both have one plan, so that an approval of the content holds for both", () => {
  const context = folderWith({ Dockerfile: "FROM scratch\n" });
  const services = { worker, web: { ...web, build: { context } } };
  const builds = planBuilds(services);
  expect(builds["worker"]).toBe(builds["web"]);
  const tag = builds["web"]?.tag ?? "";
  const approved = { digest: null, tag };
  requireApproved({ services, builds }, { web: approved, worker: approved });
  expect(() => {
    requireApproved({ services, builds }, { web: approved, worker: { ...approved, tag: "b" } });
  }).toThrow(`worker: approved the content b, would run the content ${tag}`);
});

describe("settings", () => {
  test("hand over whose image it is, also in a promoting stack and beside a pin", () => {
    const of = (others: object) => settingsOf({ ...VALID, services: { web, worker }, ...others });
    expect(of({}).services["worker"]).toEqual({ build: { of: "web" }, port: 8080 });
    expect(of({ pins: { web: { image: IMAGE } } }).services).toMatchObject({
      web: { image: IMAGE },
      worker: { build: { of: "web" } },
    });
    expect(of({ pins: { worker: { image: IMAGE } } }).services["worker"]).toMatchObject({
      image: IMAGE,
    });
    const promoting = of({ promoteFrom: "dev" }).services["worker"];
    expect(promoting).toEqual({ promote: true, of: "web", port: 8080 });
  });

  test.each([
    [
      "an unknown service",
      { web, worker: { ...worker, build: { of: "wep" } } },
      'slipway:services.worker.build.of: got "wep"; there is no such service; allowed: web; did you mean web?',
    ],
    [
      "the service itself",
      { web, worker: { ...worker, build: { of: "worker" } } },
      'slipway:services.worker.build.of: got "worker"; allowed: a different service; set build.context, or of to one of web',
    ],
    [
      "a chain",
      { web, worker, migration: { ...worker, build: { of: "worker" } } },
      'slipway:services.migration.build.of: got "worker"; it has none of its own; allowed: a service with a build of its own; write of: web',
    ],
    [
      "an owner that is pinned in the settings",
      { web: { image: IMAGE, port: 1 }, worker },
      `slipway:services.worker.build.of: got "web"; it has the image ${IMAGE}; allowed: a service with a build of its own; set image of worker to the same image, or promote both`,
    ],
    [
      "other keys beside it",
      { web, worker: { ...worker, build: { of: "web", target: "final" } } },
      'slipway:services.worker.build.target: got "final"; allowed: of by itself, because the build of web says what is built; remove it, or remove of',
    ],
  ])("refuse %s", (_, services, message) => {
    expect(faultsOf(services)).toBe(message);
  });

  test("refuse a circle at both ends", () => {
    const services = { web: { ...web, build: { of: "worker" } }, worker };
    expect(faultsOf(services)).toBe(
      [
        "2 faults in the stack's settings",
        'slipway:services.web.build.of: got "worker"; it takes its image from web again; allowed: a service with a build of its own; give one of them a build',
        'slipway:services.worker.build.of: got "web"; it takes its image from worker again; allowed: a service with a build of its own; give one of them a build',
      ].join("\n  "),
    );
  });

  test("refuse a build without its context", () => {
    expect(faultsOf({ web: { build: { target: "final" }, port: 1 } })).toBe(
      "slipway:services.web.build.context: missing; allowed: the folder of the build context; a relative one starts at the folder of Pulumi.yaml",
    );
  });
});
