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

/** What a Kustomization takes its files from. */
interface FluxSource {
  readonly kind: "GitRepository" | "OCIRepository";
  /** Without the name of its Secret. */
  readonly spec: object;
  readonly secret: { readonly type?: string; readonly stringData: object };
}

/** A Kustomization of Flux that applies what a repository or registry of the story's own has, with its source. */
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

  /** Creates one that reads a repository of a server. */
  static create(
    { reader }: GitServer,
    { url, path, name }: { readonly url: string; readonly path: string; readonly name: string },
  ): Promise<FluxKustomization> {
    const spec = { url, ref: { branch: "main" } };
    const secret = { stringData: { ...reader } };
    return FluxKustomization.from({ kind: "GitRepository", spec, secret }, { path, name });
  }

  /** Creates one, with its source and what that needs to sign in. */
  static async from(
    { kind, spec, secret }: FluxSource,
    { path, name }: { readonly path: string; readonly name: string },
  ): Promise<FluxKustomization> {
    const metadata = { name, namespace: HOME };
    const objects = [
      { apiVersion: "v1", kind: "Secret", metadata, ...secret },
      {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind,
        metadata,
        spec: { interval: "5s", ...spec, secretRef: { name } },
      },
      {
        ...KUSTOMIZATION,
        metadata,
        spec: {
          interval: "10s",
          retryInterval: "5s",
          path: `./${path}`,
          prune: true,
          sourceRef: { kind, name },
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
    const sources = ["gitrepository", "ocirepository"];
    for (const kind of ["kustomization.kustomize.toolkit.fluxcd.io", ...sources, "secret"]) {
      await kubectl(["delete", kind, this.name, "-n", HOME, "--ignore-not-found"]);
    }
  }

  async #patch(spec: object): Promise<void> {
    const kind = "kustomization.kustomize.toolkit.fluxcd.io";
    const patch = JSON.stringify({ spec });
    await kubectl(["patch", kind, this.name, "-n", HOME, "--type=merge", "-p", patch]);
  }
}
