import * as pulumi from "@pulumi/pulumi";
import type { Awaited, ObjectRecord } from "../contract/object-readiness.ts";
import type { SlipwayResourceOptions } from "./slipway-provider.ts";
import { RESOURCES } from "../contract/tokens.ts";
import type { Inputs } from "./inputs.ts";

/** An object that the program creates: every resource of `@pulumi/kubernetes` is one. */
export interface AppliedObject {
  readonly apiVersion: pulumi.Input<string>;
  readonly kind: pulumi.Input<string>;
  readonly metadata: pulumi.Output<{
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
  }>;
}

/** Arguments of an {@link ObjectReadiness}. */
export type ObjectReadinessArgs = Inputs<Awaited> & {
  /** The object to wait for: a Job, a StatefulSet, a DaemonSet, a PersistentVolumeClaim, or a custom resource. */
  readonly object: AppliedObject;
  /**
   * Seconds from the start of the wait to its end, whatever happens.
   * @default 600
   */
  readonly deadlineSeconds?: pulumi.Input<number>;
};

/**
 * Waits until an object is ready: a Job complete, a StatefulSet or a DaemonSet rolled out, a volume claim bound, a custom
 * resource as its conditions or the program's rules say. It creates and changes nothing in the
 * cluster. Whatever comes after it depends on it.
 *
 * An object that fails, or is not ready at the deadline, fails the `up` with the reason, the log lines of its pods, the
 * Warning events and the command to run next. The failure stays in the stack's state, so that the next `up` judges
 * again; `pulumi refresh` judges again, too.
 *
 * Give the object the annotation `pulumi.com/skipAwait: "true"`, or the Kubernetes provider waits first, in its own way.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-kubernetes-annotations
 */
export class ObjectReadiness extends pulumi.CustomResource {
  /** The verdict, once the object is ready; unknown in a preview that changes the object. */
  declare readonly record: pulumi.Output<ObjectRecord>;

  constructor(
    name: string,
    { object, deadlineSeconds = 600, ...args }: ObjectReadinessArgs,
    opts: SlipwayResourceOptions,
  ) {
    const { apiVersion, kind, metadata } = object;
    const { namespace, name: objectName, uid, generation } = metadata;
    const identity = { apiVersion, kind, namespace, name: objectName, uid, generation };
    const inputs = { record: undefined, ...identity, deadlineSeconds, ...args };
    super(RESOURCES.ObjectReadiness, name, inputs, opts);
  }
}
