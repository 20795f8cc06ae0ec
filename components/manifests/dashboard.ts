import type * as k8s from "@pulumi/kubernetes";

import type { CompletedObjective } from "../service/objective.ts";
import type { Service } from "../service-definition.ts";
import { sha256 } from "./hash.ts";
import { metadataOf } from "./labels.ts";
import { RELEASE_METRIC } from "./release-rule.ts";
import { recordedOf, seriesOf } from "./series.ts";

/** Grafana lets whoever looks choose the Prometheus. */
const DATASOURCE = { type: "prometheus", uid: "${datasource}" } as const;

const WIDTH = 12;
const HEIGHT = 8;

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly expr: string;
  readonly legend: string;
}

/**
 * A dashboard for Grafana's sidecar, undefined for a service that shows no metrics. Each release is an annotation in it.
 *
 * @see https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards
 */
export function dashboardManifest(service: Service) {
  const { metrics, monitoring } = service;
  if (metrics === undefined || monitoring === undefined || monitoring.dashboard === false) {
    return undefined;
  }
  const { labels, annotations, ...metadata } = metadataOf(service);
  const { dashboard } = monitoring;
  const key = `${service.namespace}-${service.name}.json`;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...metadata,
      // No service can be called so.
      name: `${service.name}.dashboard`,
      labels: { ...dashboard.labels, ...labels },
      annotations: { ...dashboard.annotations, ...annotations },
    },
    data: { [key]: `${JSON.stringify(dashboardOf(service), null, 2)}\n` },
  } satisfies k8s.types.input.core.v1.ConfigMap;
}

function dashboardOf(service: Service) {
  const { name, namespace, objective } = service;
  const panels = [...(objective ? objectivePanels(service, objective) : []), ...ownPanels(service)];
  return {
    uid: sha256(`${namespace}/${name}`).slice(0, 32),
    title: `${namespace} / ${name}`,
    tags: ["slipway"],
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: {
      list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Prometheus" }],
    },
    annotations: { list: [releases(service)] },
    panels: panels.map(panelOf),
  };
}

/** A mark where a release begins to be shown. */
function releases(service: Service) {
  const series = recordedOf(service, RELEASE_METRIC);
  return {
    name: "Releases",
    datasource: DATASOURCE,
    enable: true,
    iconColor: "blue",
    expr: `${series} unless ${series} offset 2m`,
    step: "60s",
    titleFormat: "{{verdict}}",
    textFormat: "{{commit}} {{digest}}",
    tagKeys: "verdict",
  };
}

function objectivePanels(
  service: Service,
  { requests, errors, durations }: CompletedObjective,
): Panel[] {
  const all = `sum(rate(${seriesOf(service, requests)}[$__rate_interval]))`;
  const failed = `sum(rate(${seriesOf(service, errors)}[$__rate_interval]))`;
  const buckets = `sum by (le) (rate(${seriesOf(service, durations)}[$__rate_interval]))`;
  return [
    { title: "Requests", unit: "reqps", expr: all, legend: "requests" },
    {
      title: "Requests that failed",
      unit: "percentunit",
      expr: `(${failed} or vector(0)) / ${all}`,
      legend: "failed",
    },
    {
      title: "Time of 99 % of the requests",
      unit: "s",
      expr: `histogram_quantile(0.99, ${buckets})`,
      legend: "p99",
    },
  ];
}

function ownPanels(service: Service): Panel[] {
  const up = seriesOf(service, { metric: "up", matchers: [] });
  return [
    { title: "Pods that are scraped", unit: "none", expr: `sum(${up})`, legend: "scraped" },
    {
      title: "Releases",
      unit: "none",
      expr: recordedOf(service, RELEASE_METRIC),
      legend: "{{verdict}} {{commit}}",
    },
  ];
}

function panelOf({ title, unit, expr, legend }: Panel, index: number) {
  return {
    id: index + 1,
    type: "timeseries",
    title,
    datasource: DATASOURCE,
    gridPos: { h: HEIGHT, w: WIDTH, x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: [{ refId: "A", datasource: DATASOURCE, expr, legendFormat: legend }],
  };
}
