// Proves how messages are read; the messages are those of containerd, CRI-O and well-known registries, each as seen in its logs or issues.
import { pullFailure } from "../../provider/verdict/image-pull";

const PULL =
  'failed to pull and unpack image "r.example.com/shop@sha256:4010": failed to resolve reference "r.example.com/shop@sha256:4010":';

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
])("%s: %s", (message, reason) => {
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
