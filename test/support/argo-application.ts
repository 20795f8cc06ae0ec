import type { KubernetesObject } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import type { Kind } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import type { GitServer } from "./git-server.ts";

const HOME = "argocd";

/** What stories read of an Application. */
interface Application extends KubernetesObject {
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
  };
}

const APPLICATION: Kind<Application> = { apiVersion: "argoproj.io/v1alpha1", kind: "Application" };

/** An Application of Argo CD that applies a folder of a repository of the story's own. */
export class ArgoApplication {
  readonly name: string;
  /** What `slipway:handOff.by` says of it. */
  readonly by: { readonly argocd: { readonly namespace: string; readonly application: string } };
  readonly #source: {
    readonly repoURL: string;
    readonly targetRevision: string;
    readonly path: string;
  };
  readonly #namespace: string;

  private constructor(name: string, repoURL: string, path: string, namespace: string) {
    this.name = name;
    this.by = { argocd: { namespace: HOME, application: name } };
    this.#source = { repoURL, targetRevision: "main", path };
    this.#namespace = namespace;
  }

  /**
   * Creates it, with what it needs to read the repository.
   *
   * @param namespace of the services
   */
  static async create(
    server: GitServer,
    {
      url,
      path,
      namespace,
    }: { readonly url: string; readonly path: string; readonly namespace: string },
  ): Promise<ArgoApplication> {
    const application = new ArgoApplication(namespace, url, path, namespace);
    const { username, password } = server.reader;
    await kubectl(
      ["apply", "-f", "-"],
      JSON.stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: `${namespace}-repository`,
          namespace: HOME,
          labels: { "argocd.argoproj.io/secret-type": "repository" },
        },
        stringData: { type: "git", url, username, password },
      }),
    );
    await kubectl(
      ["apply", "-f", "-"],
      JSON.stringify({
        ...APPLICATION,
        metadata: { name: application.name, namespace: HOME },
        spec: {
          project: "default",
          source: application.#source,
          destination: { server: "https://kubernetes.default.svc", namespace },
          syncPolicy: { automated: { prune: true, selfHeal: true } },
        },
      }),
    );
    return application;
  }

  /** Whether it applies by itself, and undoes what a hand has changed. */
  async automated(how: { readonly selfHeal: boolean } | null): Promise<void> {
    await this.#patch({ syncPolicy: { automated: how && { prune: true, ...how } } });
  }

  /** Looks at a different folder. */
  async follow(path: string): Promise<void> {
    await this.#patch({ source: { ...this.#source, path } });
  }

  async status(): Promise<NonNullable<Application["status"]>> {
    return (await cluster.get(APPLICATION, HOME, this.name)).status ?? {};
  }

  /** Removes it, and leaves what it has applied. */
  async remove(): Promise<void> {
    await kubectl(["delete", "application", this.name, "-n", HOME, "--ignore-not-found"]);
    await kubectl([
      "delete",
      "secret",
      `${this.#namespace}-repository`,
      "-n",
      HOME,
      "--ignore-not-found",
    ]);
  }

  async #patch(spec: object): Promise<void> {
    const patch = JSON.stringify({ spec });
    await kubectl(["patch", "application", this.name, "-n", HOME, "--type=merge", "-p", patch]);
  }
}

/** Stops or starts Argo CD. */
export async function scaleArgoCd(replicas: 0 | 1): Promise<void> {
  await kubectl(["scale", "deployment", "argocd", "-n", HOME, `--replicas=${replicas}`]);
}
