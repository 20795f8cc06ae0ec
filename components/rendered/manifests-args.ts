import type * as pulumi from "@pulumi/pulumi";

import type { VerdictSettings } from "../../contract/verdict.ts";
import type { SourceReference } from "../manifests/source.ts";
import type { Namespace } from "../namespace.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";
import type { UsedCredential } from "../workload.ts";
import type { RenderedManifests } from "./render.ts";

/** Inputs of a `Manifests`. */
export interface ManifestsArgs {
  readonly rendered: RenderedManifests;
  /**
   * What replaces the image that the manifests call `rendered.image`: `repository@sha256:<64 hex>`.
   * @default - nothing
   */
  readonly image?: pulumi.Input<string>;
  /** @default - unknown */
  readonly source?: SourceReference & { readonly dirty: boolean };
  readonly namespace: Namespace;
  /** @default - the nodes may pull the image */
  readonly pullSecret?: string | undefined;
  /** Credentials of the stack; pods that name one wait for it. */
  readonly credentials?: Readonly<Record<string, UsedCredential>>;
  /**
   * Claims of the manifests that exist already: see `requireManifests`.
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
  /**
   * See `ReleaseArgs.waived`.
   * @default []
   */
  readonly waived?: readonly string[];
  /** See `ReleaseArgs.failsLate`. */
  readonly failsLate: boolean;
  readonly provider: SlipwayProvider;
}
