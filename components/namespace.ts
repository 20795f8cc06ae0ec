import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { namespaceManifest } from "./manifests/namespace.ts";

/**
 * A namespace that admits only pods of the `restricted` Pod Security level.
 *
 * Creates a `Namespace`. What is in it goes with it: let its content be `deletedWith` it.
 */
export class Namespace extends k8s.core.v1.Namespace {
  /** Its name, known before it exists. */
  readonly name: string;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(name, namespaceManifest(name), opts);
    this.name = name;
  }
}
