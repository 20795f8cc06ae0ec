import { setTimeout as delay } from "node:timers/promises";
import type { ObjectReadinessInputs } from "../../contract/object-readiness";
import type { Api } from "../cluster/api";
import { messageOf } from "../cluster/api-error";
import { COLLECTIONS, type Collection } from "../cluster/collection";
import { Reflector } from "../cluster/reflector";
import { Store } from "../cluster/store";
import { Subscription, type Trouble } from "../cluster/subscription";
import type { AnyObject, ObservedObject } from "../verdict/awaited-object";
import { podRelation } from "../verdict/object-kinds";
import { type Event, nameOf, ownerOf, type Pod, uidOf } from "../verdict/objects";
import { type ApiResource, collectionOf, discover } from "./api-resource";

/** How soon to ask again how the kind is served. */
const RETRY_MILLISECONDS = 1000;

/** A kind that was just defined takes a moment to be served. */
const UNKNOWN_TIMES = 3;

/** Events about objects outside of namespaces are kept there. */
const DEFAULT_NAMESPACE = "default";

/** Follows one object, the events about it, and its pods with theirs. */
export class ObjectWatch {
  readonly subscription: Subscription<ObservedObject>;
  /** How the kind is served: undefined until the API server has said it. */
  resource: ApiResource | undefined;
  /** Whether the API server does not know the kind. */
  isUnknownKind = false;
  readonly #end = new AbortController();
  readonly #needed: Reflector<never>[] = [];
  readonly #names = new Map<Reflector<never>, Collection>();
  readonly #wake = () => {
    this.subscription.wake();
  };
  readonly #objects = new Store<AnyObject>(nameOf, this.#wake);
  readonly #events = new Store<Event>(({ involvedObject }) => involvedObject.uid, this.#wake);
  /** Apart from the others: a list takes the place of all that a store has. */
  readonly #podWarnings = new Store<Event>(({ involvedObject }) => involvedObject.uid, this.#wake);
  readonly #pods: Store<Pod>;
  #silence: string | undefined;

  constructor(
    private readonly api: Api,
    private readonly awaited: ObjectReadinessInputs,
  ) {
    this.#pods = new Store<Pod>((pod) => this.#keyOf(pod), this.#wake);
    const source = {
      observe: () => this.#observe(),
      synced: () => this.#needed.length > 0 && this.#needed.every(({ synced }) => synced),
      troubles: () => this.#troubles(),
    };
    this.subscription = new Subscription<ObservedObject>(source, () => {
      this.#end.abort();
    });
    void this.#start();
  }

  async #start(): Promise<void> {
    const { signal } = this.#end;
    for (let unknown = 0; !signal.aborted && unknown < UNKNOWN_TIMES;) {
      try {
        this.resource = await discover(this.api, this.awaited, signal);
        this.#silence = undefined;
        if (this.resource !== undefined) {
          this.#follow(this.resource);
          return;
        }
        unknown += 1;
      } catch (error) {
        this.#silence = messageOf(error);
        this.#wake();
      }
      await delay(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
    this.isUnknownKind = !signal.aborted;
    this.#wake();
  }

  #follow(resource: ApiResource): void {
    const { namespace = DEFAULT_NAMESPACE, name, uid } = this.awaited;
    const follow = <T extends AnyObject>(collection: Collection, store: Store<T>) => {
      const reflector = new Reflector<T>(this.api, collection, namespace, store, this.#wake);
      void reflector.run(this.#end.signal);
      this.#names.set(reflector, collection);
      return reflector;
    };
    const events = { apiVersion: "v1", resource: "events", namespaced: true };
    this.#needed.push(follow(collectionOf(resource, `metadata.name=${name}`), this.#objects));
    follow(collectionOf(events, `involvedObject.uid=${uid}`), this.#events);
    if (podRelation(this.awaited) !== "none") {
      this.#needed.push(follow(COLLECTIONS.pods, this.#pods));
      follow(collectionOf(events, "type=Warning,involvedObject.kind=Pod"), this.#podWarnings);
    }
  }

  /** What a pod is found by: its controller, or the claim that it mounts. */
  #keyOf(pod: Pod): string | undefined {
    if (podRelation(this.awaited) === "controls") {
      return ownerOf(pod);
    }
    const claims = (pod.spec?.volumes ?? []).map(
      ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName,
    );
    return claims.includes(this.awaited.name) ? this.awaited.uid : undefined;
  }

  #observe(): ObservedObject {
    const { name, uid } = this.awaited;
    const pods = this.#pods.of(uid);
    const clusterTime = this.api.clusterTime();
    return {
      ...(clusterTime !== undefined && { clusterTime }),
      object: this.#objects.of(name)[0],
      pods,
      events: [...this.#events.of(uid), ...pods.flatMap((pod) => this.#podWarnings.of(uidOf(pod)))],
    };
  }

  #troubles(): Trouble[] {
    if (this.#silence !== undefined) {
      return [{ kind: "unreachable", message: this.#silence, resource: this.awaited.kind }];
    }
    return this.#needed.flatMap((reflector) => {
      const { health } = reflector;
      const { group = "", resource = "" } = this.#names.get(reflector) ?? {};
      return health.kind === "unreachable" || health.kind === "refused"
        ? [{ ...health, resource: group === "" ? resource : `${resource}.${group}` }]
        : [];
    });
  }
}
