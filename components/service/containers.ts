import type * as pulumi from "@pulumi/pulumi";

import type { ProbesDefinition } from "./probes.ts";
import type { ProcessDefinition } from "./process.ts";
import { type CompletedResources, completeResources, type Resources } from "./resources.ts";
import type { CompletedVariables, VariablesDefinition } from "./variables.ts";

/** What of a service's settings is about the containers beside the one that bears its name. */
export interface ContainersDefinition {
  /**
   * Containers that run one after the other before the service's own starts.
   *
   * @default []
   * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
   */
  readonly initContainers?: readonly InitContainer[];
  /**
   * Containers that run beside the service's own: they start before it and end after it.
   *
   * @default []
   * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
   */
  readonly sidecars?: readonly Sidecar[];
}

/** A container that runs to its end. */
export interface InitContainer extends VariablesDefinition, ProcessDefinition {
  /** What the verdict calls it. */
  readonly name: string;
  /**
   * An image that exists, pinned: `repository@sha256:<64 hex>`.
   * @default - the service's own image
   */
  readonly image?: string;
  /**
   * The service whose image it runs.
   * @default - the service's own image
   */
  readonly of?: string;
  /**
   * Whether it also has the service's variables.
   * @default - true for a container of the service's own image
   */
  readonly serviceEnv?: boolean;
  /**
   * Paths of the service's files, folders, volumes and writable folders that it has, too.
   * @default - all of them for a container of the service's own image, otherwise none
   */
  readonly mounts?: readonly (string | Mount)[];
  /** @default - requests of 100m and 128Mi, limits of 500m and 256Mi; a limit is never below its request */
  readonly resources?: Resources;
  /**
   * User that it runs as.
   * @default - the service's
   */
  readonly user?: number;
}

/** A container that runs as long as the service's own. */
export interface Sidecar extends InitContainer, ProbesDefinition {
  /**
   * Whether it starts before the init containers, which can then use it.
   * @default false
   */
  readonly startsFirst?: boolean;
  /**
   * Port that its probes ask; the network policy opens it to nobody.
   * @default - it is ready as soon as it runs
   */
  readonly port?: number;
  /**
   * HTTP path of the startup and liveness probes.
   * @default - the port accepts a TCP connection
   */
  readonly health?: string;
  /**
   * HTTP path of the readiness probe.
   * @default - as `health`
   */
  readonly ready?: string;
}

/** A path of the service in a container beside it. */
export interface Mount {
  readonly path: string;
  /**
   * Where the container has it.
   * @default - at the same path
   */
  readonly at?: string;
  /** @default - as in the service's own container */
  readonly readOnly?: boolean;
}

type Completed<Container extends InitContainer> = Omit<
  Container,
  keyof VariablesDefinition | "resources" | "image" | "serviceEnv" | "mounts"
> &
  CompletedVariables & {
    readonly image: pulumi.Input<string> | undefined;
    readonly resources: CompletedResources;
    readonly serviceEnv: boolean;
    /** Undefined for all of them. */
    readonly mounts: readonly Mount[] | undefined;
  };

/** A container that runs to its end, with a value for everything that has a default. */
export type CompletedInitContainer = Completed<InitContainer>;

/** A container that runs as long as the service's own, with a value for everything that has a default. */
export type CompletedSidecar = Completed<Sidecar>;

/** The containers beside a service's own. */
export interface CompletedContainers {
  readonly initContainers: readonly CompletedInitContainer[];
  readonly sidecars: readonly CompletedSidecar[];
}

/**
 * The containers beside a service's own, with their defaults.
 *
 * @param variablesOf their variables, with the Secrets of credentials
 */
export function completeContainers(
  { initContainers = [], sidecars = [] }: ContainersDefinition,
  variablesOf: (container: VariablesDefinition) => CompletedVariables,
): CompletedContainers {
  const complete = <Container extends InitContainer>(container: Container) => {
    const isOwnImage = container.image === undefined && container.of === undefined;
    const mounts = container.mounts ?? (isOwnImage ? undefined : []);
    return {
      ...container,
      ...variablesOf(container),
      image: container.image,
      resources: completeResources(container.resources ?? {}),
      serviceEnv: container.serviceEnv ?? isOwnImage,
      mounts: mounts?.map((mount) => (typeof mount === "string" ? { path: mount } : mount)),
    };
  };
  return { initContainers: initContainers.map(complete), sidecars: sidecars.map(complete) };
}

/** The containers beside a service's own, those of other services' images with these. */
export function withImages(
  { initContainers, sidecars }: CompletedContainers,
  imageOf: (service: string) => pulumi.Input<string>,
): CompletedContainers {
  const placed = <Container extends CompletedInitContainer>(container: Container) =>
    container.of === undefined ? container : { ...container, image: imageOf(container.of) };
  return { initContainers: initContainers.map(placed), sidecars: sidecars.map(placed) };
}

/** All containers beside a service's own, as its settings describe them. */
export function containersOf({
  initContainers = [],
  sidecars = [],
}: ContainersDefinition): readonly InitContainer[] {
  return [...initContainers, ...sidecars];
}
