import { type Delivery, servicesOf } from "../../delivery.ts";
import { at, type Json, items, type ManifestObject, textOf } from "../../../rendered/object.ts";
import { writtenOf } from "../../rendered.ts";
import { before } from "../kept.ts";
import { literal, type Validation } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

/** Ingresses to the hosts and paths that the settings name, with their classes and certificates. */
export function ingresses(delivery: Delivery): Limit {
  const all = servicesOf(delivery).flatMap(({ ingresses }) => ingresses);
  const own = saidIn(writtenOf(delivery, "Ingress"));
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
      ...(own && { said: literal(own.rules), saidTls: literal(own.tls) }),
      rulesBefore: before("spec.?rules", "[]"),
      tlsBefore: before("spec.?tls", "[]"),
    },
    validations: [
      {
        expression: `object.spec.?rules.orValue([]).all(r, r in variables.rulesBefore || (r.?host.orValue("") != "" && has(r.http) && r.http.paths.all(p, ${named}))${own ? ` || ${IS_SAID}` : ""})`,
        message: refusal(
          "spec.rules[]",
          own
            ? "the hosts and paths of slipway:services.<service>.ingress and of the manifests, to Services"
            : `the hosts and paths (${types.join(", ")}) of slipway:services.<service>.ingress, to Services`,
        ),
      },
      {
        expression: `object.spec.?tls.orValue([]).all(t, t in variables.tlsBefore || (t.?hosts.orValue([]).size() > 0 && t.hosts.all(h, h + " " + t.?secretName.orValue("") in variables.certificates))${own ? ` || ${IS_SAID_TLS}` : ""})`,
        message: refusal(
          "spec.tls[]",
          "the hosts of slipway:services.<service>.ingress, each with its own Secret",
        ),
      },
      {
        expression: `!has(object.spec.defaultBackend) || (oldObject != null && has(oldObject.spec.defaultBackend) && object.spec.defaultBackend == oldObject.spec.defaultBackend)${own ? ` || ${isIn("variables.said", '""', '"default"', backendOf("object.spec.defaultBackend"))}` : ""}`,
        message: refusal("spec.defaultBackend", own ? "that of the manifests" : "none"),
      },
      ...classes([...all.map(({ class: name }) => name), ...(own?.classes ?? [])]),
    ],
  };
}

/** What a backend that is no Service of a name is, of an object that is written. */
function backendOf(backend: string): string {
  return `(has(${backend}.service) ? "" : ${backend}.?resource.?kind.orValue("") + "/" + ${backend}.?resource.?name.orValue(""))`;
}

/** Whether a line about an Ingress is one of these. */
function isIn(lines: string, ...expressions: string[]): string {
  const all = ["object.metadata.name", ...expressions].map((each) => `dyn(${each})`);
  return `[${all.join(", ")}].join("\\n") in ${lines}`;
}

const HOST = `r.?host.orValue("")`;
const IS_SAID = `(has(r.http) ? r.http.paths.all(p, ${isIn("variables.said", HOST, 'p.?path.orValue("")', "p.pathType", backendOf("p.backend"))}) : ${isIn("variables.said", HOST)})`;
const SECRET = `t.?secretName.orValue("")`;
const IS_SAID_TLS = `(t.?hosts.orValue([]).size() == 0 ? ${isIn("variables.saidTls", '""', SECRET)} : t.hosts.all(h, ${isIn("variables.saidTls", "h", SECRET)}))`;

/** What Ingresses of manifests say, a line each; undefined without any. */
function saidIn(ingresses: readonly ManifestObject[]) {
  if (ingresses.length === 0) {
    return undefined;
  }
  const backend = (found: Json | undefined) =>
    at(found, "service") === undefined
      ? `${textOf(at(found, "resource", "kind"))}/${textOf(at(found, "resource", "name"))}`
      : "";
  const rules = ingresses.flatMap((ingress) => {
    const { name } = ingress.metadata;
    const all = items(at(ingress, "spec", "rules")).flatMap((rule) => {
      const host = textOf(at(rule, "host"));
      const paths = items(at(rule, "http", "paths")).map((path) => [
        ...[name, host, textOf(at(path, "path")), textOf(at(path, "pathType"))],
        backend(at(path, "backend")),
      ]);
      return at(rule, "http") === undefined ? [[name, host]] : paths;
    });
    const otherwise = at(ingress, "spec", "defaultBackend");
    return otherwise === undefined ? all : [...all, [name, "", "default", backend(otherwise)]];
  });
  const tls = ingresses.flatMap((ingress) =>
    items(at(ingress, "spec", "tls")).flatMap((each) => {
      const hosts = items(at(each, "hosts")).map(textOf);
      const secret = textOf(at(each, "secretName"));
      return (hosts.length === 0 ? [""] : hosts).map((host) => [
        ...[ingress.metadata.name, host, secret],
      ]);
    }),
  );
  const lines = (all: readonly (readonly string[])[]) =>
    distinct(all.map((each) => each.join("\n")));
  const classes = ingresses.map((ingress) => textOf(at(ingress, "spec", "ingressClassName")));
  return {
    rules: lines(rules),
    tls: lines(tls),
    classes: classes.map((name) => (name === "" ? undefined : name)),
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
