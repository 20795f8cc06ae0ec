import type { RemoteValue } from "../../../credentials/external-secret.ts";
import { type DeliveredCredential, type Delivery, ownCredentials } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { nameOf, templateOrders, typeOf } from "./sealed-secrets.ts";

/** Other ways to fill a Secret: whole folders of a store, generators, other Secrets of the namespace. */
const OTHER_SOURCES = {
  "spec.dataFrom": "size(object.spec.?dataFrom.orValue([])) == 0",
  "spec.data[].sourceRef": "object.spec.?data.orValue([]).all(d, !has(d.sourceRef))",
  "spec.target.template.templateFrom":
    "size(object.spec.?target.?template.?templateFrom.orValue([])) == 0",
  // Releases from before it do not know the field.
  "spec.target.manifest": "!has(object.spec.target) || !has(dyn(object.spec.target).manifest)",
};

/** ExternalSecrets of the stores and keys that the settings name, each for its own Secret. */
export function externalSecrets(delivery: Delivery): Limit {
  const own = ownCredentials(delivery).filter(([, { store }]) => store !== undefined);
  const store = `object.spec.?secretStoreRef.?kind.orValue("SecretStore"), object.spec.?secretStoreRef.?name.orValue("")`;
  const value = `d.remoteRef.key, d.remoteRef.?property.orValue(""), d.remoteRef.?version.orValue("")`;
  const rules = [
    [
      `${lineOf(store)} in variables.stores`,
      "spec.secretStoreRef",
      "the store of slipway:credentials",
    ],
    [
      `object.spec.?data.orValue([]).all(d, ${lineOf(value)} in variables.values)`,
      "spec.data[].remoteRef",
      "the keys, properties and versions of slipway:credentials",
    ],
    [
      `object.spec.?target.?name.orValue(object.metadata.name) == object.metadata.name && object.spec.?target.?creationPolicy.orValue("Owner") == "Owner"`,
      "spec.target",
      "the Secret of the same name, with the creationPolicy Owner",
    ],
    ...Object.entries(OTHER_SOURCES).map(([field, expression]) => [expression, field, "none"]),
  ];
  return {
    apiGroups: ["external-secrets.io"],
    apiVersion: "v1",
    resources: ["externalsecrets"],
    variables: {
      stores: literal(
        own.map(([name, { store }]) =>
          lines(name, store?.kind ?? "SecretStore", store?.name ?? ""),
        ),
      ),
      values: literal(own.flatMap(valuesOf)),
      same: "oldObject != null && object.spec == oldObject.spec",
    },
    validations: [
      nameOf(own),
      ...rules.map(([expression = "", field = "", allowed = ""]) => ({
        expression: `variables.same || (${expression})`,
        message: refusal(field, allowed),
      })),
      typeOf(own, "spec.target.template.type", "spec.?target.?template.?type"),
      ...templateOrders("spec.?target.?template.?metadata"),
    ],
  };
}

/** Each value with the credential that it is for. */
function valuesOf([name, { keys }]: readonly [string, DeliveredCredential]): string[] {
  const remotes = Object.values(keys).flatMap((source) => remoteOf(source) ?? []);
  return remotes.map(({ key, property = "", version = "" }) => lines(name, key, property, version));
}

/** Texts that nothing but the same texts give. */
function lines(...texts: readonly string[]): string {
  return texts.join("\n");
}

/** The same of an object, whose expressions are given. */
function lineOf(expressions: string): string {
  return `[object.metadata.name, ${expressions}].join("\\n")`;
}

function remoteOf(source: unknown): RemoteValue | undefined {
  return typeof source === "object" && source !== null && "remote" in source
    ? (source.remote as RemoteValue)
    : undefined;
}
