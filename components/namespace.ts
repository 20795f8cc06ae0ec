import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../contract/tokens.ts";
import { namespaceManifest } from "./manifests/namespace.ts";

/** Settings of a {@link Namespace}. */
export interface NamespaceSettings {
  /**
   * Whether others have created it: then it is read, and neither changed nor deleted.
   * @default false
   */
  readonly exists?: boolean;
  /**
   * The Pod Security level that it enforces; of one that exists it is what the cluster says.
   * @default restricted
   */
  readonly level?: string | undefined;
}

/**
 * A namespace that admits only pods of its Pod Security level, `restricted` if nothing else is said.
 *
 * Creates a `Namespace`. What is in it goes with it: give its content the options of {@link goesWith}. One that exists is read
 * under the same URN, so that the engine gives up one that the stack has created, and never deletes it.
 */
export class Namespace extends k8s.core.v1.Namespace {
  /** Its name, known before it exists. */
  readonly name: string;
  /** Whether others have created it. */
  readonly exists: boolean;
  /** The Pod Security level that it enforces, undefined for none. */
  readonly level: string | undefined;

  constructor(
    name: string,
    opts?: pulumi.CustomResourceOptions,
    { exists = false, level = exists ? undefined : "restricted" }: NamespaceSettings = {},
  ) {
    super(
      name,
      exists ? undefined : namespaceManifest(name, level),
      exists ? { ...opts, id: name } : opts,
    );
    this.name = name;
    this.exists = exists;
    this.level = level;
    if (exists) {
      markAsExisting(name, this);
    }
  }
}

/** The state does not say of a namespace whether the stack has created it; this does, for the next run. */
function markAsExisting(name: string, namespace: Namespace): void {
  new pulumi.ComponentResource(COMPONENTS.ExistingNamespace, name, {}, { dependsOn: namespace });
}

/** Options of an object in a namespace: it is deleted with one that the stack creates, and by itself from one that exists. */
export function goesWith(
  namespace: k8s.core.v1.Namespace,
): Pick<pulumi.CustomResourceOptions, "deletedWith"> {
  // What the engine gives up is no deletion, and everything in it would stay behind.
  return namespace instanceof Namespace && namespace.exists ? {} : { deletedWith: namespace };
}
