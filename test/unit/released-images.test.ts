// Proves what the pipeline reads of a state's copy; that the scripts run gates on it is proved by test/scanners/scans.
import { releasedImages } from "../../jenkins/scripts/released-images.ts";

const IMAGE = (repository: string, digit: string) =>
  `registry.example.com/${repository}@sha256:${digit.repeat(64)}`;

function state(outputs: object): unknown {
  return {
    version: 3,
    deployment: { resources: [{ type: "other" }, { type: "pulumi:pulumi:Stack", outputs }] },
  };
}

const ready = (image: string) => ({ verdict: "ready", image });

test("each image that runs is there once, with the first service that runs it and where that answers", () => {
  const outputs = {
    releases: {
      web: ready(IMAGE("shop", "1")),
      cart: ready(IMAGE("cart", "2")),
      worker: ready(IMAGE("shop", "1")),
    },
    endpoints: {
      web: { public: "https://shop.example.com/", inCluster: "http://web.team.svc.cluster.local" },
      cart: { public: null, inCluster: "http://cart.team.svc.cluster.local" },
      worker: { public: null, inCluster: null },
    },
  };
  expect(releasedImages(state(outputs))).toEqual([
    { service: "cart", image: IMAGE("cart", "2"), url: "http://cart.team.svc.cluster.local" },
    { service: "web", image: IMAGE("shop", "1"), url: "https://shop.example.com/" },
  ]);
});

test("a release that failed is not there, nor what a shell would make more of than one word", () => {
  const outputs = {
    releases: {
      failed: { verdict: "failed", image: IMAGE("shop", "1") },
      tagged: ready("registry.example.com/shop:latest"),
      option: ready(`--config=@sha256:${"1".repeat(64)}`),
      "a b": ready(IMAGE("a", "3")),
      "../up": ready(IMAGE("b", "4")),
      shop: ready(IMAGE("shop", "5")),
    },
    endpoints: {
      shop: { public: "https://shop.example.com/$(id) x", inCluster: "file:///etc/passwd" },
    },
  };
  expect(releasedImages(state(outputs))).toEqual([
    { service: "shop", image: IMAGE("shop", "5"), url: "" },
  ]);
});

test("a state before its first release has none, and what is no state is refused", () => {
  expect(releasedImages(state({}))).toEqual([]);
  for (const other of [undefined, [], {}, { deployment: { resources: {} } }]) {
    expect(() => releasedImages(other)).toThrow(
      /^got no resource pulumi:pulumi:Stack; allowed: the state of a stack/,
    );
  }
});
