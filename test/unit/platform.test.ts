// Fake answers of registries and of an API server; that a real image of another platform fails is for test/e2e/several-services.test.ts.
import * as pulumi from "@pulumi/pulumi";

import { matches } from "../../components/image/node-choice.ts";
import { besideImages } from "../../components/beside-images.ts";
import {
  isCompared,
  platformFindings,
  platformQuestion,
  requirePlatforms,
} from "../../components/image/platform-check.ts";
import { platformName, platformRemedy, runsOn, servesPlatform } from "../../contract/platform.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { ImagePlatformsAnswer } from "../../provider/image-platforms.ts";
import { IMAGE } from "../support/definitions.ts";

describe("the name of a platform", () => {
  test.each([
    ["linux/amd64", "linux/amd64"],
    ["linux/x86_64", "linux/amd64"],
    ["linux/aarch64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64"],
    ["linux/arm/v7", "linux/arm/v7"],
    ["linux/armhf", "linux/arm/v7"],
    ["linux/s390x", "linux/s390x"],
  ])("of %s is %s", (written, name) => {
    expect(platformName(written)).toBe(name);
  });

  test.each([
    ["linux/toaster", undefined],
    ["linux/x64", "linux/amd64"],
    ["linux/armv7", "linux/arm/v7"],
    ["linux/amd64/v9", "linux/amd64"],
    ["amd64", "linux/amd64"],
    ["LINUX/AMD64", "linux/amd64"],
    ["darwin/arm64", "linux/arm64"],
    ["windows/amd64", "linux/amd64"],
    ["linux", undefined],
    ["", undefined],
    ["linux/constructor", undefined],
  ])("%s is none, and %s is probably meant", (written, meant) => {
    expect(platformName(written)).toBeUndefined();
    const remedy = platformRemedy(written);
    expect(remedy).toMatch(/^allowed: a platform such as linux\/amd64, linux\/arm64/);
    expect(/; write (\S+)$/.exec(remedy)?.[1]).toBe(meant);
  });
});

test("a variant that one side does not name is not compared", () => {
  expect(servesPlatform("linux/arm64", "linux/arm64/v8")).toBe(true);
  expect(servesPlatform("linux/arm", "linux/arm/v7")).toBe(true);
  expect(servesPlatform("linux/arm/v6", "linux/arm/v7")).toBe(false);
  expect(servesPlatform("linux/386", "linux/amd64")).toBe(false);
});

test("nodes run what their processors run", () => {
  expect(runsOn("linux/386", "linux/amd64")).toBe(true);
  expect(runsOn("linux/arm/v7", "linux/arm64")).toBe(true);
  expect(runsOn("linux/amd64", "linux/arm64")).toBe(false);
  expect(runsOn("linux/amd64", "windows/amd64")).toBe(false);
});

test("a placement chooses nodes as the scheduler does", () => {
  const labels = { "kubernetes.io/arch": "arm64", size: "8" };
  const required = (...matchExpressions: object[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions }],
        },
      },
    },
  });
  const arch = (operator: string, ...values: string[]) =>
    required({ key: "kubernetes.io/arch", operator, values }) as Parameters<typeof matches>[1];
  expect(matches(labels, {})).toBe(true);
  expect(matches(labels, { nodeSelector: { "kubernetes.io/arch": "amd64" } })).toBe(false);
  expect(matches(labels, arch("In", "arm64"))).toBe(true);
  expect(matches(labels, arch("NotIn", "arm64"))).toBe(false);
  expect(matches(labels, arch("Exists"))).toBe(true);
  expect(matches(labels, arch("DoesNotExist"))).toBe(false);
  expect(matches(labels, required({ key: "size", operator: "Gt", values: ["4"] }) as never)).toBe(
    true,
  );
  expect(matches(labels, required({ key: "size", operator: "Lt", values: ["4"] }) as never)).toBe(
    false,
  );
});

