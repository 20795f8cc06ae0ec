import { z } from "zod";

import {
  HANDLERS,
  type ProbeDefinition,
  type ProbesDefinition,
  type ProbeSet,
  type ProbeTimes,
} from "../../components/service/probes.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";
import { either } from "./either.ts";

/** Whether a probe, or all of them, are not to be: YAML has no word for that. */
export function isNone(written: unknown): boolean {
  return written === false || written === "none";
}

const none = z
  .union([z.literal(false), z.literal("none")], { error: "allowed: none" })
  .transform(() => false as const);

const path = field.text(
  /^\/[^\s#]*$/,
  "a path such as /healthz?full=1, which begins with / and has no fragment (#) and no space",
);

const port = z.union([field.port, z.string()], {
  error: "allowed: a whole number from 1 to 65535, or the name of one of the service's ports",
});

const header = field.mapping(
  {
    name: field.text(/^[-A-Za-z0-9_]+$/, "the name of a header"),
    value: field.scalar,
  },
  "name and value",
);

const times = {
  initialDelaySeconds: field.wholeNumber(0, 3600).exactOptional(),
  periodSeconds: field.wholeNumber(1, 3600).exactOptional(),
  timeoutSeconds: field.wholeNumber(1, 3600).exactOptional(),
  failureThreshold: field.wholeNumber(1, 3600).exactOptional(),
  successThreshold: field.wholeNumber(1, 3600).exactOptional(),
};

/** Only these probes kill a container. */
const killing = {
  ...times,
  terminationGracePeriodSeconds: field.wholeNumber(1, 3600).exactOptional(),
} satisfies ShapeOf<ProbeTimes>;

const handlers = {
  httpGet: field
    .mapping(
      {
        path: path.exactOptional(),
        port: port.exactOptional(),
        scheme: field.oneOf("HTTP", "HTTPS").exactOptional(),
        httpHeaders: field.list(header, "a list of {name, value}").exactOptional(),
      } satisfies ShapeOf<NonNullable<ProbeDefinition["httpGet"]>>,
      "path, port, scheme and httpHeaders",
    )
    .exactOptional(),
  tcpSocket: field
    .mapping(
      { port: port.exactOptional() } satisfies ShapeOf<NonNullable<ProbeDefinition["tcpSocket"]>>,
      "port",
    )
    .exactOptional(),
  grpc: field
    .mapping(
      { port: field.port.exactOptional(), service: z.string().exactOptional() } satisfies ShapeOf<
        NonNullable<ProbeDefinition["grpc"]>
      >,
      "port and service",
    )
    .exactOptional(),
  exec: field
    .mapping(
      {
        command: field
          .list(field.argument, "a list of the command and its arguments")
          .min(1, { error: "allowed: at least the command" }),
      },
      "command",
    )
    .exactOptional(),
};

const PROBE = `one of ${HANDLERS.join(", ")}, and the probe's times, or none`;
const readiness = field.mapping({ ...times, ...handlers }, PROBE);
const other = field.mapping({ ...killing, ...handlers } satisfies ShapeOf<ProbeDefinition>, PROBE);

const set = field.mapping(
  {
    startup: either(other, none).exactOptional(),
    readiness: either(readiness, none).exactOptional(),
    liveness: either(other, none).exactOptional(),
  } satisfies ShapeOf<ProbeSet>,
  "startup, readiness and liveness, or none",
);

/** The probes of a service, or none. */
export const probes = either(set, none);

/** How a service is asked for its health. */
export function probesShape() {
  return { probes: probes.exactOptional() } satisfies ShapeOf<ProbesDefinition>;
}
