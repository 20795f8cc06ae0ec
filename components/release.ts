import * as pulumi from "@pulumi/pulumi";

import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import type { ApprovedImage } from "./approval.ts";
import type { Credential } from "./credentials/credential.ts";
import { Image, type ImageArgs, type ImageSource, type Registry } from "./image/image.ts";
import { byName } from "./by-name.ts";
import { complete } from "./complete-service.ts";
import { credentialsOf } from "./credentials/credential-use.ts";
import { Manifests, type ManifestsArgs } from "./rendered/manifests.ts";
import { outcomeOf } from "./rendered/outcome.ts";
import type { RenderedManifests } from "./rendered/render.ts";
import { withImages } from "./service/containers.ts";
import { awaitsLoadBalancer, servedPorts } from "./service/ports.ts";
import { patchedPlaces } from "./service/patches.ts";
import type { Service, ServiceDefinition } from "./service-definition.ts";
import { goesWith, type Namespace } from "./namespace.ts";
import { Readiness } from "./readiness.ts";
import { type ComponentOptions, slipwayProviderOf } from "./providers.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import type { Standing } from "./survey.ts";
import type { Endpoint } from "./endpoint.ts";
import { Workload } from "./workload.ts";
import { COMPONENTS } from "../contract/tokens.ts";
import { VERDICT } from "../contract/verdict.ts";

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
    const image = new Image(name, imageArgs(args), child);
    const identity = {
      name,
      namespace: namespace.name,
      version: image.version,
      pullSecret: registry?.pullSecret,
    };
    if (args.rendered !== undefined) {
      const made = new Manifests(name, manifestsArgs(args, image, provider), child);
      const outcome = outcomeOf(made, namespace.name);
      this.image = image.ref;
      this.release = outcome.release;
      this.history = outcome.history;
      this.endpoint = outcome.endpoint;
      this.registerOutputs({ ...outcome });
      return;
    }
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
        ...(args.after && { after: args.after }),
      },
      child,
    );
    const readiness = new Readiness(
      name,
      {
        service: name,
        namespace: namespace.name,
        deployment: workload.deployment,
        image: ref,
        ...waysOf(service),
        manifestHash: workload.manifestHash,
        ...(source.commit !== undefined && { commit: source.commit }),
        dirty: source.dirty,
        ...service.verdict,
        ...toldOf(service, namespace),
        ...(service.schedule && { prove: service.schedule.prove }),
        ...(failsLate && { failsLate }),
      },
      // Without the namespace there is nothing to judge, so its end is the end of the verdict.
      { ...child, provider, dependsOn: workload, ...goesWith(namespace) },
    );

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

/** By what the service is reached, as far as its verdict looks at it. */
function waysOf(service: Service) {
  const { name, routes } = service;
  const [ingress, ...otherIngresses] = service.ingresses.map((each) => ({
    name: each.name,
    awaitAddress: each.awaitAddress,
  }));
  return {
    ...(servedPorts(service).length > 0 && { serviceName: name }),
    ...(awaitsLoadBalancer(service) && { loadBalancer: true }),
    ...(ingress && { ingress }),
    ...(otherIngresses.length > 0 && { otherIngresses }),
    ...(routes.length > 0 && { routes: routes.map((route) => route.name) }),
  };
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

function imageArgs({ service, registry, standing, approved }: ReleaseArgs): ImageArgs {
  return { source: service, registry, found: standing?.build, approved };
}

function manifestsArgs(
  args: ReleaseArgs,
  { ref, source }: Image,
  provider: SlipwayProvider,
): ManifestsArgs {
  const { service, rendered, namespace, registry, credentials, after, failsLate = false } = args;
  if (rendered === undefined) {
    throw new pulumi.RunError(`service: got manifests; render them with renderManifests`);
  }
  const known = Object.entries(service).filter(([key]) => Object.hasOwn(VERDICT, key));
  return {
    rendered,
    image: ref,
    source,
    namespace,
    pullSecret: registry?.pullSecret,
    ...(credentials && { credentials }),
    verdict: Object.fromEntries(known),
    ...(after && { after }),
    failsLate,
    provider,
  };
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
