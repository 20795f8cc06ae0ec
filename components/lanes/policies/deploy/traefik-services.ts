import { TRAEFIK_API } from "../../../manifests/weighted.ts";
import { weightedNames } from "../../../service/steps.ts";
import { type Delivery, dividedNames } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

const [GROUP = "", VERSION = ""] = TRAEFIK_API.split("/");

/**
 * TraefikServices that divide requests between the old and the new pods of the settings' services: others mirror requests to wherever
 * they name, or lead to Traefik's own dashboard.
 */
export function traefikServices(delivery: Delivery): Limit {
  const names = dividedNames(delivery).flatMap((name) => Object.values(weightedNames(name)));
  const own = [
    `dyn(s).all(k, k in ["name", "port", "weight"])`,
    `s.name in variables.services`,
  ].join(" && ");
  const spec = [
    `dyn(object.spec).all(k, k == "weighted")`,
    `dyn(object.spec.weighted).all(k, k == "services")`,
    `object.spec.weighted.services.all(s, ${own})`,
  ].join(" && ");
  return {
    apiGroups: [GROUP],
    apiVersion: VERSION,
    resources: ["traefikservices"],
    variables: { services: literal(names) },
    validations: [
      {
        expression: `(oldObject != null && object.spec == oldObject.spec) || (${spec})`,
        message: refusal("spec", "weights of the Services of slipway:services.<service>.weights"),
      },
    ],
  };
}
