import { join } from "node:path";

import { execa } from "execa";

import { environment } from "../../tools/platform/environment.ts";
import type { Images } from "./stage.ts";

const SHOP = join(import.meta.dirname, "../../example/shop");

/** Builds the example twice, and pushes both. */
export async function buildImages(): Promise<Images> {
  const base = environment().SLIPWAY_BASE_IMAGE;
  return { shop: await build(""), other: await build("another-build"), base };
}

async function build(commit: string): Promise<string> {
  const env = environment();
  const docker = (...args: string[]) => execa("docker", args, { env });
  const tag = `${env.SLIPWAY_REGISTRY}/catalogue/shop:${commit || "plain"}`;
  const args = [`BASE=${env.SLIPWAY_BASE_IMAGE}`, `COMMIT=${commit}`];
  const flags = args.flatMap((arg) => ["--build-arg", arg]);
  await docker("build", "--quiet", "--tag", tag, ...flags, SHOP);
  const { stdout } = await docker("push", tag);
  const [digest] = /sha256:[0-9a-f]{64}/.exec(stdout) ?? [];
  if (digest === undefined) {
    throw new Error(`the push of ${tag} gave no digest, got "${stdout}"`);
  }
  return `${env.SLIPWAY_REGISTRY}/catalogue/shop@${digest}`;
}
