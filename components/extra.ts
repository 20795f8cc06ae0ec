import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../contract/tokens.ts";
import type { VerdictSettings } from "../contract/verdict.ts";
import type { Namespace } from "./namespace.ts";
import { type ComponentOptions, slipwayProviderOf } from "./providers.ts";
import { Manifests } from "./rendered/manifests.ts";
import type { RenderedManifests } from "./rendered/render.ts";
import { verdictIn } from "./rendered/verdict-times.ts";
import type { ExceptionsDefinition } from "./service/exceptions.ts";
import type { ManifestsDefinition } from "./service/manifests.ts";
import type { UsedCredential } from "./workload.ts";

/** What stands beside the services: its manifests, and how long it is awaited. */
export type ExtraDefinition = ManifestsDefinition & ExceptionsDefinition & VerdictSettings;

/** Inputs of an {@link Extra}. */
export interface ExtraArgs {
  /** See `renderManifests`. */
  readonly rendered: RenderedManifests;
  readonly namespace: Namespace;
  /**
   * Credentials that its pods may name, by name.
   * @default {}
   */
  readonly credentials?: Readonly<Record<string, UsedCredential>>;
  /**
   * Its claims that exist already: see `requireManifests`.
   * @default - none
   */
  readonly claims?: ReadonlySet<string> | undefined;
  /** @default {} */
  readonly verdict?: VerdictSettings;
  /**
   * What all of it waits for.
   * @default []
   */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * Objects beside the services, from a team's own manifests: services come once they are ready.
 *
 * Creates a `Manifests`.
 */
export class Extra extends pulumi.ComponentResource {
  /** What is to be ready before anything else. */
  readonly made: readonly pulumi.Resource[];

  constructor(name: string, args: ExtraArgs, opts: ComponentOptions) {
    super(COMPONENTS.Extra, name, {}, opts);
    const provider = slipwayProviderOf(this, name);
    const { made } = new Manifests(name, { ...args, failsLate: false, provider }, { parent: this });
    this.made = made;
    this.registerOutputs({});
  }
}

/**
 * Declares extras in their order, each once the one before it is ready: it may define what the next one needs.
 *
 * @returns what all services wait for
 */
export function declareExtras(
  definitions: Readonly<Record<string, string | ExtraDefinition>>,
  rendered: Readonly<Record<string, RenderedManifests>>,
  declare: (name: string, args: Pick<ExtraArgs, "rendered" | "verdict" | "after">) => Extra,
): readonly pulumi.Resource[] {
  let after: readonly pulumi.Resource[] = [];
  for (const [name, own] of Object.entries(rendered)) {
    const definition = definitions[name];
    const verdict = typeof definition === "object" ? verdictIn(definition) : {};
    after = declare(name, { rendered: own, verdict, after }).made;
  }
  return after;
}
