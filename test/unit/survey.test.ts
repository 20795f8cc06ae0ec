// Cannot prove what the engine and a registry really answer: test/e2e/lost-image.test.ts asks them.
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { connect, standingIdentifier } from "../../components/cluster.ts";
import { Image } from "../../components/image/image.ts";
import { Namespace } from "../../components/namespace.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import { planBuilds, type Standing, survey } from "../../components/survey.ts";
import { Workload } from "../../components/workload.ts";
import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { holdAutoscaler } from "../../provider/held-autoscaler.ts";
import { service as serviceWith } from "../support/definitions.ts";
import { type Answer, deploy, only, type Outputs, valueOf } from "../support/engine.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const registry = { repository: "registry.example.com/team" };
const REPOSITORY = "registry.example.com/team/shop";
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const OWN = `${REPOSITORY}@${digest("a")}`;
const OTHER = `${REPOSITORY}@${digest("b")}`;
const URN = "urn:pulumi:test::slipway::slipway:index:Release";

let context: string;
let tag: string;
beforeAll(() => {
  context = folderWith({ Dockerfile: "FROM scratch\n" });
  tag = `${REPOSITORY}:${planBuilds({ shop: { build: { context }, port: 1 } })["shop"]?.tag ?? ""}`;
});

interface World {
  /** What the state has of the image. */
  readonly built?: Readonly<Record<string, unknown>>;
  readonly autoscaler?: object;
  /** By reference, what the registry has; a fault begins with a !. */
  readonly has?: Readonly<Record<string, string>>;
  /** Why the state cannot be read. */
  readonly sealed?: string;
  /** The release that the stack has proved. */
  readonly proved?: object;
  /** What the image is built for. */
  readonly platform?: string;
  /** Beside the context. */
  readonly build?: object;
  /** Beside the build. */
  readonly service?: object;
  /** What the state has of the Deployment. */
  readonly applied?: object;
}

/** What a stack in this world finds out, what it asks the registry, and what it warns of. */
async function surveyed({
  built,
  autoscaler,
  has = {},
  sealed,
  proved,
  platform = "linux/amd64",
  build = {},
  service = {},
  applied,
}: World) {
  const asked: string[] = [];
  const compared: string[] = [];
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
  const resources = {
    ...(built && {
      [`${URN}$slipway:index:Image$docker:index/image:Image::shop`]: { outputs: built },
    }),
    ...(proved && {
      [`${URN}$slipway:index:Readiness::shop`]: { outputs: { release: proved } },
    }),
    ...(applied && {
      [`${URN}$slipway:index:Workload$kubernetes:apps/v1:Deployment::shop`]: {
        outputs: { spec: applied },
      },
    }),
    ...(autoscaler && {
      [`${URN}$slipway:index:Workload$kubernetes:autoscaling/v2:HorizontalPodAutoscaler::shop`]: {
        outputs: { spec: autoscaler },
      },
    }),
  };
  const answer: Answer = ({ token, inputs }) => {
    if (token === "slipway:index:stackState") {
      return { exists: sealed !== undefined || Object.keys(resources).length > 0 };
    }
    if (token === "pulumi:pulumi:readStackResourceOutputs") {
      if (sealed !== undefined) {
        throw new Error(sealed);
      }
      // The engine ends when it is asked for the resources of a stack that has none.
      expect(resources).not.toEqual({});
      expect(inputs).toEqual({ stackName: "organization/slipway/test" });
      return { outputs: resources };
    }
    if (token === "slipway:index:imagePlatforms") {
      compared.push(...(inputs["images"] as string[]));
      const images = compared.map((image) => ({ image, platforms: [platform] }));
      return { images, nodes: [{ platform: "linux/amd64", labels: {}, count: 1 }] };
    }
    const references = inputs["references"] as string[];
    asked.push(...references);
    const images = references.map((reference) => {
      const said = has[reference];
      if (said?.startsWith("!") === true) {
        return { reference, fault: said.slice(1) };
      }
      return { reference, ...(said !== undefined && { digest: said }) };
    });
    return { images };
  };
  const services = { shop: { build: { context, ...build }, port: 8080, ...service } };
  const { result } = await deploy(
    () => {
      const provider = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
      const surveying = survey({ services, builds: planBuilds(services), registry, provider });
      return surveying.then(
        (all) => ({ standing: all["shop"] ?? {}, fault: undefined }),
        (error: unknown) => ({ standing: {}, fault: (error as Error).message }),
      );
    },
    { answer },
  );
  const { standing, fault } = await result;
  const warnings = warn.mock.calls.map(([text]) => text);
  warn.mockRestore();
  return { standing: standing as Standing, fault, asked, warnings, compared };
}

