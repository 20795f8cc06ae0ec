import {
  claimsOf,
  type Deployment,
  type EndpointSlice,
  type Event,
  type Ingress,
  nameOf,
  ownerOf,
  type Pod,
  type ReplicaSet,
  type Service,
} from "../verdict/objects";
import type { CollectionName } from "./collection";
import { Store } from "./store";

/** Set on each EndpointSlice by its controller. */
const SERVICE_NAME = "kubernetes.io/service-name";

type Told = (kind: string, key: string | undefined) => void;

/** What the watches on a namespace have shown, by collection. An object that changes is told of to those that it belongs to. */
export class NamespaceStores {
  readonly deployments: Store<Deployment>;
  readonly replicaSets: Store<ReplicaSet>;
  readonly pods: Store<Pod>;
  readonly services: Store<Service>;
  readonly endpointSlices: Store<EndpointSlice>;
  readonly ingresses: Store<Ingress>;
  readonly warnings: Store<Event>;
  readonly happenings: Store<Event>;
  /** No verdict waits for these. */
  readonly pulls = new Store<Event>(subjectOf, () => undefined);

  constructor(tell: Told) {
    this.deployments = new Store(nameOf, (deployment) => {
      tell("deployment", nameOf(deployment));
    });
    this.replicaSets = new Store(ownerOf, (replicaSet) => {
      tell("deployment", ownerName(replicaSet));
    });
    this.pods = new Store(ownerOf, (pod) => {
      this.#tellOfPod(pod, tell);
    });
    this.services = new Store(nameOf, (service) => {
      tell("service", nameOf(service));
    });
    this.endpointSlices = new Store(serviceOf, (slice) => {
      tell("service", serviceOf(slice));
    });
    this.ingresses = new Store(nameOf, (ingress) => {
      tell("ingress", nameOf(ingress));
    });
    this.warnings = new Store(subjectOf, ({ involvedObject: { uid = "" } }) => {
      const pod = this.pods.get(uid);
      if (pod === undefined) {
        tell("deployment", this.#deploymentOf(uid));
      } else {
        this.#tellOfPod(pod, tell);
      }
    });
    this.happenings = new Store(subjectOf, ({ involvedObject }) => {
      tell("uid", involvedObject.uid);
    });
  }

  #tellOfPod(pod: Pod, tell: Told): void {
    const owner = ownerOf(pod);
    tell("uid", owner);
    // Without its ReplicaSet a pod means nothing to a release yet; the ReplicaSet will wake that.
    const replicaSet = this.replicaSets.get(owner ?? "");
    tell("deployment", replicaSet && ownerName(replicaSet));
    for (const claim of claimsOf(pod)) {
      tell("claim", claim);
    }
  }

  #deploymentOf(uid: string): string | undefined {
    const replicaSet = this.replicaSets.get(uid);
    return replicaSet === undefined
      ? this.deployments.get(uid)?.metadata?.name
      : ownerName(replicaSet);
  }
}

// Each collection has its store.
true satisfies NamespaceStores extends Record<CollectionName, unknown> ? true : never;

function subjectOf({ involvedObject }: Event): string | undefined {
  return involvedObject.uid;
}

function serviceOf({ metadata }: EndpointSlice): string | undefined {
  return metadata?.labels?.[SERVICE_NAME];
}

function ownerName({ metadata }: ReplicaSet): string | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true)?.name;
}
