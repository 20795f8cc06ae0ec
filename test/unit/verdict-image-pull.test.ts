// Proves how messages are read; the messages are those of containerd, CRI-O and well-known registries, each as seen in its logs or issues.
import { lastCause, pullFailure } from "../../provider/verdict/image-pull.ts";
import { NASTY } from "../fixtures/nasty-texts.ts";
import { FACTOR, growth } from "../support/growth.ts";

const PULL =
  'failed to pull and unpack image "r.example.com/shop@sha256:4010": failed to resolve reference "r.example.com/shop@sha256:4010":';

/** Services whose names are errors of others. */
const NAMES = ["session-timeout", "timeout", "access-denied", "lost-and-not-found", "eof", "x509"];

test.each([
  [
    `rpc error: code = NotFound desc = ${PULL} r.example.com/shop@sha256:4010: not found`,
    "image-not-found",
  ],
  ["manifest unknown: manifest unknown to registry", "image-not-found"],
  [
    `rpc error: code = NotFound desc = ${PULL} no match for platform in manifest: not found`,
    "image-not-found",
  ],
  [
    `${PULL} failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`,
    "image-unauthorized",
  ],
  [
    `${PULL} pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    "image-unauthorized",
  ],
  [
    `${PULL} unexpected status from HEAD request to https://r.example.com/v2/shop/manifests/sha256:4010: 403 Forbidden`,
    "image-unauthorized",
  ],
  [
    `${PULL} failed to do request: Head "https://r.example.com/v2/": dial tcp 10.0.0.1:443: connect: connection refused`,
    "registry-unreachable",
  ],
  [
    `${PULL} failed to do request: Head "https://r.example.com/v2/": dial tcp: lookup r.example.com: no such host`,
    "registry-unreachable",
  ],
  [
    `${PULL} unexpected status from HEAD request to https://r.example.com/v2/: 503 Service Unavailable`,
    "registry-unreachable",
  ],
  ["toomanyrequests: You have reached your pull rate limit.", "registry-unreachable"],
  [
    `${PULL} tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    "registry-unreachable",
  ],
  ["something that nobody has seen before", "registry-unreachable"],
  // Space and rights of the node.
  [
    `${PULL} failed to extract layer sha256:5dac: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount2529: write /var/lib/containerd/tmpmounts/containerd-mount2529/lib/libc-2.24.so: no space left on device: unknown`,
    "node-full",
  ],
  [
    "rpc error: code = Unknown desc = failed to register layer: Error processing tar file(exit status 1): write /tableau.rpm: no space left on device",
    "node-full",
  ],
  [
    'rpc error: code = Unknown desc = Error writing blob: error storing blob to file "/var/tmp/storage178245615/2": write /var/tmp/storage178245615/2: no space left on device',
    "node-full",
  ],
  [
    `rpc error: code = Unknown desc = ${PULL} failed to extract layer sha256:140b: operation not permitted: unknown`,
    "image-unusable",
  ],
  [
    `${PULL} failed to extract layer sha256:140b: mount callback failed on /var/lib/containerd/tmpmounts/m1: open /var/lib/containerd/tmpmounts/m1/etc/shadow: permission denied: unknown`,
    "image-unusable",
  ],
  [
    'rpc error: code = Unknown desc = writing blob: adding layer with blob "sha256:bccd": Error processing tar file(exit status 1): Error while loading /: Permission denied',
    "image-unusable",
  ],
  [
    "failed to register layer: ApplyLayer exit status 1 stdout:  stderr: lchown /home: operation not permitted",
    "image-unusable",
  ],
  [`${PULL} failed to extract layer sha256:140b: unexpected EOF`, "registry-unreachable"],
  // Something else than an image for this node.
  [
    `rpc error: code = NotFound desc = ${PULL} failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:04a7: not found`,
    "image-unusable",
  ],
  [
    `${PULL} not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json"`,
    "image-unusable",
  ],
  ["unsupported media type: application/vnd.cncf.helm.config.v1+json", "image-unusable"],
  [
    'rpc error: code = Unknown desc = choosing image instance: no image found in manifest list for architecture arm64, variant "v8", OS linux',
    "image-not-found",
  ],
  ["no matching manifest for linux/arm64/v8 in the manifest list entries", "image-not-found"],
  [
    'rpc error: code = Unknown desc = Image architecture mismatch: image uses "amd64", expecting "arm64"',
    "image-not-found",
  ],
  // A policy of the registry.
  [
    `${PULL} failed to copy: httpReadSeeker: failed open: unexpected status from GET request to https://r.example.com/v2/shop/manifests/sha256:4010: 412 Precondition Failed`,
    "image-unauthorized",
  ],
  [
    'unknown: current image with "86" vulnerabilities cannot be pulled due to configured policy in \'Prevent images with vulnerability severity of "Medium" or higher from running.\'',
    "image-unauthorized",
  ],
  // A download that is not whole.
  [
    `rpc error: code = FailedPrecondition desc = ${PULL} failed commit on ref "layer-sha256:1860": unexpected commit digest sha256:e3b0, expected sha256:1860: failed precondition`,
    "registry-unreachable",
  ],
  // Names that say something of their own.
  ...NAMES.flatMap((name) => [
    [
      `rpc error: code = NotFound desc = failed to pull and unpack image "r.example.com/${name}@sha256:4010": failed to resolve reference "r.example.com/${name}@sha256:4010": r.example.com/${name}@sha256:4010: not found`,
      "image-not-found",
    ],
    [
      `pull access denied for ${name}, repository does not exist or may require 'docker login'`,
      "image-unauthorized",
    ],
    [
      `rpc error: code = Unknown desc = reading manifest 1.0 in r.example.com/${name}: manifest unknown`,
      "image-not-found",
    ],
    [
      `failed to pull and unpack image "r/${name}:1": failed to do request: Head "https://${name}.example.com/v2/${name}/manifests/1": dial tcp: lookup ${name}.example.com on 10.0.0.53:53: no such host`,
      "registry-unreachable",
    ],
  ]),
])("%s: %s", (message = "", reason = "") => {
  expect(pullFailure("ErrImagePull", message)).toBe(reason);
  const later = `Back-off pulling image "r.example.com/shop@sha256:4010": ErrImagePull: ${message}`;
  expect(pullFailure("ImagePullBackOff", later)).toBe(reason);
});

test.each(["ContainerCreating", "CrashLoopBackOff", undefined])(
  "%s is no failure to pull",
  (reason) => {
    expect(pullFailure(reason, "not found")).toBeUndefined();
  },
);

test.each(NASTY)("the time grows with the length only: %j", (unit) => {
  const work = (text: string) => [pullFailure("ErrImagePull", text), lastCause(text)];
  expect(growth(unit, work)).toBeLessThan(3 * FACTOR);
});
