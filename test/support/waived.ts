import { environment } from "../../tools/platform/environment.ts";

const WAIVER = { until: "9999-12-31", why: "manifests as their makers have them" };

/** A policy that lets manifests be as most are found: without limits, probes and network policies, and from the platform's registry. */
export function waivedFor(...owners: readonly string[]) {
  const rules = ["requests-and-limits", "readiness-probes", "network-policies"];
  const all = Object.fromEntries(owners.map((owner) => [owner, WAIVER]));
  return {
    registries: [environment().SLIPWAY_REGISTRY],
    waive: Object.fromEntries(rules.map((rule) => [rule, all])),
  };
}
