import * as pulumi from "@pulumi/pulumi";

import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import { Image, type ImageArgs } from "./image/image.ts";
import { digestOf } from "../contract/image-reference.ts";
import { comparing } from "./compared-platforms.ts";
import { Manifests } from "./rendered/manifests.ts";
import { type Outcome, outcomeOf } from "./rendered/outcome.ts";
import type { RenderedManifests } from "./rendered/render.ts";
import { verdictIn } from "./rendered/verdict-times.ts";
import type { ReleaseArgs } from "./release-args.ts";
import { deliverBySettings } from "./settings-delivery.ts";
import { type ComponentOptions, slipwayProviderOf } from "./providers.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import type { Endpoint } from "./endpoint.ts";
import { COMPONENTS } from "../contract/tokens.ts";

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
    super(COMPONENTS.Release, name, passedGates(args), opts);

    requireOwnManifests(name, args);
    const provider = slipwayProviderOf(this, name);
    const image = new Image(name, imageArgs(name, args, provider), { parent: this });
    const { release, history, endpoint } =
      args.rendered === undefined
        ? deliverBySettings(name, args, image, this, provider)
        : deliverByManifests(name, args, args.rendered, image, this, provider);

    this.obtained = image;
    this.image = image.ref;
    this.release = withGates(release, args);
    this.history = history;
    this.endpoint = endpoint;
    this.registerOutputs({ release: this.release, history, endpoint });
  }
}

/** @throws RunError for a member of a group that a team's own manifests deliver */
function requireOwnManifests(name: string, { group, rendered }: ReleaseArgs): void {
  if (group !== undefined && rendered !== undefined) {
    throw new pulumi.RunError(
      `group ${group.name}: got the member ${name} with manifests; allowed: members that Slipway's own manifests deliver`,
    );
  }
}

/** The gates that its image has passed, where a preview finds them. */
function passedGates({ service }: ReleaseArgs) {
  return "promoted" in service && service.gates ? { gates: service.gates } : {};
}

/** The record with the gates that its image has passed: they are read again at each run, and are no part of what is judged. */
function withGates(
  release: pulumi.Output<ReleaseRecord>,
  args: ReleaseArgs,
): pulumi.Output<ReleaseRecord> {
  const { gates } = passedGates(args);
  if (gates === undefined || !("promoted" in args.service)) {
    return release;
  }
  const digest = digestOf(args.service.promoted);
  // A member of a group whose turn has not come keeps its earlier record, if it has one.
  return release.apply((record: ReleaseRecord | undefined) =>
    record?.digest === digest ? { ...record, gates } : record,
  ) as pulumi.Output<ReleaseRecord>;
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

/** Declares a service as its team's own manifests say it, and what proves it. */
function deliverByManifests(
  name: string,
  {
    service,
    namespace,
    registry,
    credentials,
    claims,
    after,
    waived,
    failsLate = false,
  }: ReleaseArgs,
  rendered: RenderedManifests,
  { ref, source }: Image,
  parent: pulumi.Resource,
  provider: SlipwayProvider,
): Outcome {
  const args = {
    rendered,
    image: ref,
    source,
    namespace,
    pullSecret: registry?.pullSecret,
    ...(credentials && { credentials }),
    verdict: verdictIn(service),
    ...(claims && { claims }),
    ...(after && { after }),
    ...(waived && { waived }),
    failsLate,
    provider,
  };
  return outcomeOf(new Manifests(name, args, { parent }), namespace.name);
}
