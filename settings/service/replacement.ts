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
import { either } from "./either.ts";
import { share } from "./share.ts";

const PODS = "allowed: a number of pods from 0 on, or a percentage of them such as 25%";

const pods = share(PODS).exactOptional();

const replacement: z.ZodType<Replacement> = either(
  z.literal("recreate", {
    error: "allowed: recreate, or {surge, unavailable} with numbers of pods or percentages",
  }),
  field.mapping(
    { surge: pods, unavailable: pods } satisfies ShapeOf<RollingReplacement>,
    "surge and unavailable",
  ),
);

/** The form of how an update replaces a service's pods. */
export function replacementShape() {
  return { replacement: replacement.exactOptional() } satisfies ShapeOf<ReplacementDefinition>;
}

/** Kinds that replace their pods by rules of their own, and the keys of these. */
const OWN_RULES = {
  stateful: "a StatefulSet replaces one pod after the other; see stateful.partition",
  everyNode: "a DaemonSet replaces its pods node by node; set everyNode.maxUnavailable or maxSurge",
};

/** What is wrong between how pods are replaced, how many there are, and what they may write to. */
export function replacementFaults(service: Mapping): Fault[] {
  const { replacement: written } = service;
  const { surge, unavailable } = fieldsOf(written);
  const rule = Object.entries(OWN_RULES).find(([kind]) => kind in service)?.[1];
  return [
    ...faultIf(
      written !== undefined && rule !== undefined,
      ["replacement"],
      got(written, `allowed: none, because ${rule ?? ""}; remove it`),
    ),
    ...faultIf(
      isNone(surge) && isNone(unavailable),
      ["replacement", "unavailable"],
      got(unavailable, "allowed: above 0 without a surge, or no pod could be replaced; write 1"),
    ),
    // A run of a schedule is one pod.
    ...("schedule" in service ? [] : singleWriterFaults(service)),
  ];
}

/** A claim of one writer has one pod, and never two of them while one replaces the other. */
function singleWriterFaults(service: Mapping): Fault[] {
  const [single] = Object.entries(fieldsOf(service["volumes"])).flatMap(([path, volume]) => {
    const claim = mapping(fieldsOf(volume)["claim"]) as unknown as NewClaim | undefined;
    const access = claim === undefined ? undefined : accessOf(claim);
    return access === undefined || isShared(access) ? [] : [{ path, access }];
  });
  if (single === undefined) {
    return [];
  }
  const what = `volumes["${single.path}"] is a claim of one writer (${single.access})`;
  const remedy = "give each pod its own with perPod, or the claim access: ReadWriteMany";
  if ("everyNode" in service) {
    const text = `allowed: no such claim with a pod on each node, because ${what}; ${remedy}`;
    return [{ path: ["volumes", single.path, "claim"], text }];
  }
  const { replacement: written } = service;
  const rolling = `allowed: recreate, because ${what}, and an update of one pod after the other has two for a while; remove it, or ${remedy}`;
  return [
    ...podFaults(service, `allowed: 1, because ${what}; write 1, ${remedy}`),
    ...faultIf(mapping(written) !== undefined, ["replacement"], got(written, rolling)),
  ];
}

/** More pods than one. */
function podFaults(service: Mapping, text: string): Fault[] {
  const { replicas = "stateful" in service ? 1 : undefined, autoscale } = service;
  if (autoscale !== undefined) {
    const { max } = fieldsOf(autoscale);
    return faultIf(typeof max === "number" && max > 1, ["autoscale", "max"], got(max, text));
  }
  return replicas === undefined
    ? [{ path: ["replicas"], text: `missing, which means 2; ${text}` }]
    : faultIf(typeof replicas === "number" && replicas > 1, ["replicas"], got(replicas, text));
}
