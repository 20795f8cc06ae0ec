import type { Manifest } from "../../testbed/kinds.ts";
import { PAUSE_IMAGE } from "../../tools/platform/images.ts";
import type { AloneCase } from "./case.ts";

const API = "argoproj.io/v1alpha1";

/** What is measured, as its own documentation writes it. */
export function analysisTemplate(
  { name, metric: { query, ...metric } }: AloneCase,
  namespace: string,
  address: string,
): Manifest {
  const provider = { prometheus: { address, query } };
  return {
    apiVersion: API,
    kind: "AnalysisTemplate",
    metadata: { name, namespace },
    spec: { metrics: [{ name: "measured", ...metric, provider }] },
  };
}

/** The canary, of two pods that do nothing. */
export function rollout(
  { name, at = "step" }: AloneCase,
  namespace: string,
  release: number,
): Manifest {
  const labels = { app: name };
  const analysis = { templates: [{ templateName: name }] };
  const canary =
    at === "step"
      ? { steps: [{ setWeight: 50 }, { analysis }] }
      : { analysis, steps: [{ setWeight: 50 }, { pause: { duration: "5s" } }] };
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const env = [{ name: "RELEASE", value: String(release) }];
  return {
    apiVersion: API,
    kind: "Rollout",
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { canary },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "pause", image: PAUSE_IMAGE, env, securityContext: security }],
        },
      },
    },
  };
}
