import * as pulumi from "@pulumi/pulumi";

import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import type { ApprovedImage } from "./approval.ts";
import type { Credential } from "./credentials/credential.ts";
import { Image, type ImageArgs, type ImageSource } from "./image/image.ts";
import { type Registry } from "./image/registry.ts";
import { byName } from "./by-name.ts";
import { comparing } from "./compared-platforms.ts";
import { complete } from "./complete-service.ts";
import { credentialsOf } from "./credentials/credential-use.ts";
import { withImages } from "./service/containers.ts";
import { patchedPlaces } from "./service/patches.ts";
import type { Service, ServiceDefinition } from "./service-definition.ts";
import { goesWith, type Namespace } from "./namespace.ts";
import { Readiness } from "./readiness.ts";
import { type ComponentOptions, slipwayProviderOf } from "./providers.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import type { Standing } from "./survey.ts";
import { type Endpoint, Workload } from "./workload.ts";
import { COMPONENTS } from "../contract/tokens.ts";

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
   * The release of the service whose image this one runs, for `build: {of}`.
   * @default - it has an image of its own
   */
  readonly owner?: Release | undefined;
  /**
   * What there is of the service already: see `survey`.
   * @default - nothing is known of it
   */
  readonly standing?: Standing | undefined;
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
   * The image that may run: see `readApproval`.
   * @default - any
   */
  readonly approved?: ApprovedImage | undefined;
}

/**
 * One service's way from its source to a proved release.
 *
 * Creates an `Image`, a `Workload` and the `Readiness` that proves it. Name it as the service.
 */
export class Release extends pulumi.ComponentResource {
  /** What it runs, and where that is from. */
  readonly obtained: Image;
  /** The image of its pods' own container. */
  readonly image: pulumi.Output<string>;
  /** The record of the release, once it is proved. */
  readonly release: pulumi.Output<ReleaseRecord>;
  /** The last 20 releases of the service, newest first. */
  readonly history: pulumi.Output<readonly HistoryEntry[]>;
  /** Where the service answers, once the release is proved. */
  readonly endpoint: pulumi.Output<Endpoint>;

  constructor(name: string, args: ReleaseArgs, opts: ComponentOptions) {
    super(COMPONENTS.Release, name, {}, opts);

    const provider = slipwayProviderOf(this, name);
    const { namespace, registry, credentials = {}, failsLate = false, standing } = args;
    const child = { parent: this };
    const image = new Image(name, imageArgs(name, args, provider), child);
    const identity = {
      name,
      namespace: namespace.name,
      version: image.version,
      pullSecret: registry?.pullSecret,
    };
    const keys = byName(credentials, (_, credential) => credential.keys);
    const completed = complete(identity, args.service, keys);
    const service = { ...completed, ...withImages(completed, args.imageOf ?? noImages) };
    const { ref, source } = image;
    const workload = new Workload(
      name,
      {
        service,
        image: ref,
        source,
        namespace,
        credentials: used(args),
        autoscaler: standing?.autoscaler,
        claims: args.claims,
      },
      child,
    );
    const { ingress, verdict } = service;
    const readiness = new Readiness(
      name,
      {
        service: name,
        namespace: namespace.name,
        deployment: workload.deployment,
        image: ref,
        serviceName: name,
        ...(ingress && { ingress: { name, awaitAddress: ingress.awaitAddress } }),
        manifestHash: workload.manifestHash,
        ...(source.commit !== undefined && { commit: source.commit }),
        dirty: source.dirty,
        ...verdict,
        ...toldOf(service, namespace),
        ...(service.schedule && { prove: service.schedule.prove }),
        ...(failsLate && { failsLate }),
      },
      // Without the namespace there is nothing to judge, so its end is the end of the verdict.
      { ...child, provider, dependsOn: workload, ...goesWith(namespace) },
    );

    this.obtained = image;
    this.image = ref;
    this.release = readiness.release;
    this.history = readiness.history;
    this.endpoint = pulumi
      .all([workload.endpoint, readiness.release])
      .apply(([endpoint]) => endpoint);
    const { release, history, endpoint } = this;
    this.registerOutputs({ release, history, endpoint });
  }
}

function noImages(service: string): never {
  throw new Error(`a container runs the image of ${service}; give the release imageOf`);
}

/** What is to be seen of how a release leaves what every service has; nothing of one that does not. */
function toldOf(service: Service, { exists, level }: Namespace) {
  const patched = patchedPlaces(service);
  return {
    ...(service.allow.length > 0 && { allow: service.allow }),
    ...(patched.length > 0 && { patched }),
    ...((exists || level !== "restricted") && { podSecurity: level ?? "none" }),
  };
}

function imageArgs(
  name: string,
  { service, registry, owner, standing, approved }: ReleaseArgs,
  provider: SlipwayProvider,
): ImageArgs {
  const sources = { registry, provider };
  const compared = comparing(name, service, sources, standing?.compared);
  const found = standing?.build;
  return { source: service, registry, owner: owner?.obtained, found, approved, compared };
}

/** The credentials whose values the pods get, and the one that pulls their image. */
function used({ service, registry, credentials = {} }: ReleaseArgs): Record<string, Credential> {
  const names = [
    ...credentialsOf(service),
    ...(service.pullSecrets ?? []),
    registry?.pullSecret ?? "",
  ];
  return Object.fromEntries(Object.entries(credentials).filter(([name]) => names.includes(name)));
}
