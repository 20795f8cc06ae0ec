import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { CredentialError } from "../../kubeconfig/credential-error.ts";
import { type NeededRight, rightsOfObject } from "../../rights.ts";
import type { Cluster } from "../cluster.ts";
import { messageOf } from "../cluster/api-error.ts";
import { type CollectionName, DEFAULT_NAMESPACE } from "../cluster/collection.ts";
import type { Lease } from "../cluster/namespace-watch.ts";
import { afterCredentials, type Health, type Trouble, troublesOf } from "../cluster/health.ts";
import { pause } from "../cluster/pause.ts";
import { Reflector } from "../cluster/reflector.ts";
import { Store } from "../cluster/store.ts";
import type { Subscription } from "../cluster/subscription.ts";
import type { AnyObject, ObservedObject } from "../verdict/awaited-object.ts";
import { groupOf, podRelation } from "../verdict/object-kinds.ts";
import { claimsOf, nameOf, type Pod, uidOf } from "../verdict/objects.ts";
import { type ApiResource, collectionOf, discover } from "./api-resource.ts";

/** How soon to ask again how the kind is served. */
const RETRY_MILLISECONDS = 1000;

/** A kind that was just defined takes a moment to be served. */
const UNKNOWN_TIMES = 3;

/** Follows one object; its pods and all events are those that the namespace's one set of watches shows. */
export class ObjectWatch {
  readonly subscription: Subscription<ObservedObject>;
  /** How the kind is served: undefined until the API server says it. */
  resource: ApiResource | undefined;
  readonly #end = new AbortController();
  readonly #lease: Lease;
  /** Without these there is no verdict. */
  readonly #needed: readonly CollectionName[];
  /** Where events about the object itself are. */
  readonly #events: "warnings" | "happenings";
  readonly #objects = new Store<AnyObject>(nameOf, () => {
    this.subscription.wake();
  });
  #reflector: Reflector<AnyObject> | undefined;
  #isUnserved = false;
  #health: Health = { kind: "starting" };

  private readonly cluster: Cluster;
  private readonly awaited: ObjectReadinessInputs;

  constructor(cluster: Cluster, awaited: ObjectReadinessInputs) {
    this.cluster = cluster;
    this.awaited = awaited;

    const { namespace = DEFAULT_NAMESPACE, uid, name, kind } = awaited;
    const hasPods = podRelation(awaited) !== "none";
    this.#needed = hasPods ? ["pods"] : [];
    this.#events = kind === "Pod" ? "warnings" : "happenings";
    this.#lease = cluster.lease(namespace);
    const source = {
      observe: () => this.#observe(),
      synced: () => this.#isSynced(),
      troubles: () => this.#troubles(),
    };
    this.subscription = this.#lease.watch.subscribe(
      source,
      [...this.#needed, ...(hasPods ? (["warnings", "placements"] as const) : []), this.#events],
      [`uid/${uid}`, ...(hasPods ? [`claim/${name}`] : [])],
      () => {
        this.#end.abort();
        this.#lease.end();
      },
    );
    void this.#start();
  }

  /** The rights for it; undefined until the API server has said how the kind is served. */
  rights(): readonly NeededRight[] | undefined {
    const { namespace = DEFAULT_NAMESPACE, name, apiVersion, logs = true } = this.awaited;
    return (
      this.resource &&
      rightsOfObject({
        namespace,
        name,
        group: groupOf(apiVersion),
        resource: this.resource.resource,
        pods: podRelation(this.awaited) !== "none",
        logs,
      })
    );
  }

  async #start(): Promise<void> {
    const { signal } = this.#end;
    for (let unknown = 0; !signal.aborted && unknown < UNKNOWN_TIMES;) {
      try {
        this.resource = await discover(this.cluster.api, this.awaited, signal);
        this.#health = { kind: "live" };
        if (this.resource !== undefined) {
          await this.#follow(this.resource);
          return;
        }
        unknown += 1;
      } catch (error) {
        const silence = { kind: "unreachable", message: messageOf(error) } as const;
        this.#health =
          error instanceof CredentialError ? afterCredentials(error, this.#health) : silence;
        this.subscription.wake();
      }
      await pause(RETRY_MILLISECONDS, signal);
    }
    this.#isUnserved = !signal.aborted;
    this.subscription.wake();
  }

  async #follow(resource: ApiResource): Promise<void> {
    const { namespace = DEFAULT_NAMESPACE, name } = this.awaited;
    const collection = collectionOf(resource, `metadata.name=${name}`);
    const { api } = this.cluster;
    this.#reflector = new Reflector<AnyObject>(api, collection, namespace, this.#objects, () => {
      this.subscription.wake();
    });
    void this.#reflector.run(this.#end.signal);
    this.subscription.lacks(await this.cluster.lastingLack(this.rights() ?? []));
  }

  #isSynced(): boolean {
    return (
      this.#isUnserved ||
      (this.#reflector?.synced === true && this.#lease.watch.isSynced(this.#needed))
    );
  }

  #observe(): ObservedObject {
    const { name, uid } = this.awaited;
    const { watch } = this.#lease;
    const { stores } = watch;
    const pods = this.#pods();
    const events = stores[this.#events].of(uid);
    const clusterTime = this.cluster.api.clusterTime();
    return {
      ...(clusterTime !== undefined && { clusterTime }),
      ...(this.#isUnserved && { isUnserved: true }),
      ...(events.some(({ reason }) => reason === "FailedCreate") && {
        neighbourhood: watch.neighbourhood(),
      }),
      object: this.#objects.of(name)[0],
      pods,
      events: [
        ...events,
        ...pods.flatMap((pod) =>
          [stores.warnings, stores.placements].flatMap((store) => store.of(uidOf(pod))),
        ),
      ],
    };
  }

  /** Those that the object controls; of a volume claim, those that mount it. */
  #pods(): readonly Pod[] {
    const { pods } = this.#lease.watch.stores;
    switch (podRelation(this.awaited)) {
      case "controls":
        return pods.of(this.awaited.uid);
      case "mounted by":
        return pods.all().filter((pod) => claimsOf(pod).includes(this.awaited.name));
      default:
        return [];
    }
  }

  #troubles(): readonly Trouble[] {
    const own = troublesOf(this.#health, this.awaited.kind);
    const shared = this.#lease.watch.troublesWith(this.#needed);
    return own.length > 0 ? own : [...(this.#reflector?.troubles ?? []), ...shared];
  }
}
