import * as pulumi from "@pulumi/pulumi";

import type { HandOffInputs } from "../../contract/hand-off.ts";
import { kindOf, resourceOfKind } from "../../contract/workload-kind.ts";
import type { DeploymentIdentity } from "../../contract/readiness.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { fieldsOf } from "../manifests/plain-fields.ts";
import { type HandedWorkload, keyOf } from "./awaited.ts";
import { handedManifest } from "./manifest.ts";

type Handed = Pick<HandOffInputs, "objects" | "releases" | "workloads">;

/** What a program declares of a hand-off, as it declares it. */
export class Collected {
  readonly #objects: pulumi.Output<Handed["objects"][number]>[] = [];
  readonly #resources: pulumi.Resource[] = [];
  readonly #releases: pulumi.Output<Handed["releases"][number]>[] = [];
  readonly #workloads: pulumi.Output<HandedWorkload>[] = [];

  /** All objects, registered: a policy that refuses one ends the run before it is handed off. */
  get resources(): readonly pulumi.Resource[] {
    return this.#resources;
  }

  /** Takes an object. */
  addObject(resource: pulumi.Resource, props: pulumi.Inputs, ignored?: readonly string[]): void {
    const said = pulumi.output(props);
    const handed = said.apply((object) => handedManifest(fieldsOf(object), ignored));
    this.#objects.push(handed as pulumi.Output<Handed["objects"][number]>);
    this.#resources.push(resource);
  }

  /** Takes a wait, and what it needs to know of its object. */
  addWait(type: string, props: pulumi.Inputs): pulumi.Output<HandedWorkload> | undefined {
    if (type === RESOURCES.ObjectReadiness) {
      const { apiVersion, kind, name, namespace } = props as Readonly<Record<string, unknown>>;
      return this.#known(pulumi.output({ apiVersion, kind, name, namespace } as HandedWorkload));
    }
    if (type !== RESOURCES.Readiness) {
      return undefined;
    }
    const { service, image, manifestHash, namespace, deployment } = props as Readonly<
      Record<string, unknown>
    >;
    const release = { service, image, manifestHash } as Handed["releases"][number];
    this.#releases.push(pulumi.output(release));
    return this.#known(
      pulumi
        .all([deployment as pulumi.Input<DeploymentIdentity>, namespace as pulumi.Input<string>])
        .apply(([identity, home]) => workloadOf(identity, home)),
    );
  }

  /** @throws Error for an object with a secret in it: what is handed off is read by many */
  handed(): pulumi.Inputs & Record<keyof Handed, pulumi.Input<unknown>> {
    return {
      objects: Promise.all(this.#objects.map(requirePlain)),
      releases: this.#releases,
      workloads: this.#workloads.map((workload) =>
        workload.apply((known) => ({ key: keyOf(known), ...known })),
      ),
    };
  }

  #known(workload: pulumi.Output<HandedWorkload>): pulumi.Output<HandedWorkload> {
    this.#workloads.push(workload);
    return workload;
  }
}

function workloadOf(identity: DeploymentIdentity, namespace: string): HandedWorkload {
  const kind = kindOf(identity);
  const { group, version } = resourceOfKind(kind);
  return { apiVersion: `${group}/${version}`, kind, name: identity.name, namespace };
}

async function requirePlain<T>(object: pulumi.Output<T>): Promise<pulumi.Output<T>> {
  if (await pulumi.isSecret(object)) {
    throw new pulumi.RunError(
      "slipway:handOff: an object has a secret in it, which the commit would show; allowed: secrets in slipway:credentials, which are handed off sealed or come from a store",
    );
  }
  return object;
}
