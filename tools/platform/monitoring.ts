import { setTimeout as sleep } from "node:timers/promises";
import {
  ApiException,
  AppsV1Api,
  KubernetesObjectApi,
  PatchStrategy,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import { goBuild } from "../go/build.ts";
import {
  monitoringProgram,
  prometheusOperator,
  prometheusOperatorKinds,
} from "../go/prometheus-operator.ts";
import type { Addition } from "./addition.ts";
import { clusterConfig } from "./cluster.ts";
import { inCluster } from "./controller.ts";
import { CONFIG_RELOADER_IMAGE, PROMETHEUS_IMAGE, PROMETHEUS_OPERATOR_IMAGE } from "./images.ts";
import { ensureProgramImage, type ProgramImage } from "./program-image.ts";

/** For which a kind that was defined a moment ago may not be served, and Prometheus may not run. */
const SECONDS = 90;

const NAMESPACE = "monitoring";
const NAME = "platform";

/** Labels of the monitors and rules that the platform's Prometheus selects. */
export const MONITORED = { release: "platform" } as const;

const operator = inCluster({
  title: "the Prometheus operator",
  place: { namespace: NAMESPACE, name: "prometheus-operator" },
  label: "prometheus-operator",
  tools: prometheusOperator,
  image: imageOf(PROMETHEUS_OPERATOR_IMAGE, "operator"),
  manifests: "monitoring.yaml",
  words: () => ({ RELOADER: CONFIG_RELOADER_IMAGE }),
  definitions: prometheusOperatorKinds,
});

/** The Prometheus operator with one Prometheus, which it runs, on `http://prometheus.monitoring:9090`. */
export const monitoring: Addition = {
  ...operator,
  ensure: async (report) => {
    await goBuild(operator.tools, report);
    await ensureProgramImage(imageOf(PROMETHEUS_IMAGE, "prometheus"));
    await ensureProgramImage(imageOf(CONFIG_RELOADER_IMAGE, "prometheus-config-reloader"));
    await operator.ensure(report);
    await ensurePrometheus();
    await running();
  },
};

function imageOf(name: string, program: Parameters<typeof monitoringProgram>[0]): ProgramImage {
  const recipe = `${program === "operator" ? "prometheus-operator" : program}.Dockerfile`;
  return { name, recipe, program: () => monitoringProgram(program) };
}

/** A kind that was defined a moment ago is not served yet. */
async function ensurePrometheus(): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    try {
      const api = KubernetesObjectApi.makeApiClient(clusterConfig());
      const { ServerSideApply } = PatchStrategy;
      await api.patch(prometheus(), undefined, undefined, "slipway", true, ServerSideApply);
      return;
    } catch (error) {
      const isUnknown = !(error instanceof ApiException) || error.code === 404;
      if (!isUnknown || Date.now() > end) {
        throw error;
      }
      await sleep(500);
    }
  }
}

/** The operator makes a StatefulSet of it. */
async function running(): Promise<void> {
  const api = clusterConfig().makeApiClient(AppsV1Api);
  const place = { namespace: NAMESPACE, name: `prometheus-${NAME}` };
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    const found = await api.readNamespacedStatefulSet(place).catch(() => undefined);
    if (found !== undefined && isRunning(found)) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(
        `Prometheus is not ready after ${SECONDS} s; see why with: kubectl -n ${NAMESPACE} describe pods -l app.kubernetes.io/name=prometheus`,
      );
    }
    await sleep(500);
  }
}

function isRunning({ metadata, spec, status }: V1StatefulSet): boolean {
  const containers = spec?.template.spec?.containers ?? [];
  return (
    containers.some(({ image }) => image === PROMETHEUS_IMAGE) &&
    status?.observedGeneration === metadata?.generation &&
    status?.updatedReplicas === 1 &&
    status.readyReplicas === 1
  );
}

/** As the operator has them, but for the time after which it looks by itself, three minutes: some changes reach it in no other way. */
const RELOADER_ARGS = [
  "--listen-address=:8080",
  "--reload-url=http://localhost:9090/-/reload",
  "--config-file=/etc/prometheus/config/prometheus.yaml.gz",
  "--config-envsubst-file=/etc/prometheus/config_out/prometheus.env.yaml",
  `--watched-dir=/etc/prometheus/rules/prometheus-${NAME}-rulefiles-0`,
  "--watch-interval=5s",
];

function prometheus() {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Prometheus",
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      version: "v3.5.0",
      image: PROMETHEUS_IMAGE,
      replicas: 1,
      serviceAccountName: "prometheus",
      scrapeInterval: "2s",
      evaluationInterval: "2s",
      containers: [{ name: "config-reloader", args: RELOADER_ARGS }],
      retention: "2h",
      podMonitorSelector: { matchLabels: MONITORED },
      podMonitorNamespaceSelector: {},
      ruleSelector: { matchLabels: MONITORED },
      ruleNamespaceSelector: {},
      resources: { requests: { cpu: "50m", memory: "64Mi" } },
      securityContext: { runAsNonRoot: true, runAsUser: 65534, fsGroup: 65534 },
    },
  };
}