const node = (platform: string, count = 1, labels = {}) => ({ platform, count, labels });
const image = (...platforms: string[]) => ({ image: IMAGE, platforms });
const request = (request: object = {}) => ({
  shop: { image: IMAGE, asked: [], placement: {}, comparesNodes: true, ...request },
});

test("nodes are asked for only where an image is compared with them", () => {
  const { shop } = request({ placement: { nodeSelector: { zone: "a" } } });
  expect(platformQuestion([shop, shop])).toEqual({ images: [IMAGE], labels: ["zone"] });
  const { shop: emulated } = request({ comparesNodes: false, asked: ["linux/arm64"] });
  expect(platformQuestion([emulated])).toEqual({ images: [IMAGE], labels: [], nodes: false });
  const { shop: free } = request({ comparesNodes: false });
  expect([shop, emulated, free].map(isCompared)).toEqual([true, true, false]);
});

test("the images beside a service's own are those of its containers, other services and patches", () => {
  const other = (digit: string) => `registry.example.com/x@sha256:${digit.repeat(64)}`;
  const service = {
    initContainers: [{ name: "wait" }, { name: "migrate", of: "web" }, { name: "copy", of: "new" }],
    sidecars: [{ name: "proxy", image: other("1") }],
    pod: {
      containers: [
        { name: "shop", tty: true },
        { name: "log", image: other("2") },
      ],
    },
  };
  const images = besideImages(service, (name) => (name === "web" ? other("3") : undefined));
  expect(Object.fromEntries(images)).toEqual({
    ...{ migrate: other("3"), proxy: other("1"), log: other("2") },
  });
});

describe("before anything is applied", () => {
  test("an image for what was asked and for the nodes is no finding", () => {
    const answers = { images: [image("linux/amd64", "linux/arm64")], nodes: [node("linux/amd64")] };
    expect(platformFindings(request({ asked: ["linux/arm64/v8"] }), answers)).toEqual({
      faults: [],
      warnings: [],
    });
  });

  test("a builder that ignored the platform is a fault", () => {
    const answers = { images: [image("linux/amd64")], nodes: [node("linux/amd64")] };
    const { faults } = platformFindings(request({ asked: ["linux/arm64"] }), answers);
    expect(faults).toEqual([
      `image of shop: got linux/amd64 in ${IMAGE}; allowed: linux/arm64, as its build says; the builder or the base image has ignored that: use a base image and a builder for it, see docker buildx ls, and change the content so that it is built again`,
    ]);
  });

  test("an image that no node can run is a fault, and a build of such a one before it is built", () => {
    const nodes = [node("linux/amd64", 3)];
    const { faults } = platformFindings(request(), { images: [image("linux/arm64")], nodes });
    expect(faults).toEqual([
      `image of shop: got linux/arm64 in ${IMAGE}; allowed: linux/amd64, which its nodes are; use an image for it, or build.platform: linux/amd64 where it is built here; where the nodes emulate others, or such nodes are only made for its pods, set checkPlatform: false`,
    ]);
    const unbuilt = request({ image: undefined, asked: ["linux/arm64"] });
    expect(platformFindings(unbuilt, { images: [], nodes }).faults).toEqual([
      expect.stringMatching(/^image of shop: got linux\/arm64 in its build; allowed: linux\/amd64/),
    ]);
  });

  test("some nodes that cannot run it are a warning, unless its pods are kept from them", () => {
    const nodes = [
      node("linux/amd64", 2, { "kubernetes.io/arch": "amd64" }),
      node("linux/arm64", 1, { "kubernetes.io/arch": "arm64" }),
    ];
    const answers = { images: [image("linux/amd64")], nodes };
    const { faults, warnings } = platformFindings(request(), answers);
    expect(faults).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /; 1 of the nodes that its pods may be placed on are linux\/arm64 and cannot run it/,
      ),
    ]);
    const placement = { nodeSelector: { "kubernetes.io/arch": "amd64" } };
    expect(platformFindings(request({ placement }), answers).warnings).toEqual([]);
  });

  test.each([
    [
      "the nodes emulate others",
      { comparesNodes: false },
      [node("linux/amd64")],
      image("linux/arm64"),
    ],
    ["no node is known", {}, [], image("linux/arm64")],
    [
      "no node has the labels yet",
      { placement: { nodeSelector: { a: "b" } } },
      [node("linux/amd64")],
      image("linux/arm64"),
    ],
    ["the image says nothing", { asked: ["linux/arm64"] }, [node("linux/amd64")], image()],
  ])("nothing is compared where %s", (_, change, nodes, known) => {
    expect(platformFindings(request(change), { images: [known], nodes })).toEqual({
      faults: [],
      warnings: [],
    });
  });

  test("a registry that does not answer is a warning", () => {
    const answers = { images: [{ ...image(), fault: "no answer in 10 s" }], nodes: [] };
    expect(platformFindings(request(), answers).warnings).toEqual([
      `the registry does not say for which platform ${IMAGE} is: no answer in 10 s`,
    ]);
  });

  test("all faults end the run at once", () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    requirePlatforms({ faults: [], warnings: ["look"] });
    expect(warn).toHaveBeenCalledWith("look");
    warn.mockRestore();
    expect(() => {
      requirePlatforms({ faults: ["one", "two"], warnings: [] });
    }).toThrow("2 images are for a different platform\n  one\n  two");
  });
});

