import type * as pulumi from "@pulumi/pulumi";

/** Values that may come from other resources. */
export type Inputs<T> = {
  readonly [Key in keyof T]: pulumi.Input<Exclude<T[Key], undefined>>;
};
