import { execa } from "execa";
import { stringify } from "yaml";

import { environment } from "../tools/platform/environment.ts";
import { kubectl } from "../testbed/kubectl.ts";
import type { Manifest } from "./manifests.ts";

/** What a person would type to deliver a service without Slipway: the floor that it is measured against. */
export class ByHand {
  private builds = 0;

  private readonly namespace: string;
  private readonly repository: string;

  /** The namespace and the image's repository are made for it. */
  constructor(namespace: string, repository: string) {
    this.namespace = namespace;
    this.repository = repository;
  }

  /** Builds the context, pushes the image, applies the manifests with it and awaits the rollout. */
  async deliver(context: string, manifests: readonly Manifest[]): Promise<void> {
    const image = `${this.repository}:${++this.builds}`;
    const base = `BASE=${environment().SLIPWAY_BASE_IMAGE}`;
    await this.docker("build", "--quiet", "--tag", image, "--build-arg", base, context);
    await this.docker("push", "--quiet", image);
    const documents = manifests.map((manifest) => moved(manifest, this.namespace, image));
    const input = documents.map((document) => stringify(document)).join("---\n");
    await kubectl(["apply", "--server-side", "--filename", "-"], input);
    for (const { metadata } of documents.filter(({ kind }) => kind === "Deployment")) {
      const name = `deployment/${metadata.name}`;
      await kubectl(["rollout", "status", name, "--namespace", this.namespace]);
    }
  }

  async dispose(): Promise<void> {
    await kubectl(["delete", "namespace", this.namespace]);
  }

  private async docker(...args: string[]): Promise<void> {
    await execa("docker", args, { env: environment() });
  }
}

/** The same object in another namespace, with another image. */
export function moved(manifest: Manifest, namespace: string, image: string): Manifest {
  const { metadata, ...rest } = manifest;
  if (manifest.kind === "Namespace") {
    return { ...rest, metadata: { ...metadata, name: namespace } };
  }
  const copy: Manifest = structuredClone({ ...rest, metadata: { ...metadata, namespace } });
  for (const container of copy.spec?.template?.spec?.containers ?? []) {
    container.image = image;
  }
  return copy;
}
