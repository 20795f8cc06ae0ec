// Checks the rules by which the consumer takes a release. Cannot prove that a StackReference hands the outputs
// over as they are here: that takes two real stacks.
import { accept, DeliveryRefused } from "../../example/consumer/delivery";

const digest = `sha256:${"a".repeat(64)}`;
const image = `registry.example.com/team/shop@${digest}`;
const release = { version: 1, verdict: "ready", reason: null, image, digest };
const endpoint = { inCluster: "http://shop.dev.svc", address: "http://10.96.14.3", public: null };

const outputs = {
  producer: "organization/slipway/dev",
  service: "shop",
  releases: { shop: release } as unknown,
  endpoints: { shop: endpoint } as unknown,
};

test("takes a proved release, and the address inside the network where there is no public one", () => {
  expect(accept(outputs)).toEqual({ image, digest, url: "http://10.96.14.3" });
});

test("prefers the public URL", () => {
  const endpoints = { shop: { ...endpoint, public: "https://shop.example.com/" } };
  expect(accept({ ...outputs, endpoints }).url).toBe("https://shop.example.com/");
});

test("takes no offence at fields it does not know", () => {
  const releases = { shop: { ...release, canary: true }, web: null };
  expect(accept({ ...outputs, releases }).digest).toBe(digest);
});

test.each([
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
    "endpoints.shop.address must be a URL, got nothing",
  ],
])("refuses %s", (_, change, message) => {
  const take = () => accept({ ...outputs, ...change });
  expect(take).toThrow(DeliveryRefused);
  expect(take).toThrow(`organization/slipway/dev: ${message}`);
});
