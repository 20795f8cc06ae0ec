import type { ReadinessInputs } from "../contract/readiness";
import { type NeededRight, rightsOfVerdict } from "../rights";
import type { Api } from "./cluster/api";
import { ApiError } from "./cluster/api-error";
import { COLLECTIONS } from "./cluster/collection";
import { containerLog } from "./cluster/container-log";
import { NamespaceWatch } from "./cluster/namespace-watch";
import { type Lack, Preflight } from "./cluster/preflight";
import type { Subscription } from "./cluster/subscription";
import type { ContainerLog, LogSource } from "./verdict/told-log";
import { KnownSecrets } from "./known-secrets";
import type { Deployment, Namespace } from "./verdict/objects";

/** Releases that follow one another keep the watches: they are closed when nobody came for this long. */
const LINGER_MILLISECONDS = 3000;

/** What Slipway's provider sees of the cluster. One set of watches per namespace serves all releases in it. */
export class Cluster {
  readonly #watches = new Map<string, SharedWatch>();
  readonly #end = new AbortController();
  readonly #preflight: Preflight;

  /**
   * @param api for single requests, too
   * @param secrets are left out of what is told
   */
  constructor(
    readonly api: Api,
    readonly secrets = new KnownSecrets(),
  ) {
    this.#preflight = new Preflight(api);
  }

  /**
   * Follows a release until the subscription is closed. Beside the first lists it is asked whether this identity has the
   * rights for it.
   * @throws Error where the kubeconfig cannot be used; an API server that does not answer is the subscription's matter
   */
  async follow(release: ReadinessInputs): Promise<Subscription> {
    await this.api.open();
    const shared = this.#shared(release.namespace);
    clearTimeout(shared.closing);
    shared.users += 1;
    const subscription = shared.watch.subscribe(release, () => {
      shared.users -= 1;
      if (shared.users === 0) {
        shared.closing = setTimeout(() => {
          this.#watches.delete(release.namespace);
          shared.watch.close();
        }, LINGER_MILLISECONDS).unref();
      }
    });
    void this.#preflight.lastingLack(rightsFor(release), this.#end.signal).then((lack) => {
      subscription.lacks(lack);
    });
    return subscription;
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
   * Whether a namespace is there, or on its way out.
   * @returns undefined where that may not be read
   */
  async namespace(
    name: string,
    signal: AbortSignal,
  ): Promise<"missing" | "terminating" | "active" | undefined> {
    try {
      const namespace = (await this.find(`/api/v1/namespaces/${name}`, signal)) as
        Namespace | undefined;
      const isLeaving = namespace?.status?.phase === "Terminating";
      return namespace === undefined ? "missing" : isLeaving ? "terminating" : "active";
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
   * The rights for a release that this identity has not got.
   * @param options.afresh whatever was found of them before
   * @returns nothing where the API server does not say
   */
  async lack(
    release: ReadinessInputs,
    { afresh }: { readonly afresh: boolean },
    signal: AbortSignal,
  ): Promise<Lack> {
    if (afresh) {
      this.#preflight.forget();
    }
    return this.#preflight.lack(rightsFor(release), signal);
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

function rightsFor({
  namespace,
  deployment,
  ingress,
  logs,
  rollback,
}: ReadinessInputs): readonly NeededRight[] {
  return rightsOfVerdict({
    namespace,
    deployment: deployment.name,
    ingress: ingress !== undefined,
    logs: logs !== false,
    rollback: rollback !== false,
  });
}
