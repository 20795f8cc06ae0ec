import { AT_ONCE, type Case, type Failure, scriptContainer } from "../case.ts";
import {
  pushChart,
  pushIndex,
  pushWithBrokenLayer,
  pushWithNewLayer,
  repositoryOf,
} from "../odd-images.ts";
import type { Trouble } from "../registry-proxy.ts";

const ABSENT = `sha256:${"0123456789abcdef".repeat(4)}`;

/** Seconds for which a registry may be out of reach before it counts as gone. */
const PATIENCE = 60;

/** Seconds for which a node may fail to unpack an image. */
const UNPACKS = 30;

const notFound: Failure = { reason: "image-not-found", from: "image-refused", within: AT_ONCE };
const unauthorized: Failure = {
  reason: "image-unauthorized",
  from: "image-refused",
  within: AT_ONCE,
};
const unusable: Failure = {
  reason: "image-unusable",
  from: "image-refused",
  within: UNPACKS + AT_ONCE,
};
const unreachable: Failure = {
  reason: "registry-unreachable",
  from: "image-refused",
  within: PATIENCE + AT_ONCE,
};

/** Images that the node cannot have. */
export const IMAGES: readonly Case[] = [
  {
    name: "image-digest-missing",
    title: "the registry has no such digest",
    prepare: ({ images: { shop } }) =>
      Promise.resolve({ service: { image: `${repositoryOf(shop)}@${ABSENT}` } }),
    expected: notFound,
  },
  {
    name: "image-repository-missing",
    title: "the registry has no such repository",
    prepare: ({ images: { shop } }) =>
      Promise.resolve({ service: { image: shop.replace("/shop@", "/shopp@") } }),
    expected: notFound,
  },
  {
    name: "image-name-invalid",
    title: "the image's name is invalid",
    fault: () => ({ container: { image: "Shop::latest" } }),
    expected: notFound,
  },
  {
    name: "image-named-timeout",
    title: "the registry has no such digest of a repository whose name has `timeout` in it",
    prepare: ({ images: { shop } }) =>
      Promise.resolve({ service: { image: shop.replace("/shop@", "/session-timeout@") } }),
    expected: notFound,
  },
  {
    name: "image-for-another-platform",
    title: "the image is an index for s390x alone",
    prepare: async ({ images: { shop } }) => ({
      service: { image: await pushIndex(shop, "linux/s390x") },
    }),
    expected: notFound,
  },
  {
    name: "image-never-pulled",
    title: "the image may not be pulled, and the node does not have it",
    prepare: async ({ images: { shop } }) => ({
      service: { image: await pushWithNewLayer(shop) },
    }),
    fault: () => ({ container: { imagePullPolicy: "Never" } }),
    expected: notFound,
  },
  {
    name: "image-is-a-chart",
    title: "the digest is a chart's, not an image's",
    prepare: async ({ images: { shop } }) => ({
      service: { image: await pushChart(repositoryOf(shop)) },
    }),
    expected: { reason: "image-unusable", from: "container-refused", within: AT_ONCE },
  },
  {
    name: "image-layer-broken",
    title: "a layer of the image is no archive",
    prepare: async ({ images: { shop } }) => ({
      service: { image: await pushWithBrokenLayer(shop) },
    }),
    expected: unusable,
  },
  {
    name: "sidecar-image-missing",
    title: "an init container's image is not in the registry",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [scriptContainer("setup", `${repositoryOf(image)}@${ABSENT}`, "")],
      },
    }),
    expected: notFound,
  },
  troubledRegistry("registry-login-missing", unauthorized, {
    status: 401,
    code: "UNAUTHORIZED",
    message: "authentication required",
  }),
  troubledRegistry("registry-access-denied", unauthorized, {
    status: 403,
    code: "DENIED",
    message: "requested access to the resource is denied",
  }),
  troubledRegistry("registry-policy", unauthorized, {
    status: 412,
    code: "PROJECTPOLICYVIOLATION",
    message: "current image with 3 vulnerabilities cannot be pulled due to configured policy",
  }),
  troubledRegistry("registry-layer-denied", unauthorized, {
    status: 403,
    code: "DENIED",
    message: "permission denied for this layer",
    ofBlobs: true,
  }),
  troubledRegistry("registry-layer-missing", notFound, {
    status: 404,
    code: "BLOB_UNKNOWN",
    message: "blob unknown to registry",
    ofBlobs: true,
  }),
  troubledRegistry("registry-out-of-order", unreachable, {
    status: 503,
    code: "UNAVAILABLE",
    message: "service not available",
  }),
  troubledRegistry("registry-rate-limit", unreachable, {
    status: 429,
    code: "TOOMANYREQUESTS",
    message: "pull rate limit exceeded",
  }),
  {
    name: "registry-refuses-connections",
    title: "nothing listens where the registry should be",
    prepare: ({ images: { shop } }) =>
      Promise.resolve({ service: { image: shop.replace(/^[^/]+/, "127.0.0.1:1") } }),
    expected: unreachable,
  },
  {
    name: "registry-name-unknown",
    title: "the registry's host name does not resolve",
    prepare: ({ images: { shop } }) =>
      Promise.resolve({ service: { image: shop.replace(/^[^/]+/, "registry.invalid") } }),
    expected: unreachable,
  },
  {
    name: "image-slower-than-the-deadline",
    title: "the registry takes 40 s for each answer, and the deadline is 15 s",
    settings: { deadlineSeconds: 15 },
    prepare: async (stage) => {
      const registry = await stage.registry({ slowSeconds: 40 });
      return { service: { image: registry.renamed(stage.images.shop) } };
    },
    expected: { reason: "progress-deadline", from: "deadline-passed", within: AT_ONCE },
  },
];

function troubledRegistry(name: string, expected: Failure, trouble: Trouble): Case {
  return {
    name,
    title: `the registry answers ${trouble.status} ${trouble.code}${trouble.ofBlobs ? " for a layer" : ""}`,
    prepare: async (stage) => {
      const { shop } = stage.images;
      const image = trouble.ofBlobs ? await pushWithNewLayer(shop) : shop;
      return { service: { image: (await stage.registry(trouble)).renamed(image) } };
    },
    expected,
  };
}
