import { SEALING_SCOPE } from "../../../../contract/marks.ts";
import { secretTemplate } from "../../../credentials/format.ts";
import { type Delivery, ownCredentials } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt } from "./orders.ts";

/** What a Secret may say to those who read it: Jenkins' plugin and the controller. */
const READERS = ["jenkins.io/", SEALING_SCOPE];

/** SealedSecrets that become the Secrets of the settings: never one that is a token of somebody's account. */
export function sealedSecrets(delivery: Delivery): Limit {
  const own = ownCredentials(delivery).filter(([, { store }]) => store === undefined);
  return {
    apiGroups: ["bitnami.com"],
    apiVersion: "*",
    resources: ["sealedsecrets"],
    validations: [
      nameOf(own),
      typeOf(own, "spec.template.type", "spec.?template.?type"),
      ...templateOrders("spec.?template.?metadata"),
    ],
  };
}

type Credentials = ReturnType<typeof ownCredentials>;

/** A Secret that the settings do not name is not the lane's to make. */
export function nameOf(own: Credentials) {
  return {
    expression: `oldObject != null || object.metadata.name in ${literal(own.map(([name]) => name).sort())}`,
    message: refusal("metadata.name", "the names of slipway:credentials"),
  };
}

/** The types of Secrets that the settings' credentials have. */
export function typeOf(own: Credentials, field: string, path: string) {
  const types = own.map(
    ([, { format = "opaque" }]) => secretTemplate({ format, jenkins: {} }).type,
  );
  const allowed = [...new Set(types)].sort();
  return {
    expression: `object.${path}.orValue("") in ${literal(allowed)} || (oldObject != null && object.${path} == oldObject.${path})`,
    message: refusal(field, allowed.join(" and ")),
  };
}

/** What the Secret that is made of a template says to those who read it. */
export function templateOrders(path: string) {
  return [annotationsAt(path, READERS), labelsAt(path)];
}
