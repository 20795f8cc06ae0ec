/** A stack with every key of monitoring, and a service with every key of what is watched. */
export const MONITORED = {
  prometheus: "http://prometheus.monitoring:9090",
  monitoring: {
    labels: { release: "kube-prometheus-stack" },
    namespace: "monitoring",
    pods: { "app.kubernetes.io/name": "prometheus" },
    dashboard: { labels: { grafana_dashboard: "1" }, annotations: { grafana_folder: "shops" } },
  },
  services: {
    shop: {
      build: { context: "shop" },
      port: 8080,
      metrics: {
        path: "/metrics",
        port: 9090,
        scheme: "https",
        interval: 30,
        waitSeconds: 60,
        required: true,
      },
      objective: {
        available: 99.9,
        p99: "300ms",
        requests: "http_requests_total",
        errors: 'http_requests_total{status=~"5.."}',
        durations: "http_request_duration_seconds_bucket",
      },
      steps: [10, 50],
      weights: "traefik",
      route: { parents: [{ name: "public" }] },
      watch: {
        alerts: ["ShopIsBroken"],
        errors: 1,
        p99: "300ms",
        requests: 500,
        every: 30,
        for: 180,
        failures: 1,
      },
    },
  },
} as const;

/** Where its names are the user's. */
export const CHOSEN_LABELS = [
  "monitoring.labels",
  "monitoring.pods",
  "monitoring.dashboard.labels",
  "monitoring.dashboard.annotations",
];