/** What is declared of the image, and what it is known by. */
async function imageOf({ build: found }: Standing) {
  const source = { build: { context } };
  const { result, declared } = await deploy(
    (o) => new Image("shop", { source, registry, found }, o),
    {
      outputs: () => ({ repoDigest: OWN }),
    },
  );
  const images = declared.filter(({ resource }) => resource instanceof docker.Image);
  return {
    builds: images.map(({ inputs }) => (inputs as docker.ImageArgs).build),
    ref: await valueOf(result.ref),
    version: result.version,
  };
}

const plainContext = async (): Promise<string> => {
  const { builds } = await imageOf({});
  return (builds[0] as { context: string }).context;
};
const builtAs = (context: string, repoDigest = OWN) => ({ imageName: tag, repoDigest, context });

test("a first build is built, and the registry is asked once", async () => {
  const { standing, asked, warnings } = await surveyed({});
  expect(asked).toEqual([tag]);
  expect(warnings).toEqual([]);
  expect((await imageOf(standing)).builds).toHaveLength(1);
});

test("a second stack takes the digest that the content's tag has, and pushes nothing", async () => {
  for (const built of [undefined, { ...builtAs("shop"), imageName: `${REPOSITORY}:of-before` }]) {
    const { standing, warnings } = await surveyed({
      ...(built && { built }),
      has: { [tag]: digest("b") },
    });
    const { builds, ref, version } = await imageOf(standing);
    expect(builds).toEqual([]);
    expect(ref).toBe(OTHER);
    expect(tag).toBe(`${REPOSITORY}:${version}`);
    expect(warnings).toEqual([]);
  }
});

describe("an image that this stack has built", () => {
  test("and that the registry has is declared as before", async () => {
    const plain = await plainContext();
    for (const context of [plain, `./${plain}`]) {
      const world = { built: builtAs(context), has: { [tag]: digest("a") } };
      const { standing, asked, warnings } = await surveyed(world);
      expect(asked).toEqual([tag]);
      expect(warnings).toEqual([]);
      expect((await imageOf(standing)).builds).toMatchObject([{ context }]);
    }
  });

  test("and that the registry has lost is built again, as often as it is lost", async () => {
    const plain = await plainContext();
    for (const [last, next] of [
      [plain, `./${plain}`],
      [`./${plain}`, plain],
    ] as const) {
      const { standing, asked, warnings } = await surveyed({ built: builtAs(last) });
      expect(asked).toEqual([tag, OWN]);
      expect(warnings).toEqual([`image of shop: the registry has lost ${OWN}; it is built again`]);
      expect((await imageOf(standing)).builds).toMatchObject([{ context: next }]);
    }
  });

  test("whose tag alone is gone stays", async () => {
    const plain = await plainContext();
    const { standing } = await surveyed({ built: builtAs(plain), has: { [OWN]: digest("a") } });
    expect((await imageOf(standing)).builds).toMatchObject([{ context: plain }]);
  });

  test("whose tag a second builder has moved stays, and is reported", async () => {
    const has = { [tag]: digest("b"), [OWN]: digest("a") };
    const plain = await plainContext();
    const { standing, warnings } = await surveyed({ built: builtAs(plain), has });
    expect((await imageOf(standing)).builds).toMatchObject([{ context: plain }]);
    expect(warnings).toEqual([
      `image of shop: ${tag} has ${digest("b")}, but this stack pushed ${digest("a")}: somebody has pushed the same content again; the stack stays with its own digest, which the registry still has`,
    ]);
  });

  test("that is lost behind a moved tag is what the tag has", async () => {
    const { standing, warnings } = await surveyed({
      built: builtAs("shop"),
      has: { [tag]: digest("b") },
    });
    expect(await imageOf(standing)).toMatchObject({ builds: [], ref: OTHER });
    expect(warnings).toEqual([
      `image of shop: the registry has lost ${OWN}; ${tag} has the same content under ${digest("b")}, which is used instead`,
    ]);
  });

  test("and of which the registry says nothing stays, with a warning", async () => {
    const plain = await plainContext();
    for (const has of [{ [tag]: "!no answer" }, { [OWN]: "!no answer" }]) {
      const { standing, warnings } = await surveyed({ built: builtAs(plain), has });
      expect((await imageOf(standing)).builds).toMatchObject([{ context: plain }]);
      expect(warnings).toEqual([
        `image of shop: the registry does not say whether it has ${Object.keys(has).join()}: no answer; if it has lost it, pods that start later do not find it`,
      ]);
    }
  });
});

