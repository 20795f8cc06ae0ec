import type { ReadinessInputs } from "../contract/readiness.ts";
import { kindOf, type OfKind } from "../contract/workload-kind.ts";
import type { NeededRight } from "../rights.ts";
import type { Api } from "./cluster/api.ts";
import { COLLECTIONS, collectionOfKind } from "./cluster/collection.ts";
import { containerLog } from "./cluster/container-log.ts";
import { find } from "./cluster/find.ts";
import { type Lease, NamespaceWatch } from "./cluster/namespace-watch.ts";
import { type Lack, Preflight } from "./cluster/preflight.ts";
import { remove } from "./cluster/remove.ts";
import { followRelease } from "./cluster/release-source.ts";
import type { Subscription } from "./cluster/subscription.ts";
import type { ContainerLog, LogSource } from "./verdict/log-hints.ts";
import { KnownSecrets } from "./known-secrets.ts";
import { type Deployment, type Namespace, type Pod } from "./verdict/objects.ts";

/** Releases that follow one another keep the watches: they are closed when nobody has needed them for this long. */
const LINGER_MILLISECONDS = 3000;

/** What Slipway's provider sees of the cluster. One set of watches per namespace serves all that is awaited in it. */
export class Cluster {
  readonly #watches = new Map<string, SharedWatch>();
  readonly #end = new AbortController();
  readonly #preflight: Preflight;

  readonly api: Api;
  readonly secrets: KnownSecrets;

  /**
   * @param api for single requests, too
   * @param secrets are masked in reports
   */
  constructor(api: Api, secrets = new KnownSecrets()) {
    this.api = api;
    this.secrets = secrets;

    this.#preflight = new Preflight(api);
  }

  /** Follows a release until the subscription is closed. */
  follow(release: ReadinessInputs): Subscription {
    return followRelease(release, this.lease(release.namespace), () => this.api.clusterTime());
  }

  /** The one set of watches on a namespace. */
  lease(namespace: string): Lease {
    const shared: SharedWatch = this.#watches.get(namespace) ?? {
      watch: new NamespaceWatch(this.api, namespace),
      users: 0,
      closing: undefined,
    };
    this.#watches.set(namespace, shared);
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

  /** The Deployment, or what is in its place, as the API server has it now; a watch may be a moment behind. */
  deployment(
    namespace: string,
    workload: NamedWorkload,
    signal: AbortSignal,
  ): Promise<Deployment | undefined> {
    return find<Deployment>(this.api, pathOf(namespace, workload), signal);
  }

  /** Changes a Deployment, or what is in its place, with a JSON patch, as this field manager. */
  async patchDeployment(
    namespace: string,
    workload: NamedWorkload,
    { patch, fieldManager }: { readonly patch: readonly object[]; readonly fieldManager: string },
    signal: AbortSignal,
  ): Promise<Deployment> {
    const path = pathOf(namespace, workload);
    return (await this.api.patch(path, patch, { fieldManager }, signal)) as Deployment;
  }

  /**
   * Has a controller make a pod again, unless it is gone.
   *
   * @throws ApiError if that is not allowed
   */
  deletePod(namespace: string, pod: Pod, signal: AbortSignal): Promise<void> {
    return remove(this.api, COLLECTIONS.pods.path(namespace), pod, signal);
  }

  /**
   * Whether a namespace is missing, or is being deleted.
   * @returns undefined if it exists, or may not be read
   */
  async namespaceGone(
    name: string,
    signal: AbortSignal,
  ): Promise<"missing" | "terminating" | undefined> {
    try {
      const path = `/api/v1/namespaces/${name}`;
      const namespace = await find<Namespace>(this.api, path, signal);
      const isLeaving = namespace?.status?.phase === "Terminating";
      return namespace === undefined ? "missing" : isLeaving ? "terminating" : undefined;
    } catch {
      return undefined;
    }
  }

  /** The last lines of a container's log, or the reason why there are none. */
  log(namespace: string, source: LogSource, signal: AbortSignal): Promise<ContainerLog> {
    const { api, secrets } = this;
    return containerLog({ api, secrets, namespace }, source, signal);
  }

  /**
   * The rights of these that this identity lacks.
   * @param options.afresh whatever was found of them before
   * @returns no right if the API server does not say
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

  /** The rights that it lacks now, and after a moment, too. */
  lastingLack(rights: readonly NeededRight[]): Promise<Lack> {
    return this.#preflight.lastingLack(rights, this.#end.signal);
  }

  /**
   * Whether an IngressClass exists.
   * @returns undefined if that may not be read
   */
  async hasIngressClass(name: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      const path = `/apis/networking.k8s.io/v1/ingressclasses/${name}`;
      return (await find(this.api, path, signal)) !== undefined;
    } catch {
      return undefined;
    }
  }
}

/** What delivers a service, by name. */
export type NamedWorkload = OfKind & { readonly name: string };

/** The path of what delivers a service. */
export function pathOf(namespace: string, workload: NamedWorkload): string {
  return `${collectionOfKind(kindOf(workload)).path(namespace)}/${workload.name}`;
}

interface SharedWatch {
  readonly watch: NamespaceWatch;
  users: number;
  closing: NodeJS.Timeout | undefined;
}
