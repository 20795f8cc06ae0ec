import * as pulumi from "@pulumi/pulumi";

import type { ApprovedImage } from "./approval.ts";
import type { Credential } from "./credentials/credential.ts";
import type { Group } from "./group/group.ts";
import { Image, type ImageSource } from "./image/image.ts";
import type { Registry } from "./image/registry.ts";
import type { RenderedManifests } from "./rendered/render.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { Namespace } from "./namespace.ts";
import type { Standing } from "./survey.ts";

/** Inputs of a {@link Release}. */
export interface ReleaseArgs {
  /** Where its image comes from, and how the service is run. */
  readonly service: ImageSource & ServiceDefinition;
  readonly namespace: Namespace;
  /** @default - none; needed for an image that is built here */
  readonly registry?: Registry | undefined;
  /**
   * The credentials that the service may name, by name.
   * @default {}
   */
  readonly credentials?: Readonly<Record<string, Credential>>;
  /**
   * Whether the other releases of the program continue when this one fails. Then `requireReady` must end the program.
   * @default false
   */
  readonly failsLate?: boolean;
  /**
   * Whether a controller applies it, see `handOver`: then its verdict is no object of the cluster.
   * @default false
   */
  readonly handedOff?: boolean;
  /**
   * The group that it is a member of.
   * @default - it is delivered by itself
   */
  readonly group?: Group | undefined;
  /**
   * The release of the service whose image this one runs, for `build: {of}`.
   * @default - it has an image of its own
   */
  readonly owner?: { readonly obtained: Image } | undefined;
  /**
   * What there is of the service already: see `survey`.
   * @default - nothing is known of it
   */
  readonly standing?: Standing | undefined;
  /**
   * Its own manifests: see `renderManifests`.
   * @default - Slipway's; needed for a service with `manifests`
   */
  readonly rendered?: RenderedManifests | undefined;
  /**
   * What it waits for: extras.
   * @default []
   */
  readonly after?: readonly pulumi.Resource[];
  /**
   * Its claims that exist already: see `requireClaims`.
   * @default - none
   */
  readonly claims?: ReadonlySet<string> | undefined;
  /**
   * The images of the other services, for containers that run one of them.
   * @default - there are none
   */
  readonly imageOf?: (service: string) => pulumi.Input<string>;
  /**
   * What of the policy is waived for it, a line each: see `requirePolicy`.
   * @default []
   */
  readonly waived?: readonly string[];
  /**
   * The image that may run: see `readApproval`.
   * @default - any
   */
  readonly approved?: ApprovedImage | undefined;
}
