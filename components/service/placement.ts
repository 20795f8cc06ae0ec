import { picked } from "./picked.ts";

/** Where a service's pods run, in Kubernetes' own words. */
export interface PlacementDefinition {
  /**
   * Labels that a node must have.
   * @default {}
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Taints of nodes that keep the pods away no longer.
   * @default []
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
   */
  readonly tolerations?: readonly Toleration[];
  /**
   * Nodes and pods that they are drawn to, or kept from.
   * @default - none
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
   */
  readonly affinity?: Affinity;
  /**
   * How they spread; a constraint without a `labelSelector` is about the service's own pods.
   * @default - over the nodes as far as that is possible
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
   */
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  /** @default - the cluster's default priority */
  readonly priorityClassName?: string;
  /** @default - the runtime of the node */
  readonly runtimeClassName?: string;
  /**
   * Lines of `/etc/hosts`.
   * @default []
   */
  readonly hostAliases?: readonly HostAlias[];
  /** @default - ClusterFirst, or ClusterFirstWithHostNet on the node's network */
  readonly dnsPolicy?: (typeof DNS_POLICIES)[number];
  /** @default - what the policy gives */
  readonly dnsConfig?: DnsConfig;
}

/** Where names are resolved. */
export const DNS_POLICIES = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"] as const;

/** A taint that is tolerated. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: "Exists" | "Equal";
  readonly value?: string;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  readonly tolerationSeconds?: number;
}

/** The three kinds of affinity, each as Kubernetes has it: the API server checks them in the preview. */
export interface Affinity {
  readonly nodeAffinity?: Readonly<Record<string, unknown>>;
  readonly podAffinity?: Readonly<Record<string, unknown>>;
  readonly podAntiAffinity?: Readonly<Record<string, unknown>>;
}

/** How evenly pods are spread. */
export interface TopologySpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
  readonly labelSelector?: Readonly<Record<string, unknown>>;
  readonly matchLabelKeys?: readonly string[];
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: "Honor" | "Ignore";
  readonly nodeTaintsPolicy?: "Honor" | "Ignore";
}

/** Names of an address. */
export interface HostAlias {
  readonly ip: string;
  readonly hostnames: readonly string[];
}

/** What goes into `/etc/resolv.conf`. */
export interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name: string; readonly value?: string }[];
}

/** The keys of {@link PlacementDefinition}. */
export const PLACEMENT = [
  "nodeSelector",
  "tolerations",
  "affinity",
  "topologySpreadConstraints",
  "priorityClassName",
  "runtimeClassName",
  "hostAliases",
  "dnsPolicy",
  "dnsConfig",
] as const satisfies readonly (keyof PlacementDefinition)[];

/** The placement of a definition, and nothing else of it. */
export function completePlacement(definition: PlacementDefinition): PlacementDefinition {
  return picked(definition, PLACEMENT);
}