describe("what an image is built for", () => {
  test("is compared before anything is declared, if the image is known by then", async () => {
    const world = { has: { [tag]: digest("b") } };
    expect(await surveyed(world)).toMatchObject({
      compared: [OTHER],
      fault: undefined,
      standing: { compared: digest("b") },
    });
    expect((await surveyed({ ...world, platform: "linux/arm64" })).fault).toMatch(
      /^image of shop: got linux\/arm64 in .*; allowed: linux\/amd64, which its nodes are/,
    );
  });

  test("is not asked of an image that the stack has proved", async () => {
    const plain = await plainContext();
    const world = { built: builtAs(plain), has: { [tag]: digest("a") }, platform: "linux/arm64" };
    const proved = { image: OWN, verdict: "ready" };
    expect(await surveyed({ ...world, proved })).toMatchObject({ compared: [], fault: undefined });
    const failed = { image: OWN, verdict: "failed" };
    expect((await surveyed({ ...world, proved: failed })).compared).toEqual([OWN]);
  });

  test("the images of containers beside it are compared as well, until a release with them was proved", async () => {
    const plain = await plainContext();
    const service = { sidecars: [{ name: "proxy", image: OTHER }] };
    const first = await surveyed({ built: builtAs(plain), service, platform: "linux/arm64" });
    expect(first.compared).toContain(OTHER);
    expect(first.fault).toContain(`image of shop, container proxy: got linux/arm64 in ${OTHER}`);
    const proved = { image: OWN, verdict: "ready" };
    const applied = { template: { spec: { containers: [{ name: "proxy", image: OTHER }] } } };
    const again = { built: builtAs(plain), has: { [tag]: digest("a") }, service, applied };
    expect((await surveyed({ ...again, proved })).compared).toEqual([]);
    const failed = { ...proved, verdict: "failed" };
    expect((await surveyed({ ...again, proved: failed })).compared).toContain(OTHER);
  });

  test("is compared with the nodes before it is built, if the build says so", async () => {
    const { fault, compared } = await surveyed({ build: { platform: "linux/arm64" } });
    expect(compared).toEqual([]);
    expect(fault).toMatch(/^image of shop: got linux\/arm64 in its build; allowed: linux\/amd64/);
  });
});

test("a stack whose state cannot be read goes by what the builder built last, with a warning", async () => {
  const { standing, asked, warnings } = await surveyed({ sealed: "no passphrase" });
  expect((await imageOf(standing)).builds).toHaveLength(1);
  expect(asked).toEqual([]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^the stack's own state cannot be read: .*; what the registry has lost, or has already, is not noticed$/,
    ),
  ]);
});

describe("a cluster", () => {
  const identifierFor = async (stored: string | undefined, formerIdentifiers?: string[]) => {
    const asked: string[] = [];
    const answer: Answer = ({ token }) => {
      asked.push(token);
      const urn = "urn:pulumi:test::slipway::pulumi:providers:kubernetes::cluster";
      return token === "slipway:index:stackState"
        ? { exists: stored !== undefined }
        : { outputs: { [urn]: { outputs: { clusterIdentifier: stored } } } };
    };
    const cluster = { kubeconfig: "/k", context: "c", identifier: "new" };
    const all = { ...cluster, ...(formerIdentifiers && { formerIdentifiers }) };
    let identifier: unknown;
    const outputs: Outputs = (type, { clusterIdentifier }) => {
      identifier = type === "pulumi:providers:kubernetes" ? clusterIdentifier : identifier;
      return {};
    };
    await deploy(() => connect(all), { answer, outputs });
    return { identifier, asked };
  };

  test("keeps the identifier by which the stack knows it, if it is one of before", async () => {
    expect((await identifierFor("older", ["old", "older"])).identifier).toBe("older");
    expect((await identifierFor("another's", ["old", "older"])).identifier).toBe("new");
    expect((await identifierFor("new", ["old", "older"])).identifier).toBe("new");
    expect((await identifierFor(undefined, ["old", "older"])).identifier).toBe("new");
  });

  test("that the state cannot tell ends the run, and a preview says so: a new one replaces every object", async () => {
    const all = { kubeconfig: "/k", context: "c", identifier: "new", formerIdentifiers: ["old"] };
    const answer: Answer = ({ token }) => {
      if (token === "slipway:index:stackState") {
        return { exists: true };
      }
      throw new Error("no key");
    };
    const standing = (preview: boolean) =>
      deploy(() => standingIdentifier(all, new SlipwayProvider("slipway", all)), {
        answer,
        preview,
      }).then(({ result }) => result);
    await expect(standing(false)).rejects.toThrow(
      /^the stack's own state cannot be read: .*; it may know this cluster by another identifier, and a new one replaces every object/,
    );
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    expect(await standing(true)).toBe("new");
    expect(warn.mock.calls).toEqual([[expect.stringContaining("shows every object replaced")]]);
    warn.mockRestore();
  });

  test("that can be known by one identifier only is not asked for", async () => {
    expect(await identifierFor("older")).toEqual({ identifier: "new", asked: [] });
  });
});

