import * as pulumi from "@pulumi/pulumi";

import type { HandOffInputs, HandOffResult } from "../../contract/hand-off.ts";
import type { HandedOver } from "../../contract/handed-over.ts";
import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";
import type { RegistryLogin } from "../../contract/registry-login.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";
import { type HandedWorkload, identityIn, WAITING } from "./awaited.ts";
import { Collected } from "./collected.ts";
import type { HandOffDefinition } from "./definition.ts";
import { HandOff } from "./hand-off.ts";

/** What others have created is only named. */
const NAMESPACE = { apiVersion: "v1", kind: "Namespace" };

/**
 * What an administrator applies: whoever may push what is handed off could give Jenkins' identities more rights with it.
 */
const ADMINISTERED: ReadonlySet<string> = new Set([COMPONENTS.JenkinsAccess, COMPONENTS.Lane]);

/** Inputs of {@link handOver}. */
export interface HandOverArgs extends HandOffDefinition {
  /** What the desired state is made of. */
  readonly source: HandOffInputs["source"];
  /**
   * Login of the registry that an artifact is pushed to.
   * @default - the machine's own
   */
  readonly login?: pulumi.Input<RegistryLogin> | undefined;
  readonly provider: SlipwayProvider;
}

/** A hand-off that has begun. */
export interface HandOver {
  /** Hands off all that was declared since: call it when nothing more is. */
  readonly finish: () => HandOff;
}

/**
 * From here on objects are handed off instead of being applied, all of them in one revision except Jenkins' lanes, and what waits for
 * them comes after that. Give the Kubernetes provider `renderYamlToDirectory`, so that it applies nothing.
 *
 * Creates a `HandOff` when it is finished.
 */
export function handOver({ provider, ...args }: HandOverArgs): HandOver {
  const collected = new Collected();
  const administered = new Set<pulumi.Resource | undefined>();
  const { promise, resolve } = Promise.withResolvers<HandOff>();
  pulumi.runtime.registerStackTransformation(({ type, resource, props, opts }) => {
    const given = { resource, props, opts };
    if (ADMINISTERED.has(type)) {
      administered.add(resource);
    }
    if (type.startsWith("kubernetes:")) {
      return objectOf(given, administered.has(opts.parent) ? undefined : collected);
    }
    return WAITING.has(type) ? waitAfter(type, given, collected, promise) : undefined;
  });
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const finish = () => {
    const inputs = { ...args, ...collected.handed(), stack };
    const dependsOn = [...collected.resources];
    const made = new HandOff(pulumi.getStack(), inputs as never, { provider, dependsOn });
    resolve(made);
    return made;
  };
  return { finish };
}

/** What is declared, before it is registered. */
interface Given {
  readonly resource: pulumi.Resource;
  readonly props: pulumi.Inputs;
  readonly opts: pulumi.CustomResourceOptions;
}

/**
 * A file comes in no order, and what it waited for comes after the hand-off, which waits for it. What exists is neither read nor imported:
 * nobody is asked.
 */
function objectOf({ resource, props, opts }: Given, collected: Collected | undefined) {
  const rest = Object.fromEntries(
    Object.entries(opts).filter(([key]) => !["dependsOn", "import", "id"].includes(key)),
  );
  if (opts.id !== undefined) {
    return { props: { ...NAMESPACE, metadata: { name: opts.id } }, opts: rest };
  }
  collected?.addObject(resource, props, opts.ignoreChanges);
  return { props, opts: rest };
}

function waitAfter(
  type: string,
  { props, opts }: Given,
  collected: Collected,
  handOff: Promise<HandOff>,
) {
  const workload = collected.addWait(type, props);
  const known = pulumi.output(handOff);
  const before = Array.isArray(opts.dependsOn) ? opts.dependsOn : [opts.dependsOn ?? []].flat();
  return {
    props: { ...props, ...(workload && identified(type, props, workload, known)) },
    opts: { ...opts, dependsOn: [...before, handOff] } as pulumi.CustomResourceOptions,
  };
}

/** The inputs of a wait that only the hand-off knows. */
function identified(
  type: string,
  { deployment }: pulumi.Inputs,
  workload: pulumi.Output<HandedWorkload>,
  handOff: pulumi.Output<HandOff>,
): pulumi.Inputs {
  const found = pulumi
    .all([handOff.apply((made) => made.deployments), workload])
    .apply(([deployments, known]) => identityIn(deployments, known));
  if (type === RESOURCES.ObjectReadiness) {
    return {
      uid: found.apply(({ uid }) => uid),
      generation: found.apply(({ generation }) => generation),
    };
  }
  return {
    deployment: pulumi
      .all([deployment as pulumi.Input<object>, found])
      .apply(([own, identity]) => ({ ...own, ...identity })),
    handOff: handOff.apply((made) => {
      const { to, by, revision, previous, controller, failure, pullRequest } = made;
      const place = pulumi.output({ to, by, stack: made.stack });
      return pulumi
        .all([place, revision, previous, controller, failure, pullRequest])
        .apply(([at, ...result]) => told(at, ...result));
    }),
  };
}

/** What a release's verdict needs to know of its hand-off. */
function told(
  place: Pick<HandOffInputs, "to" | "by" | "stack">,
  revision: string,
  previous: HandOffResult["previous"],
  { sync, health }: HandOffResult["controller"],
  failure: HandOffResult["failure"],
  pullRequest: HandOffResult["pullRequest"],
): HandedOver {
  return {
    ...{ revision, sync, health },
    ...(failure && { failure }),
    ...(pullRequest && { pullRequest: pullRequest.branch }),
    // Where nothing was written, or nothing was there before, there is nothing to go back to.
    ...(previous && { taken: { ...place, previous } }),
  };
}
