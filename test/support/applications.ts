import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import type { ProbeDefinition } from "../../components/service/probes.ts";
import type { ServiceForm } from "../../settings/service.ts";

/** Settings of services, as the stories deliver them. */
export type Services = Readonly<Record<string, ServiceForm>>;

const FOLDER = join(import.meta.dirname, "../fixtures/applications");

/**
 * The settings of a real application as `test/fixtures/applications` has them, with what only a story needs: small requests, no time
 * to drain and settle, probes that are asked more often and as long, and the platform's base image.
 */
export function application<Name extends string>(
  name: string,
  quick: ServiceForm = {},
): Readonly<Record<Name, ServiceForm>> {
  const services = parse(readFileSync(join(FOLDER, `${name}.yaml`), "utf8")) as Services;
  const changed = Object.entries(services).map(([service, form]) => [
    service,
    {
      ...{ ...QUICK, ...quick, ...form },
      ...(form.build && { build: based(form.build) }),
      ...(form.probes && { probes: shorter(form.probes) }),
      ...(form.initContainers && { initContainers: form.initContainers.map(small) }),
      ...(form.sidecars && { sidecars: form.sidecars.map(small) }),
    },
  ]);
  return Object.fromEntries(changed) as Readonly<Record<Name, ServiceForm>>;
}

const resources = { requests: { cpu: "10m", memory: "32Mi" } };
const QUICK: ServiceForm = { settleSeconds: 0, drainSeconds: 0, stopSeconds: 1, resources };

const small = <Container extends object>(container: Container) => ({ resources, ...container });

function based(build: NonNullable<ServiceForm["build"]>) {
  const args = { ...build.args, BASE: "${SLIPWAY_BASE_IMAGE}" };
  return build.of === undefined ? { ...build, args } : build;
}

type Probes = NonNullable<ServiceForm["probes"]>;

/** `none` is a word of the file's, for all of them or for one. */
function shorter(probes: Probes): Probes {
  if (typeof probes !== "object") {
    return probes;
  }
  const said = Object.entries(probes).map(([name, probe]) => [
    name,
    typeof probe === "object" ? shorterProbe(probe as ProbeDefinition) : (probe as unknown),
  ]);
  return Object.fromEntries(said) as Probes;
}

/** A command costs a process each time. */
function shorterProbe(probe: ProbeDefinition): ProbeDefinition {
  const {
    initialDelaySeconds: delay = 0,
    periodSeconds: period = 10,
    failureThreshold = 3,
  } = probe;
  const isAsked = probe.exec === undefined && probe.periodSeconds !== undefined;
  return {
    ...probe,
    ...(delay > 1 && { initialDelaySeconds: 1 }),
    ...(isAsked && { periodSeconds: 1, failureThreshold: period * failureThreshold }),
  };
}
