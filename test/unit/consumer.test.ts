// Checks the rules by which another stack takes a release. Cannot prove that a StackReference hands the outputs
// over as they are here: test/e2e/outputs.test.ts has two real stacks.
import * as pulumi from "@pulumi/pulumi";

import { readRelease } from "../../components/index.ts";
import { smokeTest } from "../../example/consumer/smoke-test.ts";
import { deploy } from "../support/engine.ts";

const digest = `sha256:${"a".repeat(64)}`;
const image = `registry.example.com/team/shop@${digest}`;
const release = { version: 1, verdict: "ready", reason: null, image, digest };
const endpoint = { inCluster: "http://shop.dev.svc", address: "http://10.96.14.3", public: null };

const outputs = { releases: { shop: release }, endpoints: { shop: endpoint } };

/** What a stack with these outputs is taken for. */
async function read(changed: Readonly<Record<string, unknown>> = {}, service = "shop") {
  const { result } = await deploy(
    () => {
      const stack = new pulumi.StackReference("organization/slipway/dev");
      return { done: readRelease(stack, service).catch((error: unknown) => error) };
    },
    { outputs: () => ({ outputs: { ...outputs, ...changed } }) },
  );
  return result.done;
}

test("takes a proved release with its endpoint", async () => {
  expect(await read()).toEqual({ release, endpoint });
});

test("takes no offence at fields it does not know", async () => {
  const releases = { shop: { ...release, canary: true }, web: null };
  expect(await read({ releases })).toMatchObject({ release: { digest } });
});

test.each<[string, { service?: string } & Record<string, unknown>, string]>([
  [
    "a stack without releases",
    { releases: undefined },
    'the output "releases" must be there, got nothing; run that stack\'s up first',
  ],
  [
    "a stack whose endpoints are no record",
    { endpoints: [] },
    'the output "endpoints" must be there, got []',
  ],
  [
    "a stack without the service",
    { releases: { web: release } },
    "releases.shop must be there, got nothing; that stack has web",
  ],
  [
    "a service that has the name of a method",
    { service: "toString" },
    "releases.toString must be there, got nothing; that stack has shop",
  ],
  [
    "a service without endpoint",
    { endpoints: {} },
    "endpoints.shop must be there, got nothing; that stack has no service",
  ],
  [
    "a record of another version",
    { releases: { shop: { ...release, version: 2 } } },
    "releases.shop.version must be 1, got 2",
  ],
  [
    "a release that failed",
    { releases: { shop: { ...release, verdict: "failed", reason: "not-ready" } } },
    'releases.shop.verdict must be "ready", got "failed" with the reason "not-ready"',
  ],
  [
    "a release without verdict",
    { releases: { shop: { version: 1, image, digest } } },
    'releases.shop.verdict must be "ready", got nothing',
  ],
  [
    "an image that is not pinned",
    { releases: { shop: { ...release, image: "shop:latest" } } },
    `releases.shop.image must be pinned by the digest "${digest}", got "shop:latest"`,
  ],
  [
    "an image with another digest than the record's",
    { releases: { shop: { ...release, digest: `sha256:${"b".repeat(64)}` } } },
    "releases.shop.image must be pinned by the digest",
  ],
  [
    "an endpoint without any URL",
    { endpoints: { shop: { public: null } } },
    "endpoints.shop.address must be a URL or null, got nothing",
  ],
])("refuses %s", async (_, { service, ...change }, message) => {
  const refused = await read(change, service);
  expect(pulumi.RunError.isInstance(refused)).toBe(true);
  expect((refused as Error).message).toContain(`organization/slipway/dev: ${message}`);
});

test("a service that takes no connections has no address, and cannot be called", async () => {
  const worker = { inCluster: null, address: null, public: null };
  expect(await read({ endpoints: { shop: worker } })).toEqual({ release, endpoint: worker });
  expect(() => smokeTest("shop", release as never, worker)).toThrow(
    "shop takes no connections: there is nothing to call",
  );
});

test("another image is another call, because a Job never changes", () => {
  const job = (letter: string) =>
    smokeTest("shop", { ...release, digest: `sha256:${letter.repeat(64)}` } as never, endpoint);
  expect(job("a").metadata.name).toBe("smoke-shop-aaaaaaaaaaaa");
  expect(job("b").metadata.name).not.toBe(job("a").metadata.name);
  expect(job("a").spec.template.spec.containers[0]?.command.at(-1)).toBe("http://10.96.14.3");
});
