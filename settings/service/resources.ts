import type { Resources } from "../../components/service/resources.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { parseQuantity } from "../../contract/quantity.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";

const amounts = field.mapping(
  {
    cpu: field.cpu("250m").exactOptional(),
    memory: field.memory("128Mi").exactOptional(),
  } satisfies ShapeOf<NonNullable<Resources["requests"]>>,
  "cpu and memory",
);

/** Requests and limits of a container. */
export const resources = field.mapping(
  {
    requests: amounts.exactOptional(),
    limits: amounts.exactOptional(),
  } satisfies ShapeOf<Resources>,
  "requests and limits",
);

/** Requests above their limits. */
export function resourceFaults({ requests, limits }: Mapping): Fault[] {
  return ["cpu", "memory"].flatMap((kind) => {
    const request = fieldsOf(requests)[kind];
    const limit = fieldsOf(limits)[kind];
    return faultIf(
      (parseQuantity(String(request)) ?? 0) > (parseQuantity(String(limit)) ?? Infinity),
      ["resources", "requests", kind],
      got(
        request,
        `allowed: at most limits.${kind}, which is ${String(limit)}; lower the request or raise the limit`,
      ),
    );
  });
}