describe("the provider's answer", () => {
  const nodeOf = (architecture: unknown, labels = {}) => ({
    metadata: { labels },
    status: { nodeInfo: { operatingSystem: "linux", architecture } },
  });
  const args = (labels: string[] = []) => ({ images: [IMAGE], answerSeconds: 10, labels });

  function answering(
    { manifest = "{}", config = '{"os":"linux","architecture":"arm64","variant":"v8"}' },
    get: () => Promise<unknown>,
  ) {
    const registry = {
      manifest: () => Promise.resolve(manifest),
      config: () => Promise.resolve(config),
    };
    return new ImagePlatformsAnswer(
      () => registry,
      () => ({ get }),
      new AbortController().signal,
    );
  }

  test("names the image's platforms and groups the nodes, page by page, once a minute", async () => {
    const pages = [
      { items: [nodeOf("amd64", { zone: "a", b: "c" })], metadata: { continue: "next" } },
      { items: [nodeOf("amd64", { zone: "a" }), nodeOf("arm64"), nodeOf("\u001b[31m"), {}] },
    ];
    const get = jest.fn<Promise<unknown>, []>();
    pages.forEach((page) => get.mockResolvedValueOnce(page));
    const subject = answering({}, get);
    const answer = await subject.answer(args(["zone"]));
    expect(answer).toEqual({
      images: [{ image: IMAGE, platforms: ["linux/arm64/v8"] }],
      nodes: [
        { platform: "linux/amd64", labels: { zone: "a" }, count: 2 },
        { platform: "linux/arm64", labels: {}, count: 1 },
      ],
    });
    await subject.answer(args());
    expect(get).toHaveBeenCalledTimes(2);
  });

  test("asks nobody for nodes that nothing is compared with", async () => {
    const get = jest.fn<Promise<unknown>, []>();
    const answer = await answering({}, get).answer({ ...args(), nodes: false });
    expect(answer).toMatchObject({ images: [{ image: IMAGE }], nodes: [] });
    expect(get).not.toHaveBeenCalled();
  });

  test("says why nodes and registries do not answer", async () => {
    const refused = new ApiError(403, "nodes is forbidden");
    const answer = await answering({ manifest: "<html>" }, () => Promise.reject(refused)).answer(
      args(),
    );
    expect(answer).toMatchObject({
      images: [
        { image: IMAGE, platforms: [], fault: expect.stringContaining("not valid JSON") as string },
      ],
      nodes: [],
      nodesFault: expect.stringContaining("nodes is forbidden") as string,
    });
  });
});
