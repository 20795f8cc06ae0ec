import type { KubernetesObject } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import type { Kind } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import type { GitServer } from "./git-server.ts";

const HOME = "flux-system";

/** What stories read of a Kustomization. */
interface Kustomization extends KubernetesObject {
  readonly status?: { readonly lastAppliedRevision?: string };
}

const KUSTOMIZATION: Kind<Kustomization> = {
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
};

/** A Kustomization of Flux that applies a folder of a repository of the story's own, with its source. */
export class FluxKustomization {
  readonly name: string;
  /** What `slipway:handOff.by` says of it. */
  readonly by: {
    readonly flux: { readonly namespace: string; readonly kustomization: string };
  };

  private constructor(name: string) {
    this.name = name;
    this.by = { flux: { namespace: HOME, kustomization: name } };
  }

  /** Creates it, with what it needs to read the repository. */
  static async create(
    { reader }: GitServer,
    { url, path, name }: { readonly url: string; readonly path: string; readonly name: string },
  ): Promise<FluxKustomization> {
    const metadata = { name, namespace: HOME };
    const objects = [
      { apiVersion: "v1", kind: "Secret", metadata, stringData: { ...reader } },
      {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata,
        spec: { interval: "5s", url, ref: { branch: "main" }, secretRef: { name } },
      },
      {
        ...KUSTOMIZATION,
        metadata,
        spec: {
          interval: "10s",
          retryInterval: "5s",
          path: `./${path}`,
          prune: true,
          sourceRef: { kind: "GitRepository", name },
        },
      },
    ];
    await kubectl(
      ["apply", "-f", "-"],
      objects.map((object) => JSON.stringify(object)).join("\n---\n"),
    );
    return new FluxKustomization(name);
  }

  /** Stops or resumes it. */
  async suspend(suspend: boolean): Promise<void> {
    await this.#patch({ suspend });
  }

  /** Looks at a different folder. */
  async follow(path: string): Promise<void> {
    await this.#patch({ path: `./${path}` });
  }

  async status(): Promise<NonNullable<Kustomization["status"]>> {
    return (await cluster.get(KUSTOMIZATION, HOME, this.name)).status ?? {};
  }

  /** Removes it, and leaves what it has applied. */
  async remove(): Promise<void> {
    if ((await cluster.find(KUSTOMIZATION, HOME, this.name)) !== undefined) {
      await this.#patch({ prune: false, suspend: true });
    }
    const kinds = ["kustomization.kustomize.toolkit.fluxcd.io", "gitrepository", "secret"];
    for (const kind of kinds) {
      await kubectl(["delete", kind, this.name, "-n", HOME, "--ignore-not-found"]);
    }
  }

  async #patch(spec: object): Promise<void> {
    const kind = "kustomization.kustomize.toolkit.fluxcd.io";
    const patch = JSON.stringify({ spec });
    await kubectl(["patch", kind, this.name, "-n", HOME, "--type=merge", "-p", patch]);
  }
}
