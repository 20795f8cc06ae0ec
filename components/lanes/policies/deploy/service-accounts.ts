import { at, items, type ManifestObject, textOf } from "../../../rendered/object.ts";
import type { Delivery } from "../../delivery.ts";
import { writtenOf } from "../../rendered.ts";
import { before } from "../kept.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

/**
 * Accounts that have no more than their name, except for what a team's own manifests say of one. What their annotations may say is limited
 * with all others.
 */
export function serviceAccounts(delivery: Delivery): Limit {
  const accounts = writtenOf(delivery, "ServiceAccount");
  return {
    apiGroups: [""],
    apiVersion: "v1",
    resources: ["serviceaccounts"],
    validations: ["secrets", "imagePullSecrets"].map((field) => {
      const said = accounts.flatMap((account) => saidIn(account, field));
      const isSaid = `object.metadata.name + "\\n" + s.?name.orValue("") in ${literal(said)}`;
      return {
        expression: `object.?${field}.orValue([]).all(s, s in ${before(`?${field}`, "[]")}${said.length > 0 ? ` || ${isSaid}` : ""})`,
        message: refusal(field, said.length > 0 ? "those of the manifests" : "none"),
      };
    }),
  };
}

/** The Secrets that an account has, with its name. */
function saidIn(account: ManifestObject, field: string): string[] {
  return items(at(account, field)).map(
    (each) => `${account.metadata.name}\n${textOf(at(each, "name"))}`,
  );
}
