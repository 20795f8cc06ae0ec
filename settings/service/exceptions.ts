import { z } from "zod";

import {
  EXCEPTIONS,
  type ExceptionsDefinition,
  type ExceptionWord,
} from "../../components/service/exceptions.ts";
import { PODS, type ServiceDefinition } from "../../components/service-definition.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import type { Mapping } from "../mapping.ts";

const WORDS = Object.keys(EXCEPTIONS) as ExceptionWord[];

const { from, to, remedy } = PODS.user;
const USER = `allowed: a whole number from ${from} to ${to}; ${remedy}`;

/** The keys of {@link ExceptionsDefinition}, and the user, of whom `allow` decides whether it may be root. */
export const exceptionsShape = {
  user: z.int(USER).min(0, USER).max(to, USER).exactOptional(),
  allow: field
    .list(
      z.enum(WORDS, { error: `allowed: ${WORDS.join(", ")}` }),
      `a list of what the pods may do beside: ${WORDS.join(", ")}`,
    )
    .exactOptional(),
} satisfies ShapeOf<ExceptionsDefinition & Pick<ServiceDefinition, "user">>;

/** What contradicts the words of a service. */
export function exceptionsFaults({ allow, user }: Mapping): Fault[] {
  const words: readonly unknown[] = Array.isArray(allow) ? allow : [];
  return faultIf(user === 0 && !words.includes("root"), ["user"], got(user, USER));
}
