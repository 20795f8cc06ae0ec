import type { ReadinessInputs } from "../contract/readiness.ts";
import type { NeededRight } from "../rights.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError } from "./cluster/api-error.ts";
import { COLLECTIONS } from "./cluster/collection.ts";
import { containerLog } from "./cluster/container-log.ts";
import { type Lease, NamespaceWatch } from "./cluster/namespace-watch.ts";
import { type Lack, Preflight } from "./cluster/preflight.ts";
import { followedFor, sourceOf, topicsOf } from "./cluster/release-source.ts";
import type { Subscription } from "./cluster/subscription.ts";
import type { ContainerLog, LogSource } from "./verdict/told-log.ts";
import { KnownSecrets } from "./known-secrets.ts";
import type { Deployment, Namespace } from "./verdict/objects.ts";

/** Releases that follow one another keep the watches: they are closed when nobody came for this long. */
const LINGER_MILLISECONDS = 3000;

/** What Slipway's provider sees of the cluster. One set of watches per namespace serves all that is awaited in it. */
export class Cluster {
  readonly #watches = new Map<string, SharedWatch>();
  readonly #end = new AbortController();
  readonly #preflight: Preflight;

  readonly api: Api;
  readonly secrets: any;

  /**
   * @param api for single requests, too
   * @param secrets are left out of what is told
   */
  constructor(api: Api, secrets = new KnownSecrets()) {
    this.api = api;
    this.secrets = secrets;

    this.#preflight = new Preflight(api);
  }

  /** Follows a release until the subscription is closed. */
  follow(release: ReadinessInputs): Subscription {
    const { watch, end } = this.lease(release.namespace);
    const source = sourceOf(release, watch, () => this.api.clusterTime());
    return watch.subscribe(source, followedFor(release), topicsOf(release), end);
  }

  /** The one set of watches on a namespace. */
  lease(namespace: string): Lease {
    const shared = this.#shared(namespace);
    clearTimeout(shared.closing);
    shared.users += 1;
    const end = () => {
      shared.users -= 1;
      if (shared.users === 0) {
        shared.closing = setTimeout(() => {
          this.#watches.delete(namespace);
          shared.watch.close();
        }, LINGER_MILLISECONDS).unref();
      }
    };
    return { watch: shared.watch, end };
  }

  /** Ends all watches at once. */
  close(): void {
    this.#end.abort();
    for (const { watch, closing } of this.#watches.values()) {
      clearTimeout(closing);
      watch.close();
    }
    this.#watches.clear();
  }

  /** The Deployment as the API server has it now; a watch may be a moment behind. */
  async deployment(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Deployment | undefined> {
    const path = `${COLLECTIONS.deployments.path(namespace)}/${name}`;
    return (await this.find(path, signal)) as Deployment | undefined;
  }

  /** Changes a Deployment by a JSON patch, as this field manager. */
  async patchDeployment(
    namespace: string,
    name: string,
    { patch, fieldManager }: { readonly patch: readonly object[]; readonly fieldManager: string },
    signal: AbortSignal,
  ): Promise<Deployment> {
    const path = `${COLLECTIONS.deployments.path(namespace)}/${name}`;
    return (await this.api.patch(path, patch, { fieldManager }, signal)) as Deployment;
  }

  /**
   * Whether a namespace has gone, or is going.
   * @returns undefined where it is there, or may not be read
   */
  async namespaceGone(
    name: string,
    signal: AbortSignal,
  ): Promise<"missing" | "terminating" | undefined> {
    try {
      const namespace = (await this.find(`/api/v1/namespaces/${name}`, signal)) as
        Namespace | undefined;
      const isLeaving = namespace?.status?.phase === "Terminating";
      return namespace === undefined ? "missing" : isLeaving ? "terminating" : undefined;
    } catch {
      return undefined;
    }
  }

  /** The last lines of a container's log, or in their place the reason why there are none. */
  log(namespace: string, source: LogSource, signal: AbortSignal): Promise<ContainerLog> {
    const { api, secrets } = this;
    return containerLog({ api, secrets, namespace }, source, signal);
  }

  /**
   * Which of these rights this identity has not got.
   * @param options.afresh whatever was found of them before
   * @returns nothing where the API server does not say
   */
  async lack(
    rights: readonly NeededRight[],
    { afresh }: { readonly afresh: boolean },
    signal: AbortSignal,
  ): Promise<Lack> {
    if (afresh) {
      this.#preflight.forget();
    }
    return this.#preflight.lack(rights, signal);
  }

  /** Which of them it has not got, and has not after a moment, either. */
  lastingLack(rights: readonly NeededRight[]): Promise<Lack> {
    return this.#preflight.lastingLack(rights, this.#end.signal);
  }

  /**
   * Whether an IngressClass exists.
   * @returns undefined where that may not be read
   */
  async hasIngressClass(name: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      const path = `/apis/networking.k8s.io/v1/ingressclasses/${name}`;
      return (await this.find(path, signal)) !== undefined;
    } catch {
      return undefined;
    }
  }

  /** Any object by its path, undefined where there is none. */
  async find(path: string, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.api.get(path, {}, signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  #shared(namespace: string): SharedWatch {
    const known = this.#watches.get(namespace);
    if (known !== undefined) {
      return known;
    }
    const shared = { watch: new NamespaceWatch(this.api, namespace), users: 0, closing: undefined };
    this.#watches.set(namespace, shared);
    return shared;
  }
}

interface SharedWatch {
  readonly watch: NamespaceWatch;
  users: number;
  closing: NodeJS.Timeout | undefined;
}
