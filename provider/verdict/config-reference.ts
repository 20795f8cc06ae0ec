/** A Secret or ConfigMap that a pod cannot start without. */
export interface ConfigReference {
  readonly kind: "secret" | "configmap";
  readonly name: string;
  /** The key in it that is needed, undefined where the object itself is. */
  readonly key: string | undefined;
}
