import type { WatchedRelease } from "../contract/monitoring.ts";
import { blindness } from "./manifests/blindness.ts";
import { rulesVersion } from "./manifests/prometheus-rule.ts";
import type { Service } from "./service-definition.ts";

/** What Prometheus is asked about a release of a service; nothing where nobody has said where it answers. */
export function watchedOf(service: Service): { readonly monitoring?: WatchedRelease } {
  const { name, metrics, watch, monitoring } = service;
  const { alerts } = watch ?? {};
  if (monitoring?.prometheus === undefined || (metrics ?? alerts) === undefined) {
    return {};
  }
  const { prometheus, namespace } = monitoring;
  const rules = rulesVersion(service);
  const blind = blindness(service);
  return {
    monitoring: {
      prometheus,
      namespace,
      ...(metrics && {
        scrape: { monitor: name, port: metrics.port, waitSeconds: metrics.waitSeconds },
      }),
      ...(rules !== undefined && { rules }),
      ...(blind && { blind }),
      ...(alerts !== undefined && { alerts }),
      ...(metrics?.required === true && { required: true }),
    },
  };
}
