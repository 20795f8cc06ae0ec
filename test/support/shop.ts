/** The example as the stories deploy it: quick to end, so that a story does not wait for old pods. */
export const shop = {
  build: { context: "example/shop", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } },
  port: 8080,
  replicas: 2,
  health: "/healthz",
  ready: "/readyz",
  drainSeconds: 1,
  stopSeconds: 2,
} as const;
