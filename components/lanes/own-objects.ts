import type { NamedObject } from "../rendered/object.ts";
import { type Delivery, isAt, serviceObjects } from "./delivery.ts";

/** The objects that the stack creates in its namespace, beside those of manifests. */
export function ownObjects(delivery: Delivery): NamedObject[] {
  const { namespace, credentials } = delivery;
  const made = Object.entries(credentials).flatMap(([name, credential]) => {
    const metadata = { name };
    const sealed = { apiVersion: "bitnami.com/v1alpha1", kind: "SealedSecret", metadata };
    const fetched = { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata };
    const from = credential.store === undefined ? sealed : fetched;
    return isAt(credential, namespace)
      ? [from, { apiVersion: "v1", kind: "Secret", metadata }]
      : [];
  });
  return [...serviceObjects(delivery), ...made];
}
