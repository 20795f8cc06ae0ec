/**
 * The example as the stories deploy it: ready at once, quick to end, and small, so that stories do not wait for each
 * other's pods. What it means to settle is a story of its own.
 */
export const shop = {
  build: { context: "example/shop", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } },
  port: 8080,
  replicas: 2,
  health: "/healthz",
  ready: "/readyz",
  drainSeconds: 1,
  stopSeconds: 2,
  settleSeconds: 0,
  resources: { requests: { cpu: "10m", memory: "32Mi" } },
} as const;
