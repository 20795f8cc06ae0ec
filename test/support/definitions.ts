import { complete } from "../../components/complete-service.ts";
import type { Service, ServiceDefinition } from "../../components/service-definition.ts";

/** An image that is pinned as every image must be. */
export const IMAGE = `registry.example.com/team/shop@sha256:${"a".repeat(64)}`;

/** A service called shop in the namespace store, with the defaults of everything not given. */
export function service(definition: Partial<ServiceDefinition> = {}): Service {
  const place = { name: "shop", namespace: "store", version: "0123abcd", pullSecret: undefined };
  return complete(place, { port: 8080, ...definition });
}

/** A service that uses everything that settings offer, but fixed replicas. */
export function fullService(): Service {
  return service({
    autoscale: { min: 2, max: 5 },
    health: "/healthz",
    ready: "/readyz",
    resources: { requests: { cpu: "1", memory: "1Gi" } },
    env: { MODE: "live", KEY: { secret: "payment", key: "api-key" } },
    files: {
      "/etc/shop/config.yaml": "currency: EUR\n",
      "/etc/shop/key.pem": { secret: "payment", key: "key.pem" },
    },
    writable: ["/tmp", "/var/cache/shop"],
    user: 1000,
    ingress: { host: "shop.example.com", class: "nginx", tls: "shop-tls" },
    egress: [{ cidr: "10.0.0.0/8", ports: [5432] }, { namespace: "payment" }],
    deadlineSeconds: 60,
    drainSeconds: 3,
  });
}
