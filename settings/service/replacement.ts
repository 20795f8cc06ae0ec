import { z } from "zod";

import {
  isNone,
  type Replacement,
  type ReplacementDefinition,
  type RollingReplacement,
} from "../../components/service/replacement.ts";
import { accessOf, isShared, type NewClaim } from "../../components/service/volumes.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";

const PERCENT = /^(100|[1-9]?\d)%$/;

const pods = z
  .union([z.int().min(0).max(5000), z.string().regex(PERCENT)], {
    error: "allowed: a number of pods from 0 on, or a percentage of them such as 25%",
  })
  .exactOptional();

const replacement: z.ZodType<Replacement> = z.union(
  [
    z.literal("recreate"),
    field.mapping(
      { surge: pods, unavailable: pods } satisfies ShapeOf<RollingReplacement>,
      "surge and unavailable",
    ),
  ],
  { error: "allowed: recreate, or {surge, unavailable} with numbers of pods or percentages" },
);

/** The form of how an update replaces a service's pods. */
export function replacementShape() {
  return { replacement: replacement.exactOptional() } satisfies ShapeOf<ReplacementDefinition>;
}

/** What is wrong between how pods are replaced, how many there are, and what they may write to. */
export function replacementFaults(service: Mapping): Fault[] {
  const { replacement: written } = service;
  const { surge, unavailable } = fieldsOf(written);
  return [
    ...faultIf(
      isNone(surge) && isNone(unavailable),
      ["replacement", "unavailable"],
      got(unavailable, "allowed: above 0 without a surge, or no pod could be replaced; write 1"),
    ),
    ...singleWriterFaults(service),
  ];
}

/** A claim of one writer has one pod, and never two of them while one replaces the other. */
function singleWriterFaults(service: Mapping): Fault[] {
  const [single] = Object.entries(fieldsOf(service["volumes"])).flatMap(([path, volume]) => {
    const claim = mapping(fieldsOf(volume)["claim"]) as unknown as NewClaim | undefined;
    return claim === undefined || isShared(accessOf(claim))
      ? []
      : [{ path, access: accessOf(claim) }];
  });
  if (single === undefined || "stateful" in service) {
    return [];
  }
  const { replicas, autoscale, replacement: written } = service;
  const { max } = fieldsOf(autoscale);
  const what = `volumes["${single.path}"] is a claim of one writer (${single.access})`;
  const remedy = "give each pod its own with perPod, or the claim access: ReadWriteMany";
  const [path, count] =
    autoscale === undefined ? [["replicas"], replicas] : [["autoscale", "max"], max];
  const isMissing = count === undefined && autoscale === undefined;
  return [
    ...faultIf(
      isMissing || (typeof count === "number" && count > 1),
      path,
      `${isMissing ? "missing, which means 2" : `got ${String(count)}`}; allowed: 1, because ${what}; write 1, ${remedy}`,
    ),
    ...faultIf(
      mapping(written) !== undefined,
      ["replacement"],
      got(
        written,
        `allowed: recreate, because ${what}, and an update of one pod after the other has two for a while; remove it, or ${remedy}`,
      ),
    ),
  ];
}
