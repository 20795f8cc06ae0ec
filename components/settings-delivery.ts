import * as pulumi from "@pulumi/pulumi";

import type { Credential } from "./credentials/credential.ts";
import type { DeclaredMember } from "./group/member.ts";
import { settingsOf } from "./group/set.ts";
import type { Image } from "./image/image.ts";
import type { Outcome } from "./rendered/outcome.ts";
import { declareReleaseMetric } from "./release-metric.ts";
import type { ReleaseArgs } from "./release-args.ts";
import { byName } from "./by-name.ts";
import { formerVerdict } from "./former-places.ts";
import { deliveredBy, workloadManifests } from "./manifests/workload.ts";
import { complete } from "./complete-service.ts";
import { credentialsOf } from "./credentials/credential-use.ts";
import { withImages } from "./service/containers.ts";
import { watchedOf } from "./watched-release.ts";
import { awaitsLoadBalancer, servedPorts } from "./service/ports.ts";
import { patchedPlaces } from "./service/patches.ts";
import type { Service } from "./service-definition.ts";
import { goesWith, type Namespace } from "./namespace.ts";
import { Readiness } from "./readiness.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import { Workload } from "./workload.ts";

/** Declares a service as its settings say it, and what proves it. */
export function deliverBySettings(
  name: string,
  args: ReleaseArgs,
  image: Image,
  parent: pulumi.Resource,
  provider: SlipwayProvider,
): Outcome {
  const service = serviceOf(name, image.version, args);
  const declare = () => declareService(service, args, image, parent, provider);
  const { namespace } = args;
  if (args.group !== undefined) {
    const wish = wishOf(args, image);
    const object = objectOf(service, args, image);
    const joined = args.group.join(name, { provider, image: image.ref, wish, object, declare });
    declareReleaseMetric({ service, namespace, release: joined.release }, parent);
    return joined;
  }
  const { args: proved, opts, endpoint: address } = declare();
  const { release, history } = new Readiness(name, proved, opts);
  // What a commit says is known before the verdict.
  if (args.handedOff !== true) {
    declareReleaseMetric({ service, namespace, release }, parent);
  }
  const endpoint = pulumi.all([address, release]).apply(([known]) => known);
  return { release, history, endpoint };
}

/** The objects of a service, and what is proved of them. */
function declareService(
  service: Service,
  args: ReleaseArgs,
  { ref, source }: Image,
  parent: pulumi.Resource,
  provider: SlipwayProvider,
): DeclaredMember {
  const { namespace, standing, waived = [], failsLate = false } = args;
  const { name } = service;
  const child = { parent };
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
      provider,
      ...(args.after && { after: args.after }),
    },
    child,
  );
  const proved = {
    deployment: workload.deployment,
    image: ref,
    manifestHash: workload.manifestHash,
    ...(workload.migration && { migrated: workload.migration.result }),
    ...(source.commit !== undefined && { commit: source.commit }),
    dirty: source.dirty,
    ...provedOf(service),
    ...toldOf(service, namespace),
    ...(waived.length > 0 && { waived }),
    ...(failsLate && { failsLate }),
  };
  // Without the namespace there is nothing to judge, so its end is the end of the verdict.
  const aliases = formerVerdict(parent, name);
  const opts = { ...child, provider, dependsOn: workload, aliases, ...goesWith(namespace) };
  return { args: proved, opts, endpoint: workload.endpoint };
}

/** What delivers a member. */
function objectOf(
  service: Service,
  args: ReleaseArgs,
  { ref, source }: Image,
): pulumi.Output<object> {
  const manifests = workloadManifests(service, ref, source, digestsOf(args));
  return pulumi.output(deliveredBy(manifests) ?? {});
}

/** What decides what runs of a member. */
function wishOf(args: ReleaseArgs, { ref }: Image): pulumi.Output<object> {
  return pulumi
    .all([ref, digestsOf(args)])
    .apply(([image, credentials]) => ({ image, ...settingsOf(args.service), credentials }));
}

function digestsOf(args: ReleaseArgs): Readonly<Record<string, Credential["digest"]>> {
  return byName(used(args), (_, { digest }) => digest);
}

function serviceOf(
  name: string,
  version: string,
  { service: definition, namespace, registry, credentials = {}, imageOf = noImages }: ReleaseArgs,
): Service {
  const identity = { name, namespace: namespace.name, version, pullSecret: registry?.pullSecret };
  const keys = byName(credentials, (_, credential) => credential.keys);
  const completed = complete(identity, definition, keys);
  return { ...completed, ...withImages(completed, imageOf) };
}

/** What is proved of a service, and how. */
function provedOf(service: Service) {
  const { name, namespace, verdict, schedule } = service;
  return {
    ...{ service: name, namespace },
    ...waysOf(service),
    ...watchedOf(service),
    ...verdict,
    ...(schedule && { prove: schedule.prove }),
  };
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

/** The credentials whose values the pods get, and the one that pulls their image. */
function used({ service, registry, credentials = {} }: ReleaseArgs): Record<string, Credential> {
  const names = [
    ...credentialsOf(service),
    ...(service.pullSecrets ?? []),
    registry?.pullSecret ?? "",
  ];
  return Object.fromEntries(Object.entries(credentials).filter(([name]) => names.includes(name)));
}
