import * as pulumi from "@pulumi/pulumi";

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

/** As the Kubernetes provider calls the type, also that of a custom resource. */
function typeOf({ apiVersion, kind }: Readonly<Record<string, unknown>>): string {
  const version = apiVersion === "v1" ? "core/v1" : String(apiVersion);
  return `kubernetes:${version}:${String(kind)}`;
}
