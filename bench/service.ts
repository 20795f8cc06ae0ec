import { join } from "node:path";

import { execa } from "execa";

import { environment } from "../tools/platform/environment.ts";

const SHOP = join(import.meta.dirname, "../example/shop");

/** A service of one small pod of the image that {@link buildImage} makes. */
export function serviceOf(image: string): object {
  return {
    image,
    port: 8080,
    replicas: 1,
    health: "/healthz",
    ready: "/readyz",
    drainSeconds: 0,
    // Fifty pods start on one small node at once: they must fit, and may take their time.
    resources: { requests: { cpu: "5m", memory: "32Mi" } },
    deadlineSeconds: 600,
    // A pause, beside which nobody would see what the work itself takes.
    settleSeconds: 0,
  };
}

/** Builds the example, pushes it and returns it with its digest. */
export async function buildImage(): Promise<string> {
  const env = environment();
  const docker = (...args: string[]) => execa("docker", args, { env });
  const tag = `${env.SLIPWAY_REGISTRY}/bench/scale`;
  const base = `BASE=${env.SLIPWAY_BASE_IMAGE}`;
  await docker("build", "--quiet", "--tag", tag, "--build-arg", base, SHOP);
  await docker("push", "--quiet", tag);
  const format = "{{range .RepoDigests}}{{println .}}{{end}}";
  const { stdout } = await docker("image", "inspect", "--format", format, tag);
  const pinned = stdout.split("\n").find((reference) => reference.startsWith(`${tag}@`));
  if (pinned === undefined) {
    throw new Error(`the push of ${tag} gave no digest, got "${stdout}"`);
  }
  return pinned;
}
