import { prometheusService } from "../../contract/prometheus-address.ts";

/** The cluster's monitoring: what the Prometheus operator selects by, and where its Prometheus is. */
export interface MonitoringDefinition {
  /**
   * Where Prometheus answers, such as `http://prometheus.monitoring:9090`. A Service of the cluster is asked through the API server,
   * everything else directly.
   * @default - nobody is asked, and nothing about scrapes and alerts is proved
   */
  readonly prometheus?: string;
  /**
   * Labels by which the Prometheus resource selects monitors and rules, such as `{release: kube-prometheus-stack}`.
   * @default {}
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Namespace of the pods that scrape.
   * @default - that of the Service in `prometheus`, or `monitoring`
   */
  readonly namespace?: string;
  /**
   * Labels of the pods that scrape.
   * @default - `{app.kubernetes.io/name: prometheus}`, which the operator gives them
   */
  readonly pods?: Readonly<Record<string, string>>;
  /**
   * The ConfigMaps with dashboards, as Grafana's sidecar finds them; false for none.
   * @default - with the label `grafana_dashboard: "1"`
   */
  readonly dashboard?: DashboardDefinition | false;
}

/** What marks a ConfigMap as a dashboard. */
export interface DashboardDefinition {
  /** @default - `{grafana_dashboard: "1"}` */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Such as `{grafana_folder: shops}`.
   * @default {}
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The key by which a service knows the cluster's monitoring. In a stack it stands beside the services. */
export interface MonitoredDefinition {
  /** @default - nothing of it differs from its defaults */
  readonly monitoring?: MonitoringDefinition;
}

/** The cluster's monitoring, with a value for everything that has a default. */
export interface CompletedMonitoring {
  readonly prometheus?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly pods: Readonly<Record<string, string>>;
  readonly dashboard: Required<DashboardDefinition> | false;
}

const NAMESPACE = "monitoring";
const PODS = { "app.kubernetes.io/name": "prometheus" };
const DASHBOARD = { grafana_dashboard: "1" };

/** The cluster's monitoring with its defaults. */
export function completeMonitoring(said: MonitoringDefinition = {}): CompletedMonitoring {
  const { prometheus, labels = {}, pods = PODS, dashboard = {} } = said;
  const service = prometheus === undefined ? undefined : prometheusService(prometheus);
  return {
    ...(prometheus !== undefined && { prometheus }),
    labels,
    namespace: said.namespace ?? service?.namespace ?? NAMESPACE,
    pods,
    dashboard: dashboard === false ? false : { labels: DASHBOARD, annotations: {}, ...dashboard },
  };
}
