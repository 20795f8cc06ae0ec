import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../../contract/tokens.ts";
import { OTHER_KINDS } from "../../contract/workload-kind.ts";
import { manifestHash } from "../manifests/hash.ts";
import { sourceAnnotations } from "../manifests/source.ts";
import { takenUp } from "../claims.ts";
import { formerPlaces, formerVerdict } from "../former-places.ts";
import { goesWith, type Namespace } from "../namespace.ts";
import { ObjectReadiness } from "../object-readiness.ts";
import { Readiness } from "../readiness.ts";
import type { UsedCredential } from "../workload.ts";
import { type Additions, applied, credentialsOf } from "./applied.ts";
import { awaitOf } from "./awaited.ts";
import { KubernetesObject, otherVersions } from "./kubernetes-object.ts";
import type { ManifestsArgs } from "./manifests-args.ts";
import { fields, type ManifestObject, type Rendered } from "./object.ts";
import { WORKLOADS } from "./place.ts";
import { imagesOf } from "./pod-spec.ts";
import type { RenderedManifests } from "./render.ts";
import { deploymentsIn, type RoutedDeployment } from "./routes.ts";
import { scaledBy } from "./scaled.ts";
import { verdictOn } from "./verdict-times.ts";

/** A Deployment of manifests with its verdict. */
export interface ManifestRelease {
  readonly deployment: RoutedDeployment;
  readonly readiness: Readiness;
  /** The Service that routes to it, as the API server took it. */
  readonly service: KubernetesObject | undefined;
}

/**
 * The objects of a team's own manifests, in their order, each awaited by its kind: a Deployment by a `Readiness`, others
 * by an `ObjectReadiness`. One that fails holds back what comes after it.
 *
 * Creates the objects, and what awaits them.
 */
export class Manifests extends pulumi.ComponentResource {
  /** The Deployments, the one first whose release is that of the service. */
  readonly releases: readonly ManifestRelease[];
  /** All that was made. */
  readonly made: readonly pulumi.Resource[];
  readonly #name: string;
  readonly #args: ManifestsArgs;
  readonly #objects = new Map<ManifestObject, KubernetesObject>();
  readonly #releases = new Map<ManifestObject, ManifestRelease>();
  readonly #hash: pulumi.Output<string>;
  readonly #isScaled: (object: ManifestObject) => boolean;

