import { type Fault, faultIf, got } from "./fault.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";

const SEALED = "a store's value; allowed: with backend: external-secrets only";
const EXTERNAL =
  "allowed: {remote: {key}} with backend: external-secrets, whose store has the value";

/** What is wrong between a credential's backend and its other keys. */
export function backendFaults(credential: Mapping): Fault[] {
  const keys = fieldsOf(credential["keys"]);
  return credential["backend"] === "external-secrets"
    ? externalFaults(credential, keys)
    : sealedFaults(credential, keys);
}

function externalFaults({ store, scope, format }: Mapping, keys: Mapping): Fault[] {
  return [
    ...faultIf(
      store === undefined,
      ["store"],
      "missing; backend: external-secrets needs the name of a store",
    ),
    ...faultIf(
      scope !== undefined,
      ["scope"],
      got(scope, "allowed: with backend: sealed-secrets only"),
    ),
    ...Object.entries(keys).flatMap(([key, source]) =>
      faultIf(
        typeof source !== "string" && fieldsOf(source)["remote"] === undefined,
        ["keys", key],
        EXTERNAL,
      ),
    ),
    // The registry's own password is the stack's secret, which goes into no ExternalSecret.
    ...faultIf(
      format === "dockerconfigjson" && keys["password"] === undefined,
      ["keys", "password"],
      `missing; ${EXTERNAL}`,
    ),
  ];
}

function sealedFaults(credential: Mapping, keys: Mapping): Fault[] {
  return [
    ...["store", "refreshInterval"].flatMap((key) =>
      faultIf(credential[key] !== undefined, [key], "allowed: with backend: external-secrets only"),
    ),
    ...Object.entries(keys).flatMap(([key, source]) =>
      faultIf(fieldsOf(source)["remote"] !== undefined, ["keys", key], SEALED),
    ),
  ];
}