describe("the number of pods", () => {
  const workload = async (
    settings: object,
    autoscaler?: Standing["autoscaler"],
    preview = false,
  ) => {
    const held: unknown[] = [];
    const answer: Answer = ({ token, inputs }) => {
      if (token === "slipway:index:holdAutoscaler") {
        held.push({ token, ...inputs });
      }
      return inputs;
    };
    const program = (opts: pulumi.ComponentResourceOptions) => {
      const namespace = new Namespace("store");
      const source = { commit: undefined, repository: undefined };
      const args = { service: serviceWith(settings), image: OWN, source, namespace, autoscaler };
      return new Workload("shop", args, opts);
    };
    const { declared } = await deploy(program, { answer, preview });
    return { deployment: only(declared, k8s.apps.v1.Deployment), held };
  };

  test("is found with the autoscaler that the stack has", async () => {
    const bounds = { minReplicas: 2, maxReplicas: 4 };
    expect((await surveyed({ autoscaler: bounds })).standing.autoscaler).toEqual(bounds);
  });

  test("is what an autoscaler that goes is held at, before the Deployment gets it", async () => {
    const bounds = { minReplicas: 2, maxReplicas: 4 };
    const { deployment, held } = await workload({ replicas: 1 }, bounds);
    const token = "slipway:index:holdAutoscaler";
    expect(held).toEqual([{ token, namespace: "store", name: "shop", replicas: 1 }]);
    expect(deployment.inputs).toMatchObject({ spec: { replicas: 1 } });

    const preview = await workload({ replicas: 1 }, bounds, true);
    expect(preview.held).toEqual([]);
    expect(preview.deployment.inputs).toMatchObject({ spec: { replicas: 1 } });
  });

  test("is nobody's else where there is no autoscaler, or one that stays or does no harm", async () => {
    const same = { minReplicas: 1, maxReplicas: 1 };
    const autoscale = { min: 2, max: 4, cpu: 70 };
    expect((await workload({ replicas: 1 })).held).toEqual([]);
    expect((await workload({ replicas: 1 }, same)).held).toEqual([]);
    expect((await workload({ replicas: 0 }, same)).held).toEqual([]);
    expect((await workload({ autoscale }, same)).held).toEqual([]);
  });

  test("stays as it is when an autoscaler takes over", async () => {
    const { deployment } = await workload({ autoscale: { min: 2, max: 4, cpu: 70 } });
    expect(deployment.opts.ignoreChanges).toEqual(["spec.replicas"]);
    expect(deployment.inputs).not.toMatchObject({
      spec: { replicas: expect.anything() as unknown },
    });
    expect((await workload({ replicas: 1 })).deployment.opts.ignoreChanges).toBeUndefined();
  });
});

describe("an autoscaler", () => {
  const held = { namespace: "store", name: "shop", replicas: 1 };
  const hold = (patch: Api["patch"]) =>
    holdAutoscaler(held, { patch } as Api, new AbortController().signal);

  test("is held by both of its bounds", async () => {
    const patch = jest
      .fn<ReturnType<Api["patch"]>, Parameters<Api["patch"]>>()
      .mockResolvedValue({});
    expect(await hold(patch)).toEqual(held);
    expect(patch.mock.calls[0]?.slice(0, 2)).toEqual([
      "/apis/autoscaling/v2/namespaces/store/horizontalpodautoscalers/shop",
      [
        { op: "add", path: "/spec/minReplicas", value: 1 },
        { op: "add", path: "/spec/maxReplicas", value: 1 },
      ],
    ]);
  });

  test("that is gone needs no hold, and one that nobody may change fails the release", async () => {
    expect(await hold(() => Promise.reject(new ApiError(404, "not found")))).toEqual(held);
    await expect(hold(() => Promise.reject(new ApiError(403, "forbidden")))).rejects.toThrow(
      "HorizontalPodAutoscaler store/shop cannot be held at 1 pods until it is deleted: forbidden; delete it, or allow patch of horizontalpodautoscalers.autoscaling",
    );
  });
});
