import type { ReadinessInputs } from "../../contract/readiness";
import {
  type Deployment,
  type EndpointSlice,
  type Event,
  type Ingress,
  nameOf,
  type Observed,
  ownerOf,
  type Pod,
  type ReplicaSet,
  type Service,
  uidOf,
} from "../verdict/objects";
import type { Api } from "./api";
import { type CollectionName, COLLECTIONS, neededFor } from "./collection";
import { Reflector, type Sink } from "./reflector";
import { Store } from "./store";
import { Subscription, type Trouble } from "./subscription";
import { Topics } from "./topics";

/** Set on each EndpointSlice by its controller. */
const SERVICE_NAME = "kubernetes.io/service-name";

/**
 * The one set of watches on a namespace, shared by all releases in it: an object that changes wakes
 * those whose Deployment, Service or Ingress it belongs to, and nobody else.
 */
export class NamespaceWatch {
  readonly #topics = new Topics();
  readonly #stores = this.#createStores();
  readonly #reflectors = new Map<CollectionName, Reflector<never>>();
  readonly #end = new AbortController();

  constructor(
    private readonly api: Api,
    private readonly namespace: string,
  ) {}

  /** @param closed called when the release is no longer followed */
  subscribe(release: ReadinessInputs, closed: () => void): Subscription {
    const needed = neededFor(release);
    for (const name of [...needed, "warnings", "pulls"] as const) {
      this.#start(name);
    }
    const source = {
      observe: () => this.#observe(release),
      synced: () => needed.every((name) => this.#reflectors.get(name)?.synced === true),
      troubles: () => needed.flatMap((name) => this.#troubleWith(name)),
    };
    const subscription = new Subscription(source, () => {
      unlisten();
      closed();
    });
    const unlisten = this.#topics.listen(topicsOf(release), () => {
      subscription.wake();
    });
    return subscription;
  }

  /** Ends all watches. */
  close(): void {
    this.#end.abort();
  }

  #start(name: CollectionName): void {
    if (this.#reflectors.has(name)) {
      return;
    }
    const sink = this.#stores[name] as unknown as Sink<never>;
    const reflector = new Reflector<never>(
      this.api,
      COLLECTIONS[name],
      this.namespace,
      sink,
      () => {
        this.#topics.tellAll();
      },
    );
    this.#reflectors.set(name, reflector);
    void reflector.run(this.#end.signal);
  }

  #troubleWith(name: CollectionName): Trouble[] {
    const health = this.#reflectors.get(name)?.health;
    if (health?.kind !== "unreachable" && health?.kind !== "refused") {
      return [];
    }
    const { group, resource } = COLLECTIONS[name];
    return [{ ...health, resource: group === "" ? resource : `${resource}.${group}` }];
  }

  #observe(release: ReadinessInputs): Observed {
    const stores = this.#stores;
    const [deployment] = stores.deployments.of(release.deployment.name);
    const replicaSets = stores.replicaSets.of(release.deployment.uid);
    const pods = replicaSets.flatMap((replicaSet) => stores.pods.of(uidOf(replicaSet)));
    const objects = [...(deployment === undefined ? [] : [deployment]), ...replicaSets, ...pods];
    const clusterTime = this.api.clusterTime();
    return {
      ...(clusterTime !== undefined && { clusterTime }),
      deployment,
      replicaSets,
      pods,
      service: stores.services.of(release.serviceName)[0],
      endpointSlices: stores.endpointSlices.of(release.serviceName),
      ingress: stores.ingresses.of(release.ingress?.name)[0],
      warnings: objects.flatMap((object) => stores.warnings.of(uidOf(object))),
      pulls: pods.flatMap((pod) => stores.pulls.of(uidOf(pod))),
    };
  }

  #createStores() {
    const topics = this.#topics;
    const tell = (kind: string, name: string | undefined) => {
      if (name !== undefined) {
        topics.tell(`${kind}/${name}`);
      }
    };
    const serviceOf = (slice: EndpointSlice) => slice.metadata?.labels?.[SERVICE_NAME];
    const deploymentOf = (uid: string) => {
      const stores = this.#stores;
      const pod = stores.pods.get(uid);
      const replicaSet = stores.replicaSets.get((pod && ownerOf(pod)) ?? uid);
      return replicaSet === undefined
        ? stores.deployments.get(uid)?.metadata?.name
        : ownerName(replicaSet);
    };
    return {
      deployments: new Store<Deployment>(nameOf, (deployment) => {
        tell("deployment", nameOf(deployment));
      }),
      replicaSets: new Store<ReplicaSet>(ownerOf, (replicaSet) => {
        tell("deployment", ownerName(replicaSet));
      }),
      pods: new Store<Pod>(ownerOf, (pod) => {
        // Without its ReplicaSet a pod means nothing yet; the ReplicaSet will wake the release.
        const replicaSet = this.#stores.replicaSets.get(ownerOf(pod) ?? "");
        tell("deployment", replicaSet && ownerName(replicaSet));
      }),
      services: new Store<Service>(nameOf, (service) => {
        tell("service", nameOf(service));
      }),
      endpointSlices: new Store<EndpointSlice>(serviceOf, (slice) => {
        tell("service", serviceOf(slice));
      }),
      ingresses: new Store<Ingress>(nameOf, (ingress) => {
        tell("ingress", nameOf(ingress));
      }),
      warnings: new Store<Event>(
        ({ involvedObject }) => involvedObject.uid,
        ({ involvedObject }) => {
          tell("deployment", deploymentOf(involvedObject.uid ?? ""));
        },
      ),
      // No verdict waits for these.
      pulls: new Store<Event>(
        ({ involvedObject }) => involvedObject.uid,
        () => undefined,
      ),
    };
  }
}

function topicsOf({ deployment, serviceName, ingress }: ReadinessInputs): string[] {
  return [
    `deployment/${deployment.name}`,
    `service/${serviceName}`,
    ...(ingress === undefined ? [] : [`ingress/${ingress.name}`]),
  ];
}

function ownerName(object: ReplicaSet): string | undefined {
  return object.metadata?.ownerReferences?.find(({ controller }) => controller === true)?.name;
}