  constructor(name: string, args: ManifestsArgs, opts: pulumi.ComponentResourceOptions) {
    super(COMPONENTS.Manifests, name, {}, opts);
    this.#name = name;
    this.#args = args;
    const { rendered, namespace, after = [] } = args;
    const deployments = deploymentsIn(rendered.objects, name, rendered.image);
    this.#hash = this.#hashOf();
    this.#isScaled = scaledBy(rendered.objects.map(({ object }) => object));
    let before: readonly pulumi.Resource[] = [namespace, ...after];
    const made: pulumi.Resource[] = [];
    for (const group of stagesOf(rendered.objects)) {
      const objects = group.map((each) => this.#declare(each, before));
      const holding = this.#await(group, deployments);
      before = [...objects, ...holding];
      made.push(...before);
    }
    this.made = made;
    this.releases = deployments.flatMap(({ object }) => this.#releases.get(object) ?? []);
    this.registerOutputs({});
  }

  #declare({ object, isHome }: Rendered, before: readonly pulumi.Resource[]): KubernetesObject {
    const { namespace, credentials = {} } = this.#args;
    const used = credentialsOf(object, Object.keys(credentials)).flatMap(
      (each) => credentials[each] ?? [],
    );
    const made = new KubernetesObject(nameIn(object, isHome), applied(object, this.#additions()), {
      parent: this,
      dependsOn: [...before, ...used],
      aliases: [...formerPlaces(this), ...otherVersions(object)],
      ...(isHome && goesWith(namespace)),
      ...(isKept(object) && { retainOnDelete: true }),
      ...(isHome && object.kind === "PersistentVolumeClaim" && this.#claim(object)),
      ...(this.#isScaled(object) && { ignoreChanges: ["spec.replicas"] }),
    });
    this.#objects.set(object, made);
    return made;
  }

  #claim({ metadata: { name } }: ManifestObject) {
    return takenUp(name, this.#args.namespace.name, this.#args.claims);
  }

  /** @returns what holds back whatever comes after these objects */
  #await(group: readonly Rendered[], deployments: readonly RoutedDeployment[]): pulumi.Resource[] {
    return group.flatMap(({ object, isHome }) => {
      const deployment = deployments.find((each) => each.object === object);
      if (deployment !== undefined) {
        return this.#release(deployment, deployment === deployments[0]);
      }
      const how = awaitOf(object);
      const own = this.#objects.get(object);
      if (how === undefined || own === undefined) {
        return [];
      }
      const { verdict = {}, provider, namespace } = this.#args;
      const { timeoutSeconds = 600, warmupSeconds, tolerate, logs } = verdict;
      const readiness = new ObjectReadiness(
        `${object.kind.toLowerCase()}-${nameIn(object, isHome)}`,
        {
          object: { apiVersion: own.apiVersion, kind: own.kind, metadata: appliedMetadata(own) },
          deadlineSeconds: timeoutSeconds,
          ...(how.rules && { rules: how.rules }),
          ...(warmupSeconds !== undefined && { warmupSeconds }),
          ...(tolerate !== undefined && { tolerate }),
          ...(logs !== undefined && { logs }),
        },
        { parent: this, provider, dependsOn: own, ...(isHome && goesWith(namespace)) },
      );
      return how.holdsBack ? [readiness] : [];
    });
  }

  #release(deployment: RoutedDeployment, isMain: boolean): pulumi.Resource[] {
    const { object, service, ingresses, isOurs } = deployment;
    const { rendered, image, source, namespace, failsLate, provider, waived = [] } = this.#args;
    const own = this.#objects.get(object);
    if (own === undefined) {
      return [];
    }
    const [ingress, ...otherIngresses] = ingresses.map(({ metadata }) => {
      return { name: metadata.name, awaitAddress: rendered.awaitAddress };
    });
    const { name } = object.metadata;
    const isLast = !rendered.objects.some(({ stage }) => stage > WORKLOADS);
    const readiness = new Readiness(
      object.kind === "Deployment" ? name : `${object.kind.toLowerCase()}-${name}`,
      {
        service: isOurs ? this.#name : name,
        namespace: namespace.name,
        deployment: identityOf(object, own),
        image: (isOurs ? image : undefined) ?? imagesOf(object).at(-1)?.image ?? "",
        ...(service && { serviceName: service.metadata.name }),
        ...(ingress && { ingress }),
        ...(otherIngresses.length > 0 && { otherIngresses }),
        manifestHash: this.#hash,
        ...(isOurs && source?.commit !== undefined && { commit: source.commit }),
        dirty: (isOurs && source?.dirty) ?? false,
        ...(isOurs && waived.length > 0 && { waived }),
        ...verdictOn(object, this.#args.verdict ?? {}),
        ...toldOf(rendered, namespace),
        // What comes after it depends on its success.
        ...(failsLate && isLast && { failsLate }),
      },
      {
        parent: this,
        provider,
        dependsOn: this.#reached(deployment),
        ...(isMain && isOurs && { aliases: formerVerdict(this, this.#name) }),
        ...goesWith(namespace),
      },
    );
    const routing = service && this.#objects.get(service);
    this.#releases.set(object, { deployment, readiness, service: routing });
    return [readiness];
  }

  /** What a release is reached by is looked at as well. */
  #reached({ object, service, ingresses }: RoutedDeployment): pulumi.Resource[] {
    const all = [object, ...(service === undefined ? [] : [service]), ...ingresses];
    return all.flatMap((each) => this.#objects.get(each) ?? []);
  }

  #additions(): Additions {
    const { rendered, image, source, pullSecret, credentials = {} } = this.#args;
    return {
      ...(rendered.image !== undefined && {
        image: { called: rendered.image, reference: image },
      }),
      pullSecret,
      digests: digestsOf(credentials),
      annotations: sourceAnnotations(source),
    };
  }

  /** Over all objects but their source: a commit alone does not change them. */
  #hashOf(): pulumi.Output<string> {
    const { image, digests, pullSecret } = this.#additions();
    return pulumi.all([image?.reference as pulumi.Input<string>, digests]).apply(([ref, known]) =>
      manifestHash(
        this.#args.rendered.objects.map(({ object }) =>
          applied(object, {
            pullSecret,
            image: image && { called: image.called, reference: ref },
            digests: known,
            annotations: {},
          }),
        ),
      ),
    );
  }
}

/** What is to be seen of how the pods leave the level `restricted`; nothing of manifests that say no word of it. */
function toldOf({ allow = [] }: RenderedManifests, { level }: Namespace) {
  return allow.length > 0 && { allow, podSecurity: level ?? "none" };
}

function digestsOf(credentials: Readonly<Record<string, UsedCredential>>) {
  return Object.fromEntries(
    Object.entries(credentials).map(([name, { digest }]) => [name, digest]),
  );
}

/** Objects in the stack's namespace are called as they are; two of the same name elsewhere are told apart. */
function nameIn({ metadata }: ManifestObject, isHome: boolean): string {
  const { name, namespace } = metadata;
  return isHome || namespace === undefined ? name : `${namespace}/${name}`;
}

/** Objects of the same stage together, in order. */
function stagesOf(objects: readonly Rendered[]): Rendered[][] {
  return [...Map.groupBy(objects, ({ stage }) => stage).values()];
}

/** Unknown as a whole as long as the API server has not answered: see `declareDeliverer`. */
function appliedMetadata({ metadata, status }: KubernetesObject): KubernetesObject["metadata"] {
  return pulumi.all([metadata, status]).apply(([known]) => known);
}

function identityOf({ kind, metadata: { name } }: ManifestObject, object: KubernetesObject) {
  const other = OTHER_KINDS.find((each) => each === kind);
  return appliedMetadata(object).apply(({ uid, generation }) => ({
    ...{ name, uid, generation },
    ...(other && { kind: other }),
  }));
}

/** A claim has its data with it. */
function isKept({ kind, metadata }: ManifestObject): boolean {
  return (
    kind === "PersistentVolumeClaim" ||
    fields(metadata["annotations"])["helm.sh/resource-policy"] === "keep"
  );
}
