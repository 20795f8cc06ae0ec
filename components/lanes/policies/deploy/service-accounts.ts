import { before } from "../kept.ts";
import { type Limit, refusal } from "./limit.ts";

/** Accounts that have no more than their name. What their annotations may say is limited with all others. */
export const SERVICE_ACCOUNTS: Limit = {
  apiGroups: [""],
  apiVersion: "v1",
  resources: ["serviceaccounts"],
  validations: ["secrets", "imagePullSecrets"].map((field) => ({
    expression: `object.?${field}.orValue([]).all(s, s in ${before(`?${field}`, "[]")})`,
    message: refusal(field, "none"),
  })),
};
