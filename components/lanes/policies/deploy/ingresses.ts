import { type Delivery, servicesOf } from "../../delivery.ts";
import { before } from "../kept.ts";
import { literal, type Validation } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

/** Ingresses to the hosts and paths that the settings name, with their classes and certificates. */
export function ingresses(delivery: Delivery): Limit {
  const all = servicesOf(delivery).flatMap(({ ingresses }) => ingresses);
  const types = distinct(all.flatMap(({ paths }) => paths.map(({ pathType }) => pathType)));
  const isPrefix = types.every((type) => type === "Prefix");
  const routes = all.flatMap(({ hosts, paths }) =>
    hosts.flatMap((host) =>
      paths.map(({ path, pathType }) => `${host}${path}${isPrefix ? "" : ` ${pathType}`}`),
    ),
  );
  const tls = all.flatMap((ingress) =>
    ingress.tls.flatMap(({ hosts, secretName = "" }) =>
      hosts.map((host) => `${host} ${secretName}`),
    ),
  );
  const path = `p.?path.orValue("")`;
  const typed = isPrefix
    ? { is: `p.pathType == "Prefix" && `, also: "" }
    : { is: "", also: ` + " " + p.pathType` };
  const named = `${typed.is}has(p.backend.service) && ${path}.startsWith("/") && r.host + ${path}${typed.also} in variables.routes`;
  return {
    apiGroups: ["networking.k8s.io"],
    apiVersion: "v1",
    resources: ["ingresses"],
    variables: {
      routes: literal(distinct(routes)),
      certificates: literal(distinct(tls)),
      rulesBefore: before("spec.?rules", "[]"),
      tlsBefore: before("spec.?tls", "[]"),
    },
    validations: [
      {
        expression: `object.spec.?rules.orValue([]).all(r, r in variables.rulesBefore || (r.?host.orValue("") != "" && has(r.http) && r.http.paths.all(p, ${named})))`,
        message: refusal(
          "spec.rules[]",
          `the hosts and paths (${types.join(", ")}) of slipway:services.<service>.ingress, to Services`,
        ),
      },
      {
        expression: `object.spec.?tls.orValue([]).all(t, t in variables.tlsBefore || (t.?hosts.orValue([]).size() > 0 && t.hosts.all(h, h + " " + t.?secretName.orValue("") in variables.certificates)))`,
        message: refusal(
          "spec.tls[]",
          "the hosts of slipway:services.<service>.ingress, each with its own Secret",
        ),
      },
      {
        expression: `!has(object.spec.defaultBackend) || (oldObject != null && has(oldObject.spec.defaultBackend) && object.spec.defaultBackend == oldObject.spec.defaultBackend)`,
        message: refusal("spec.defaultBackend", "none"),
      },
      ...classes(all.map(({ class: name }) => name)),
    ],
  };
}

/** The API server gives an Ingress without a class the cluster's default one, which the settings do not know. */
function classes(names: readonly (string | undefined)[]): Validation[] {
  if (names.includes(undefined)) {
    return [];
  }
  const path = "spec.?ingressClassName";
  return [
    {
      expression: `object.${path}.orValue("") in ${literal(distinct(names))} || (oldObject != null && object.${path} == oldObject.${path})`,
      message: refusal(
        "spec.ingressClassName",
        "the classes of slipway:services.<service>.ingress.class",
      ),
    },
  ];
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)].sort();
}
