import {
  deadlineOf,
  HANDLERS,
  neededSeconds,
  PROBE_NAMES,
  type ProbeName,
} from "../../components/service/probes.ts";
import { VERDICT } from "../../contract/verdict.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";
import { writtenPorts } from "./port-faults.ts";
import { isNone, probes } from "./probes.ts";

/** What is wrong between the probes of a service, its ports and its times. */
export function probesFaults(service: Mapping): Fault[] {
  return [
    ...["health", "ready"].flatMap((key) => shortFaults(service, key)),
    ...PROBE_NAMES.flatMap((name) => {
      const written = mapping(fieldsOf(service["probes"])[name]);
      return written === undefined ? [] : probeFaults(service, name, written);
    }),
    ...patienceFaults(service),
  ];
}

/** Which probes the short words are about. */
const SHORT: Readonly<Record<string, readonly ProbeName[]>> = {
  health: ["startup", "liveness"],
  ready: ["readiness"],
};

function shortFaults(service: Mapping, key: string): Fault[] {
  const { port, probes: all, [key]: path } = service;
  const other = (SHORT[key] ?? []).find((name) => says(fieldsOf(all)[name]));
  const place = other === undefined ? "probes" : `probes.${other}`;
  return [
    ...faultIf(
      path !== undefined && port === undefined,
      [key],
      got(path, "allowed: with port, which is asked for it; set port, or use probes"),
    ),
    ...faultIf(
      path !== undefined && (isNone(all) || other !== undefined),
      [key],
      got(path, `${place} says how to ask, too; allowed: one of them; remove the other`),
    ),
  ];
}

/** Whether a probe is more than other times for Slipway's own. */
function says(written: unknown): boolean {
  return isNone(written) || HANDLERS.some((handler) => handler in fieldsOf(written));
}

function probeFaults(service: Mapping, name: ProbeName, written: Mapping): Fault[] {
  const path = ["probes", name];
  const given = HANDLERS.filter((handler) => handler in written);
  const { successThreshold } = written;
  return [
    ...faultIf(
      given.length > 1,
      path,
      `has ${given.join(" and ")}; allowed: one of them; remove the other`,
    ),
    ...faultIf(
      given.length === 0 && service["port"] === undefined,
      path,
      `says nothing of how to ask, and there is no port; allowed: one of ${HANDLERS.join(", ")}`,
    ),
    ...faultIf(
      name !== "readiness" && successThreshold !== undefined && successThreshold !== 1,
      [...path, "successThreshold"],
      got(successThreshold, `allowed: 1 for the ${name} probe; remove it`),
    ),
    ...given.flatMap((handler) => portFaults(service, [...path, handler], written[handler])),
  ];
}

/** A port that is named must have a name, and one that is left out is the one that the service answers on. */
function portFaults(service: Mapping, path: readonly string[], asked: unknown): Fault[] {
  const { port } = fieldsOf(asked);
  const names = writtenPorts(service).map((each) => each.name);
  const known = names.length === 0 ? "a number" : `a number, or one of ${names.join(", ")}`;
  return [
    ...faultIf(
      typeof port === "string" && !names.includes(port),
      [...path, "port"],
      got(port, `allowed: ${known}`),
    ),
    ...faultIf(
      port === undefined && service["port"] === undefined && path.at(-1) !== "exec",
      [...path, "port"],
      `missing; allowed: ${known}; set it, because the service has no port of its own`,
    ),
  ];
}

/** The deadline that follows from the probes, nothing if one is set. */
export function followedDeadline({ probes: written, deadlineSeconds }: Mapping) {
  const { data } = probes.safeParse(written);
  return deadlineSeconds === undefined && data !== undefined
    ? { deadlineSeconds: deadlineOf({ probes: data }) }
    : {};
}

/** A limit that is set must leave the time that the probes allow. */
function patienceFaults(service: Mapping): Fault[] {
  const { data } = probes.safeParse(service["probes"]);
  const needed = neededSeconds(data);
  const { to } = VERDICT.deadlineSeconds;
  const allows = `probes allow a container ${needed} s until it is ready`;
  const most = `${allows}; allowed: at most ${to} s, which is the most that deadlineSeconds may be; lower initialDelaySeconds, periodSeconds or failureThreshold`;
  const remedy = `${allows}; allowed: at least that; raise it, leave it out to follow the probes, or lower the probes' times`;
  return [
    ...faultIf(service["deadlineSeconds"] === undefined && needed > to, ["probes"], most),
    ...(["deadlineSeconds", "timeoutSeconds"] as const).flatMap((key) => {
      const { [key]: set } = service;
      const isOwn = typeof set === "number" && set >= VERDICT[key].from && set <= VERDICT[key].to;
      return faultIf(isOwn && needed > set, [key], got(set, remedy));
    }),
  ];
}
