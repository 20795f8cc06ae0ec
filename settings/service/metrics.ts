import { z } from "zod";

import {
  type MetricsDefinition,
  type MetricsKeys,
  METRICS_PORT,
  type WatchDefinition,
} from "../../components/service/metrics.ts";
import { PORT_NAME } from "../../components/service/port-name.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { duration } from "../duration.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { type Mapping, mapping } from "../mapping.ts";
import { either } from "./either.ts";
import { objective, objectiveFaults } from "./objective.ts";
import { measuredShape } from "./measured.ts";
import { writtenPorts } from "./port-faults.ts";

const LONGEST_SECONDS = 3600;

const PORT = "the name of one of the service's ports, or a number";

const path = field.text(/^\/[^\s#]*$/, "a path such as /metrics");

const interval = duration.refine((seconds) => seconds >= 1 && seconds <= LONGEST_SECONDS, {
  error: "allowed: from 1s to 1h",
});

const metrics = field.mapping(
  {
    path,
    port: z
      .union([field.port, z.string().min(1, { error: `allowed: ${PORT}` })], {
        error: `allowed: ${PORT}`,
      })
      .exactOptional(),
    scheme: field.oneOf("http", "https").exactOptional(),
    interval: interval.exactOptional(),
    waitSeconds: field.wholeNumber(1, LONGEST_SECONDS).exactOptional(),
    required: field
      .choice("whether a release fails that Prometheus does not scrape")
      .exactOptional(),
  } satisfies ShapeOf<MetricsDefinition>,
  "a path such as /metrics, or path, and as needed port, scheme, interval, waitSeconds and required",
);

const ALERTS = "true for all alerts of the service, or a list of their names";

const watch = field.mapping(
  {
    alerts: z
      .union(
        [
          z.literal(true),
          field
            .list(field.text(/^[a-zA-Z_][\w .:/-]{0,200}$/, "the name of an alert"), ALERTS)
            .min(1, { error: `allowed: ${ALERTS}` }),
        ],
        { error: `allowed: ${ALERTS}` },
      )
      .exactOptional(),
    ...measuredShape(),
  } satisfies ShapeOf<WatchDefinition>,
  "alerts, and with steps errors, p99, requests, every, for and failures",
);

/** The keys for what is watched of a service; what is the same for all stands beside the services. */
export function metricsShape() {
  return {
    metrics: either(path, metrics).exactOptional(),
    objective: objective.exactOptional(),
    watch: watch.exactOptional(),
  } satisfies ShapeOf<Omit<MetricsKeys, "monitoring">>;
}

/** What the keys for what is watched contradict. */
export function metricsFaults(service: Mapping): Fault[] {
  const { metrics: written, watch: watched, schedule, settleSeconds } = service;
  const alerts = mapping(watched)?.["alerts"];
  const isScheduled = schedule !== undefined;
  return [
    ...(written === undefined ? [] : portFaults(service)),
    ...objectiveFaults(service),
    ...faultIf(
      isScheduled && written !== undefined,
      ["metrics"],
      got(
        written,
        "allowed: for a service whose pods go on running, and those of a schedule end; remove it, or push metrics",
      ),
    ),
    ...faultIf(
      isScheduled && alerts !== undefined,
      ["watch", "alerts"],
      got(alerts, "allowed: for a service whose pods go on running; remove it"),
    ),
    ...faultIf(
      settleSeconds === 0 && alerts !== undefined,
      ["watch", "alerts"],
      got(
        alerts,
        "allowed: with settleSeconds above 0, for which alerts are watched; raise settleSeconds",
      ),
    ),
  ];
}

/** Prometheus must find the port by a name that a container has. */
function portFaults(service: Mapping): Fault[] {
  const { metrics: written } = service;
  const { port } = mapping(written) ?? {};
  const ports = writtenPorts(service);
  const names = ports.map(({ name }) => name);
  const [said] = ports.filter(
    ({ name, port: number }) =>
      port === name ||
      port === number ||
      (port === undefined && name === (names.includes(METRICS_PORT) ? METRICS_PORT : PORT_NAME)),
  );
  const known = names.join(", ") || "none";
  const at = mapping(written) === undefined ? ["metrics"] : ["metrics", "port"];
  return [
    ...faultIf(
      typeof port === "string" && said === undefined,
      at,
      got(port, `allowed: ${PORT}; it has ${known}; add it to ports, or write the number`),
    ),
    ...faultIf(
      port === undefined && said === undefined,
      at,
      `needs a port; allowed: with port, with a port called ${METRICS_PORT} among ports, or with metrics.port; set metrics: {path, port}`,
    ),
    ...faultIf(
      typeof port === "number" && said === undefined && names.includes(METRICS_PORT),
      at,
      got(
        port,
        `allowed: the number of ports.${METRICS_PORT}, because a port is called ${METRICS_PORT} already; set port: ${METRICS_PORT}, or rename that one`,
      ),
    ),
    ...faultIf(
      said !== undefined && said.protocol !== "TCP",
      at,
      got(port, "allowed: a port for TCP; Prometheus scrapes no other"),
    ),
  ];
}
