import { z } from "zod";

/** Fields in Kubernetes' own words, which the API server checks. */
export const plainFields = z.record(z.string(), z.json(), {
  error: "allowed: a mapping in Kubernetes' own words",
});
