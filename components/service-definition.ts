import type { Completed, Forms, ValuesOf } from "../contract/forms.ts";
import type { KindDefinition, Kinds } from "./service/kinds.ts";
import type { VERDICT, VerdictSettings } from "../contract/verdict.ts";
import type { WithManifests } from "./service/manifests.ts";
import type { Autoscale } from "./service/autoscale.ts";
import type { CompletedContainers, ContainersDefinition } from "./service/containers.ts";
import type { ExceptionsDefinition, ExceptionWord } from "./service/exceptions.ts";
import type { CompletedFiles, FilesDefinition } from "./service/files.ts";
import type { IdentityDefinition } from "./service/identity.ts";
import type { CompletedWatching, MetricsKeys } from "./service/metrics.ts";
import type { WithMigration } from "./service/migrate.ts";
import type { PatchesDefinition } from "./service/patches.ts";
import type { PlacementDefinition } from "./service/placement.ts";
import type { CompletedPorts, PortsDefinition } from "./service/ports.ts";
import type { CompletedProbes, ProbesDefinition } from "./service/probes.ts";
import type { ProcessDefinition } from "./service/process.ts";
import type { CompletedReplacement, ReplacementDefinition } from "./service/replacement.ts";
import type { CompletedResources, Resources } from "./service/resources.ts";
import type { CompletedVariables, VariablesDefinition } from "./service/variables.ts";
import type { CompletedVolumes, VolumesDefinition } from "./service/volumes.ts";
import type { CompletedWayIn, WayInDefinition } from "./service/way-in.ts";

/** The settings of a service's pods that are numbers or decisions. */
export const PODS = {
  /**
   * Number of pods, if nothing scales them.
   * @default - 2, or 1 if it is `stateful`
   */
  replicas: { from: 1, to: 5000, remedy: "remove the service to stop it", default: 2 },
  /**
   * User and group that the container runs as.
   * @default 65532
   */
  user: {
    from: 1,
    to: 2 ** 31 - 1,
    remedy: "0 is root, which needs allow: [root]",
    default: 65532,
  },
  /**
   * Seconds that a pod keeps serving after it is told to stop, so that no request is lost while
   * the cluster removes it from the Service.
   * @default - 5, and 0 for a service without ports, which has nothing to serve
   */
  drainSeconds: { from: 0, to: 300, default: 5 },
  /**
   * Seconds in which a pod may then finish requests and end, before it is killed.
   * @default 25
   */
  stopSeconds: { from: 1, to: 3600, default: 25 },
  /**
   * Whether the image's platform is compared with the nodes', before anything is applied.
   * @default true
   */
  checkPlatform: { whether: "the image's platform is compared with the nodes'" },
} as const satisfies Forms;

/** How a service is run: what its team says in the settings, all of it optional. */
export interface ServiceDefinition
  extends
    ValuesOf<typeof PODS>,
    VerdictSettings,
    PortsDefinition,
    ProbesDefinition,
    WayInDefinition,
    ProcessDefinition,
    VariablesDefinition,
    FilesDefinition,
    VolumesDefinition,
    ContainersDefinition,
    ReplacementDefinition,
    ExceptionsDefinition,
    IdentityDefinition,
    PatchesDefinition,
    PlacementDefinition,
    MetricsKeys,
    KindDefinition,
    WithMigration,
    WithManifests {
  /**
   * Scales the pods by their CPU; replaces `replicas`.
   * @default - the number of pods is fixed
   */
  readonly autoscale?: Autoscale;
  /**
   * HTTP path that tells whether the process is alive (startup and liveness probes).
   * @default - the port accepts a TCP connection
   */
  readonly health?: string;
  /**
   * HTTP path that tells whether the process can serve (readiness probe).
   * @default - as `health`
   */
  readonly ready?: string;
  /** @default - requests of 100m and 128Mi, limits of 500m and 256Mi; a limit is never below its request */
  readonly resources?: Resources;
  /**
   * Folders that the container may write to (emptied with the pod); everything else is read-only.
   * @default ["/tmp"]
   */
  readonly writable?: readonly string[];
  /**
   * What the pods may connect to, besides DNS.
   * @default - nothing
   */
  readonly egress?: readonly EgressRule[];
}

/** A UDP port: `8125/UDP`. */
export type UdpPort = `${number}/UDP`;

/** A destination: a block of addresses, or the pods of a namespace. */
export type EgressRule = ({ readonly cidr: string } | { readonly namespace: string }) & {
  /**
   * TCP ports, and UDP ports such as `8125/UDP`. They are the ports that the destination's pods listen on: a network sees those,
   * not the ones of a Service.
   * @default - all of them
   */
  readonly ports?: readonly (number | UdpPort)[];
};

/** A service with its name, its namespace, and a value for everything that has a default. */
export interface Service
  extends
    Completed<typeof PODS>,
    CompletedPorts,
    CompletedWayIn,
    ProcessDefinition,
    CompletedVariables,
    CompletedFiles,
    CompletedVolumes,
    CompletedContainers,
    CompletedReplacement,
    IdentityDefinition,
    PatchesDefinition,
    PlacementDefinition,
    CompletedWatching,
    WithMigration,
    Kinds {
  readonly allow: readonly ExceptionWord[];
  /** Whether the image says who runs: root may, and no user is set. */
  readonly imageUser?: true;
  readonly name: string;
  readonly namespace: string;
  /** What is delivered, for people: see `app.kubernetes.io/version`. */
  readonly version: string;
  /** Name of an existing Secret that pulls the image. */
  readonly pullSecret: string | undefined;
  readonly autoscale: Autoscale | undefined;
  readonly probes: CompletedProbes;
  readonly resources: CompletedResources;
  readonly writable: readonly string[];
  readonly egress: readonly EgressRule[];
  readonly verdict: Verdict;
}

/** The verdict's settings, with a value for everything that is always sent. */
export type Verdict = Completed<typeof VERDICT>;
