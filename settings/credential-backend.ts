import { got } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { type Mapping, mapping } from "./mapping.ts";

const SEALED = "a store's value; allowed: with backend: external-secrets only";
const EXTERNAL =
  "allowed: {remote: {key}} with backend: external-secrets, whose store has the value";

/** What is wrong between a credential's backend and its other keys. */
export function backendFaults(credential: Mapping): Fault[] {
  return credential["backend"] === "external-secrets"
    ? externalFaults(credential)
    : sealedFaults(credential);
}

function externalFaults(credential: Mapping): Fault[] {
  const { store, scope, format } = credential;
  const keys = mapping(credential["keys"]) ?? {};
  return [
    ...(store === undefined
      ? [{ path: ["store"], text: "missing; backend: external-secrets needs the name of a store" }]
      : []),
    ...(scope === undefined
      ? []
      : [{ path: ["scope"], text: got(scope, "allowed: with backend: sealed-secrets only") }]),
    ...Object.entries(keys).flatMap(([key, source]) =>
      typeof source === "string" || mapping(source)?.["remote"] !== undefined
        ? []
        : [{ path: ["keys", key], text: EXTERNAL }],
    ),
    // The registry's own password is the stack's secret, which goes into no ExternalSecret.
    ...(format === "dockerconfigjson" && keys["password"] === undefined
      ? [{ path: ["keys", "password"], text: `missing; ${EXTERNAL}` }]
      : []),
  ];
}

function sealedFaults(credential: Mapping): Fault[] {
  return [
    ...["store", "refreshInterval"].flatMap((key) =>
      credential[key] === undefined
        ? []
        : [{ path: [key], text: "allowed: with backend: external-secrets only" }],
    ),
    ...Object.entries(mapping(credential["keys"]) ?? {}).flatMap(([key, source]) =>
      mapping(source)?.["remote"] === undefined ? [] : [{ path: ["keys", key], text: SEALED }],
    ),
  ];
}
