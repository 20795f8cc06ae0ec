import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ImageBuildInputs } from "../../contract/image-build.ts";
import { isDigest } from "../../contract/image-reference.ts";
import type { KnownSecrets } from "../known-secrets.ts";
import { withLogin } from "../registry/login.ts";
import { buildCommand } from "./command.ts";
import { builderFolders, withUsersFolders } from "./docker-folders.ts";
import type { LentSecrets } from "./lent-secrets.ts";
import { runDocker } from "./run-docker.ts";
import { secretsOf } from "./secret-values.ts";

/** What a build works with. */
export interface BuildSurroundings {
  readonly lent: LentSecrets;
  /** Gets the value of each secret. */
  readonly secrets: KnownSecrets;
  readonly signal: AbortSignal;
  /** Hears each line of the builder, without secrets. */
  readonly show: (line: string) => void;
}

/**
 * Builds an image with the builder that `docker buildx` has in use, and pushes it.
 *
 * @returns the digest that the builder reports
 * @throws Error with the builder's last lines, without secrets
 */
export async function buildImage(
  build: ImageBuildInputs,
  { lent, secrets, signal, show }: BuildSurroundings,
): Promise<string> {
  const given = await secretsOf(build, lent, secrets);
  const folder = await mkdtemp(join(tmpdir(), "slipway-build-"));
  try {
    const metadata = join(folder, "metadata.json");
    const { args, env } = buildCommand(build, given, metadata);
    const tell = (line: string) => secrets.tell(line);
    await withLogin(build.login, async (own) => {
      const config = own === undefined ? {} : await withUsersFolders(own);
      await runDocker({
        args,
        env: { ...env, ...config, ...builderFolders() },
        signal,
        show,
        tell,
      });
    });
    return digestIn(await readFile(metadata, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function digestIn(metadata: string): string {
  const digest = (JSON.parse(metadata) as Readonly<Record<string, unknown>>)[
    "containerimage.digest"
  ];
  if (typeof digest === "string" && isDigest(digest)) {
    return digest;
  }
  throw new Error("docker buildx build reports no digest of what it pushed; update docker buildx");
}
