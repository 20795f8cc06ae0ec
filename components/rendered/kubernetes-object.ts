import * as pulumi from "@pulumi/pulumi";

import { groupOf, type ManifestObject } from "./object.ts";

/** An object of Kubernetes as the API server took it. */
export class KubernetesObject extends pulumi.CustomResource {
  declare readonly apiVersion: pulumi.Output<string>;
  declare readonly kind: pulumi.Output<string>;
  declare readonly metadata: pulumi.Output<{
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
  }>;
  declare readonly spec: pulumi.Output<Readonly<Record<string, unknown>> | undefined>;
  declare readonly status: pulumi.Output<unknown>;

  constructor(
    name: string,
    object: Readonly<Record<string, unknown>>,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(typeOf(object), name, { spec: undefined, ...object, status: undefined }, opts);
  }
}

/** Versions that kinds have had on their way; a chart's next version often writes a later one. */
const VERSIONS = [
  "v1alpha1",
  "v1alpha2",
  "v1beta1",
  "v1beta2",
  "v1beta3",
  "v1",
  "v2beta1",
  "v2beta2",
  "v2",
];

/** The same object by other versions of its API: it stays the same object. */
export function otherVersions(object: ManifestObject): pulumi.Alias[] {
  const group = groupOf(object);
  return group === ""
    ? []
    : VERSIONS.map((version) => `${group}/${version}`)
        .filter((apiVersion) => apiVersion !== object.apiVersion)
        .map((apiVersion) => ({ type: typeOf({ ...object, apiVersion }) }));
}

/** As the Kubernetes provider calls the type, also that of a custom resource. */
function typeOf({ apiVersion, kind }: Readonly<Record<string, unknown>>): string {
  const version = apiVersion === "v1" ? "core/v1" : String(apiVersion);
  return `kubernetes:${version}:${String(kind)}`;
}
