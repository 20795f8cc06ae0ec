import { z } from "zod";

import { PODS } from "../../components/service-definition.ts";

const PERCENT = /^(100|[1-9]?\d)%$/;

/** A number of pods or nodes, or a percentage of them. Nothing of it says more than all of it: a union would repeat the words of its parts. */
export function share(error: string) {
  return z.custom<number | string>(isShare, { error });
}

function isShare(value: unknown): boolean {
  return typeof value === "string"
    ? PERCENT.test(value)
    : typeof value === "number" &&
        Number.isInteger(value) &&
        value >= 0 &&
        value <= PODS.replicas.to;
}
