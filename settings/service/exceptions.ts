import { z } from "zod";

import {
  EXCEPTIONS,
  type ExceptionsDefinition,
  type ExceptionWord,
} from "../../components/service/exceptions.ts";
import { PODS, type ServiceDefinition } from "../../components/service-definition.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import type { Mapping } from "../mapping.ts";
import { writtenContainers } from "./written-containers.ts";

const WORDS = Object.keys(EXCEPTIONS) as ExceptionWord[];

const USER = `allowed: a whole number from ${PODS.user.from} to ${PODS.user.to}; ${PODS.user.remedy}`;

/** A user that may be root only if `allow` says so: see {@link exceptionsFaults}. */
export const user = z.int(USER).min(0, USER).max(PODS.user.to, USER);

/** The keys of {@link ExceptionsDefinition}, and the user, of whom `allow` decides whether it may be root. */
export const exceptionsShape = {
  user: user.exactOptional(),
  allow: field
    .list(field.oneOf(...WORDS), `a list of what the pods may do beside: ${WORDS.join(", ")}`)
    .exactOptional(),
} satisfies ShapeOf<ExceptionsDefinition & Pick<ServiceDefinition, "user">>;

/** What contradicts the words of a service. */
export function exceptionsFaults(service: Mapping): Fault[] {
  const { allow } = service;
  if (Array.isArray(allow) && allow.includes("root")) {
    return [];
  }
  const beside = writtenContainers(service).flatMap(({ path, fields }) =>
    under(path, rootFaults(fields["user"])),
  );
  return [...rootFaults(service["user"]), ...beside];
}

function rootFaults(written: unknown): Fault[] {
  return faultIf(written === 0, ["user"], got(written, USER));
}
